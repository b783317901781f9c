//! What stands at a place, in a few sentences.

use model::Holdings;
use serde::Serialize;

use super::Assist;
use super::names::Symbol;
use super::room::{Room, room};
use super::spot::{self, Role, Spot, bare, part};
use super::template::{self, Chain};
use super::vocabulary::{Function, Group, Holds, Library};
use super::written::Written;
use crate::diagnostic::shown;
use crate::plan::StepKind;
use crate::text::{Place, Span};

/// What is known of a word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hover {
    /// The word it is about.
    pub place: Place,
    /// What it is, such as `step build` or `concat(text…)`.
    pub title: String,
    /// A few sentences; parts in backquotes are code, an empty line begins a paragraph.
    pub text: String,
    /// Where to read on: a path of Relay's documentation, or the address of a source.
    pub link: Option<String>,
}

/// A hover without its place.
pub(super) struct Told {
    title: String,
    text: String,
    link: Option<String>,
}

impl Told {
    fn new(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            text: text.into(),
            link: None,
        }
    }

    fn at(self, place: Place) -> Hover {
        Hover {
            place,
            title: self.title,
            text: self.text,
            link: self.link,
        }
    }
}

const CONNECTION_TYPES: &str = "/docs/connection-types";
const SECRETS: &str = "/docs/secrets";

impl Assist<'_> {
    /// What is known of the word at this place.
    pub fn hover(
        &self,
        at_utf16: usize,
        holdings: &Holdings,
        library: Library<'_>,
    ) -> Option<Hover> {
        let at = self.places.byte(at_utf16);
        if let Some(name) = self.name_at(at)
            && let Some(told) = self.about(&name.symbol, holdings, library)
        {
            return Some(told.at(self.place(name.span)));
        }
        let spot = spot::find(self.text, at)?;
        if spot.word.start == spot.word.end {
            return None;
        }
        let path = spot.path(self.text);
        let found = room(&path);
        let word = part(self.text, spot.word);
        if word.starts_with('!') && spot.tag.is_none() {
            return Some(tag(word, library)?.at(self.place(spot.word)));
        }
        if let Some(hover) = self.template(&spot, at, library) {
            return Some(hover);
        }
        let told = match (spot.role, found) {
            (Role::Key { colon: true }, found) => self.key(&spot, found, word, library)?,
            (_, Room::Image { .. }) => image(word, library)?,
            _ => return None,
        };
        Some(told.at(self.place(spot.word)))
    }

    /// What a name means.
    fn about(&self, symbol: &Symbol, holdings: &Holdings, library: Library<'_>) -> Option<Told> {
        match symbol {
            Symbol::Step(name) => self.step(name, library),
            Symbol::Parameter(name) => {
                let known = self.document.parameters.iter();
                let Some(one) = known.into_iter().find(|one| one.name == *name) else {
                    let text = "It is not declared under `parameters`.";
                    return Some(Told::new(format!("parameter {name}"), text));
                };
                let default = match &one.default {
                    Some(default) => format!("Without a value it is {}.", shown(default)),
                    None => "It has no default, so a run needs a value for it.".to_owned(),
                };
                let text = paragraphs(one.description.as_deref(), &default);
                Some(Told::new(format!("parameter {name}"), text))
            }
            Symbol::Secret(name) => {
                let held = holdings.secrets.iter().any(|held| held.name == *name);
                let text = if held {
                    "It is configured: the workflow has this secret."
                } else {
                    "It is missing: a run cannot start before somebody adds it in Setup."
                };
                let mut told = Told::new(format!("secret {name}"), text);
                told.link = Some(SECRETS.to_owned());
                Some(told)
            }
            Symbol::Connection(kind, name) => Some(connection(kind, name, holdings)),
            Symbol::Output(step, name) => {
                let text = format!(
                    "Set by the step {}, which therefore comes first.",
                    shown(step)
                );
                Some(Told::new(format!("output {name}"), text))
            }
            Symbol::Trigger(_) | Symbol::Anchor(_) => None,
        }
    }

    fn step(&self, name: &str, library: Library<'_>) -> Option<Told> {
        let step = self.document.steps.iter().find(|one| one.name == name)?;
        let mut link = None;
        let runs = match &step.image {
            Some(reference) => {
                let about = image(reference, library);
                let says = about.as_ref().map(|about| about.text.as_str());
                let runs = format!("Runs {}. {}", shown(reference), says.unwrap_or_default());
                link = about.and_then(|about| about.link);
                runs
            }
            None if step.kind == StepKind::Approval => {
                "Waits until an Approver decides.".to_owned()
            }
            None => "It has no `image` yet.".to_owned(),
        };
        let text = paragraphs(step.description.as_deref(), runs.trim_end());
        let mut told = Told::new(format!("step {name}"), text);
        told.link = link;
        Some(told)
    }

    /// A root, a function or what follows a name in a template.
    fn template(&self, spot: &Spot, at: usize, library: Library<'_>) -> Option<Hover> {
        let written = Written::new(self.text, spot.word.range(), spot.notation);
        let templates = template::read(&written.text);
        for chain in &templates.chains {
            for (number, word) in chain.words.iter().enumerate() {
                let span = written.span(&word.range);
                if (span.start as usize..=span.end as usize).contains(&at)
                    && let Some(told) = in_template(chain, number, library)
                {
                    return Some(told.at(self.place(span)));
                }
            }
        }
        None
    }

    fn key(&self, spot: &Spot, found: Room<'_>, word: &str, library: Library<'_>) -> Option<Told> {
        if let Some(name) = word.strip_prefix("$fn.") {
            return library.function(name).map(function);
        }
        let plain = |group| library.says(group, word).map(|text| Told::new(word, text));
        match found {
            Room::Workflow => plain(Group::Workflow),
            Room::Parameter => plain(Group::Parameter),
            Room::Step => plain(Group::Step),
            Room::Trigger => plain(Group::Trigger),
            Room::Source => plain(Group::Source),
            Room::Binding => plain(Group::Binding),
            Room::Spec { trigger, path } => {
                let frame = if trigger { 3 } else { 2 };
                let image = library.image(spot.value(self.text, frame, "image")?)?;
                let keys = image.keys(path);
                let key = keys.iter().find(|key| key.name == word)?;
                let need = if key.required { "required" } else { "optional" };
                let read = format!("Read by `relaysh/{}`: {need}.", image.name);
                let text = match key.holds {
                    Holds::Connection(kind) => {
                        format!("{read} It needs a connection of the type {}.", shown(kind))
                    }
                    _ => read,
                };
                let mut told = Told::new(format!("{word}: {}", key.holds.words()), text);
                told.link = Some(image.link());
                Some(told)
            }
            _ => None,
        }
    }

    /// The characters of a span, without quotes.
    pub(super) fn bare(&self, span: Span) -> &str {
        bare(self.text, span)
    }
}

