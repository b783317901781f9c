//! Keys of maps, and the dashes of lists.

use super::writing::{CLOSE, OPEN, plain};
use super::{Asked, Item, ItemKind};
use crate::assist::room::{Room, room};
use crate::assist::spot::{Holder, Role};
use crate::assist::vocabulary::{Group, Holds};
use crate::assist::written::Notation;

/// What is written behind a key.
#[derive(Clone, Copy)]
enum Behind {
    Scalar,
    Map,
    List,
    /// A list of steps or triggers, whose entries begin with their name.
    Items,
    /// The source of a trigger, which begins with its type.
    Source,
}

/// An approval runs nothing, so most keys have no effect on it.
const APPROVAL: [&str; 5] = ["name", "type", "description", "dependsOn", "when"];

impl Asked<'_, '_> {
    pub(super) fn keys(&mut self, found: Room<'_>) {
        match found {
            Room::Workflow => self.words(Group::Workflow, |name| name != "version"),
            Room::Parameter => self.words(Group::Parameter, |_| true),
            Room::Step => {
                let kind = self.sibling("type");
                let approval = kind.as_deref() == Some("approval");
                self.words(Group::Step, |name| !approval || APPROVAL.contains(&name));
            }
            Room::Trigger => self.words(Group::Trigger, |_| true),
            Room::Source => {
                let kind = self.sibling("type").unwrap_or_default();
                self.words(Group::Source, |name| match (kind.as_str(), name) {
                    (_, "type") | ("", _) | ("schedule", "schedule") | ("push", "schema") => true,
                    ("webhook", name) => !matches!(name, "schedule" | "schema"),
                    _ => false,
                });
            }
            Room::Binding => self.words(Group::Binding, |_| true),
            Room::Bound => {
                let declared = &self.assist.document.parameters;
                for one in declared {
                    let detail = one.description.clone();
                    self.key(ItemKind::Parameter, &one.name, Behind::Scalar, detail, None);
                }
            }
            Room::Spec { trigger, path } => self.published(trigger, path),
            _ => {}
        }
    }

    fn words(&mut self, group: Group, fits: impl Fn(&str) -> bool) {
        for word in self.library.words(group).filter(|word| fits(word.name)) {
            let behind = match word.name {
                "steps" | "triggers" => Behind::Items,
                "source" if group != Group::Workflow => Behind::Source,
                "locals" | "spec" | "env" | "binding" | "schema" | "parameters" => Behind::Map,
                "input" | "args" | "tags" => Behind::List,
                _ => Behind::Scalar,
            };
            self.key(ItemKind::Key, word.name, behind, None, Some(word.says));
        }
    }

    /// The keys that a published image reads.
    fn published(&mut self, trigger: bool, path: &[&str]) {
        let frame = Self::image_frame(trigger);
        let image = self.spot.value(self.assist.text, frame, "image");
        let Some(image) = image.and_then(|image| self.library.image(image)) else {
            return;
        };
        for key in image.keys(path) {
            let behind = match key.holds {
                Holds::Keys(_) | Holds::Map => Behind::Map,
                Holds::List => Behind::List,
                _ => Behind::Scalar,
            };
            let need = if key.required { "required " } else { "" };
            let detail = format!("{need}{}", key.holds.words());
            self.key(ItemKind::Key, key.name, behind, Some(detail), None);
        }
    }

    /// Whether the innermost map has this key; the one that is being written does not count.
    fn has(&self, name: &str) -> bool {
        let here = matches!(self.spot.role, Role::Key { .. });
        let frame = self.spot.frames.last().filter(|_| here);
        let entries = frame.map_or(&[] as &[_], |frame| &frame.entries);
        let other = |key: crate::text::Span| {
            !(key.start <= self.spot.word.start && self.spot.word.end <= key.end)
        };
        entries
            .iter()
            .any(|one| self.assist.bare(one.key) == name && other(one.key))
    }

    /// The scalar behind another key of the innermost map.
    pub(super) fn sibling(&self, key: &str) -> Option<String> {
        let here = matches!(self.spot.role, Role::Key { .. });
        let last = self.spot.frames.len().checked_sub(1).filter(|_| here)?;
        let value = self.spot.value(self.assist.text, last, key)?;
        Some(value.to_owned())
    }

