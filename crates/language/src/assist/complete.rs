//! What could be written at a place.

mod image;
mod keys;
mod known;
mod reference;
mod tags;
mod template;
mod values;
pub(super) mod writing;

use model::Holdings;
use serde::Serialize;

use super::Assist;
use super::room::{Room, room};
use super::spot::{self, Role, Spot};
use super::vocabulary::Library;
use super::written::Notation;
use crate::diagnostic::Edit;
use crate::text::Span;

/// What an item is, for a mark beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemKind {
    /// A key of a map.
    Key,
    /// A word that can stand here.
    Value,
    /// A tag, perhaps with what follows it.
    Tag,
    /// A function of expressions.
    Function,
    /// What an expression can begin with.
    Root,
    /// A step.
    Step,
    /// What a step sets.
    Output,
    /// A parameter.
    Parameter,
    /// A connection, or a type or field of one.
    Connection,
    /// A secret.
    Secret,
    /// A published image.
    Image,
    /// A field of an event.
    Event,
}

impl ItemKind {
    /// The word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Value => "value",
            Self::Tag => "tag",
            Self::Function => "function",
            Self::Root => "root",
            Self::Step => "step",
            Self::Output => "output",
            Self::Parameter => "parameter",
            Self::Connection => "connection",
            Self::Secret => "secret",
            Self::Image => "image",
            Self::Event => "event",
        }
    }
}

/// One thing that could be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// What people look for; what is typed so far is compared with it.
    pub label: String,
    /// What it is.
    pub kind: ItemKind,
    /// A few words beside the label.
    pub detail: Option<String>,
    /// A few sentences; parts in backquotes are code.
    pub documentation: Option<String>,
    /// What takes the place of what is there.
    pub insert: String,
    /// Stretches of `insert`, in UTF-16 code units of it, to be filled in one after the other.
    /// Without any, the cursor goes behind it.
    pub stops: Vec<(usize, usize)>,
    /// Changes elsewhere that belong to it, such as quotes around the text. They count from the
    /// text as it is, and none touches what is replaced.
    pub also: Vec<Edit>,
}

/// Everything that fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Completions {
    /// First UTF-16 code unit of what an item replaces.
    pub from_utf16: usize,
    /// The unit after the last one.
    pub to_utf16: usize,
    /// What fits, in the order in which it should be offered.
    pub items: Vec<Item>,
}

/// How many items are offered: nobody reads more.
const MAX_ITEMS: usize = 1_000;

/// A question for completions.
struct Asked<'a, 't> {
    assist: &'a Assist<'t>,
    holdings: &'a Holdings,
    library: Library<'a>,
    spot: Spot,
    at: usize,
    /// What an item replaces.
    replaced: Span,
    items: Vec<Item>,
}

impl Assist<'_> {
    /// What could be written at this place; none where nothing is known. `explicit` when
    /// somebody asked for it, and is not merely typing.
    pub fn complete(
        &self,
        at_utf16: usize,
        holdings: &Holdings,
        library: Library<'_>,
        explicit: bool,
    ) -> Option<Completions> {
        let at = self.places.byte(at_utf16);
        let spot = spot::find(self.text, at)?;
        let replaced = spot.word;
        let mut asked = Asked {
            assist: self,
            holdings,
            library,
            spot,
            at,
            replaced,
            items: Vec::new(),
        };
        asked.fill(explicit);
        let Asked {
            replaced,
            mut items,
            ..
        } = asked;
        items.truncate(MAX_ITEMS);
        let place = self.place(replaced);
        (!items.is_empty()).then_some(Completions {
            from_utf16: place.start_utf16,
            to_utf16: place.end_utf16,
            items,
        })
    }
}

impl Asked<'_, '_> {
    fn fill(&mut self, explicit: bool) {
        let text = self.assist.text;
        let path = self.spot.path(text);
        if self.spot.dash {
            self.next_item(&path);
        }
        let found = room(&path);
        // A text of several lines is not exchanged as a whole.
        let block = self.spot.notation == Notation::Block;
        if let Some(trigger) = found.evaluated() {
            if self.template(trigger) {
                return;
            }
            if block || self.is_crowded() || self.inside_reference() {
                return;
            }
        }
        match self.spot.role {
            Role::Key { .. } => {
                self.keys(found);
                if found.evaluated().is_some() {
                    self.type_key();
                }
            }
            Role::Value { fresh } => {
                if block || self.spot.dash || self.is_crowded() {
                    return;
                }
                if fresh {
                    self.keys(found);
                    self.first_item(found);
                }
                self.values(found, explicit);
            }
        }
    }

    fn text(&self) -> &str {
        self.assist.text
    }

    /// Whether whatever is written here would run into what follows. Only a tag can stand in
    /// front of something.
    fn is_crowded(&self) -> bool {
        let tag = spot::part(self.assist.text, self.spot.word).starts_with('!');
        let key = self.spot.role == Role::Key { colon: true };
        let plain = self.spot.notation == Notation::Plain;
        self.spot.crowded && plain && !tag && !key
    }

    /// The name of the step that the place is in.
    fn own_step(&self) -> Option<&str> {
        let list = self.spot.frames.first()?;
        let entry = list.entries.get(list.current)?;
        if self.assist.bare(entry.key) != "steps" {
            return None;
        }
        self.spot.value(self.assist.text, 2, "name")
    }

    /// The number of the frame that holds `image`, in a step or in the source of a trigger.
    fn image_frame(trigger: bool) -> usize {
        if trigger { 3 } else { 2 }
    }
}

impl Room<'_> {
    fn is_list(self) -> bool {
        matches!(self, Self::Steps | Self::Triggers | Self::DependsOn)
    }
}