fn in_template(chain: &Chain, number: usize, library: Library<'_>) -> Option<Told> {
    let name = chain.name(number)?;
    let root = chain.name(0)?;
    match number {
        0 if chain.called => library.function(name).map(function),
        0 => Some(Told::new(name, library.says(Group::Root, name)?)),
        2 if root == "steps" => Some(Told::new(name, library.says(Group::State, name)?)),
        3 if root == "connections" => {
            let field = model::connection_type(chain.name(1)?)?.field(name)?;
            Some(Told::new(field.label, field.help))
        }
        _ => None,
    }
}

/// What somebody wrote about a thing, and what is known of it.
fn paragraphs(written: Option<&str>, known: &str) -> String {
    match written.filter(|written| !written.trim().is_empty()) {
        Some(written) => format!("{}\n\n{known}", written.trim()),
        None => known.to_owned(),
    }
}

/// What a function is, for a hover.
fn function(one: Function<'_>) -> Told {
    let text = format!("{}\n\n`${{{}}}`", one.says, one.example);
    Told::new(one.signature(), text)
}

fn tag(word: &str, library: Library<'_>) -> Option<Told> {
    let word = word.strip_prefix('!')?;
    if let Some(name) = word.strip_prefix("Fn.") {
        return library.function(name).map(function);
    }
    Some(Told::new(
        format!("!{word}"),
        library.says(Group::Tag, word)?,
    ))
}

fn image(reference: &str, library: Library<'_>) -> Option<Told> {
    let found = library.image(reference)?;
    let mut told = Told::new(format!("relaysh/{}", found.name), found.says);
    told.link = Some(found.link());
    Some(told)
}

fn connection(kind: &str, name: &str, holdings: &Holdings) -> Told {
    let held = &holdings.connections;
    let known = model::connection_type(kind);
    let state = if held
        .iter()
        .any(|one| one.type_name == kind && one.name == name)
    {
        "It is configured: the account has this connection.".to_owned()
    } else if let Some(other) = held.iter().find(|one| one.name == name) {
        format!(
            "It has the wrong type: the account's connection of this name is of the type {}.",
            shown(&other.type_name)
        )
    } else {
        "It is missing: a run cannot start before somebody adds it in Setup.".to_owned()
    };
    let text = match known {
        Some(known) => {
            let fields: Vec<_> = known.fields.iter().map(|field| field.name).collect();
            format!(
                "{state}\n\n{} Fields: `{}`.",
                known.summary,
                fields.join("`, `")
            )
        }
        None => state,
    };
    let mut told = Told::new(format!("connection {kind} / {name}"), text);
    told.link = Some(CONNECTION_TYPES.to_owned());
    told
}