    fn key(
        &mut self,
        kind: ItemKind,
        name: &str,
        behind: Behind,
        detail: Option<String>,
        says: Option<&str>,
    ) {
        if self.has(name) || self.in_front_of_something() {
            return;
        }
        let item = Item::new(kind, name).says(says);
        let mut item = match self.spot.role {
            Role::Key { colon: true } => item.insert(self.scalar(name)),
            _ if self.spot.notation != Notation::Plain => item.insert(self.scalar(name)),
            _ => {
                let behind = self.behind(behind);
                item.snippet(&format!("{}:{behind}", plain(name)))
            }
        };
        item.detail = detail;
        self.items.push(item);
    }

    /// A new key in front of another one on the same line would need a comma or a line.
    fn in_front_of_something(&self) -> bool {
        self.spot.role != Role::Key { colon: true } && self.is_followed()
    }

    fn behind(&self, behind: Behind) -> String {
        if self.spot.in_brackets() {
            return match behind {
                Behind::Scalar => " ".to_owned(),
                Behind::Map => format!(" {{{OPEN}{CLOSE}}}"),
                Behind::Source => format!(" {{type: {OPEN}schedule{CLOSE}}}"),
                Behind::List => format!(" [{OPEN}{CLOSE}]"),
                Behind::Items => format!(" [{{name: {OPEN}{CLOSE}}}]"),
            };
        }
        let column = self.spot.column;
        let end = self.assist.layout().line_end;
        let inner = " ".repeat(column + 2);
        let dashes = " ".repeat(column + self.assist.layout().dashes);
        match behind {
            Behind::Scalar => " ".to_owned(),
            Behind::Map => format!("{end}{inner}"),
            Behind::Source => format!("{end}{inner}type: {OPEN}schedule{CLOSE}"),
            Behind::List => format!("{end}{dashes}- "),
            Behind::Items => format!("{end}{dashes}- name: {OPEN}{CLOSE}"),
        }
    }

    /// Another entry of a list that ended above.
    pub(super) fn next_item(&mut self, path: &[&str]) {
        let text = self.assist.text;
        let mut path = path.to_vec();
        if matches!(self.spot.role, Role::Key { .. }) {
            let top = self.spot.frames.last();
            let key = top.and_then(|top| top.entries.get(top.current));
            path.push(key.map_or("", |entry| crate::assist::spot::bare(text, entry.key)));
        }
        let found = room(&path);
        let colon = self.spot.role == Role::Key { colon: true };
        let alone = self.line_rest().trim().is_empty();
        if found.is_list() && alone && self.spot.notation == Notation::Plain && !colon {
            self.dashed(found, "");
        }
    }

    /// The first entry of a list, where nothing of it is there yet.
    pub(super) fn first_item(&mut self, found: Room<'_>) {
        let begun = matches!(
            self.spot.frames.last().map(|top| top.holder),
            Some(Holder::List(_))
        );
        if matches!(found, Room::Steps | Room::Triggers) && !begun {
            self.dashed(found, "");
        }
    }

    fn dashed(&mut self, found: Room<'_>, before: &str) {
        let inner = format!(
            "{}{}",
            self.assist.layout().line_end,
            " ".repeat(self.spot.column + 2)
        );
        let item = |label: &str, snippet: String| {
            Item::new(ItemKind::Key, label).snippet(&format!("{before}- {snippet}"))
        };
        match found {
            Room::Steps => {
                self.items.push(
                    item(
                        "- name",
                        format!("name: {OPEN}{CLOSE}{inner}image: {OPEN}relaysh/core{CLOSE}"),
                    )
                    .detail("a step"),
                );
                self.items.push(
                    item(
                        "- name (approval)",
                        format!("name: {OPEN}{CLOSE}{inner}type: approval"),
                    )
                    .detail("a step that waits for an Approver"),
                );
            }
            Room::Triggers => {
                let body = format!(
                    "name: {OPEN}{CLOSE}{inner}source:{inner}  type: schedule{inner}  schedule: '{OPEN}0 7 * * 1-5{CLOSE}'"
                );
                self.items.push(item("- name", body).detail("a trigger"));
            }
            Room::DependsOn => {
                for name in self.dependable() {
                    let name_written = plain(&name);
                    self.items.push(
                        Item::new(ItemKind::Step, format!("- {name}"))
                            .insert(format!("- {name_written}")),
                    );
                }
            }
            _ => {}
        }
    }
}
