//! Another name for a thing, everywhere it is named.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Assist;
use super::complete::writing::{access, escaped, plain};
use super::expression::breaks;
use super::names::{Occurrence, Shape, Symbol};
use super::written::Notation;
use crate::diagnostic::{Edit, is_direction_control, shown};
use crate::text::{Place, Span};
use crate::tree::{Content, NodeId};

/// A name that can be changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RenameTarget {
    /// Where it stands, without quotes.
    pub place: Place,
    /// The name as it is.
    pub name: String,
}

impl Assist<'_> {
    /// The name at this place, if it can be changed: that of a step, a trigger, a parameter, a
    /// secret or a connection.
    pub fn rename_target(&self, at_utf16: usize) -> Option<RenameTarget> {
        let found = self.renamable(self.places.byte(at_utf16))?;
        let name = found.symbol.name()?.to_owned();
        let quoted = match found.shape {
            Shape::Scalar(notation) => matches!(notation, Notation::Single | Notation::Double),
            Shape::Word { quote, .. } => quote.is_some(),
            Shape::Fixed => false,
        };
        let quote = u32::from(quoted);
        let span = Span {
            start: found.span.start + quote,
            end: found.span.end.saturating_sub(quote),
        };
        Some(RenameTarget {
            place: self.place(span),
            name,
        })
    }

    fn renamable(&self, at: usize) -> Option<&Occurrence> {
        self.name_at(at)
            .filter(|found| found.shape != Shape::Fixed && found.symbol.name().is_some())
    }

    /// What to change so that the thing at this place has another name; else one sentence that
    /// says why it cannot have it. Only names change, and quotes where the new name needs them.
    pub fn rename(&self, at_utf16: usize, new: &str) -> Result<Vec<Edit>, String> {
        let found = self
            .renamable(self.places.byte(at_utf16))
            .ok_or("there is no name here that can be changed")?;
        let symbol = &found.symbol;
        if symbol.renamed(new) == *symbol {
            return Ok(Vec::new());
        }
        let new = &*allowed(symbol, new)?;
        let renamed = symbol.renamed(new);
        if renamed == *symbol {
            return Ok(Vec::new());
        }
        // What the text only refers to may just as well be this.
        let taken = |one: &Occurrence| one.declares || !symbol.is_declared();
        if self.named(&renamed).any(taken) {
            return Err(format!("there is {} {} already", symbol.noun(), shown(new)));
        }
        if self.named(symbol).filter(|one| one.declares).count() > 1 {
            let noun = symbol.noun();
            return Err(format!(
                "this name is given more than once, so nobody can tell which references mean \
                 {noun} at this place; give each a name of its own by hand"
            ));
        }
        let quoted = self.outgrown(symbol, new)?;
        let mut edits: Vec<(Span, String)> = Vec::new();
        for one in self.named(symbol) {
            let text = match one.shape {
                Shape::Fixed => continue,
                Shape::Scalar(notation) => scalar(notation, new),
                Shape::Word {
                    scalar,
                    notation,
                    quote,
                    bracket,
                } => {
                    let quoted = quoted.contains(&scalar);
                    let notation = if quoted { Notation::Double } else { notation };
                    access(notation, quote, bracket, new)
                }
            };
            edits.push((one.span, text));
        }
        for scalar in quoted {
            let span = self.tree.span(scalar);
            for at in [span.start, span.end] {
                edits.push((Span { start: at, end: at }, "\"".to_owned()));
            }
        }
        edits.sort_by_key(|(span, _)| *span);
        let edits = edits.into_iter();
        Ok(edits.map(|(span, text)| self.edit(span, text)).collect())
    }

    /// The texts without quotes that need some, because the new name in their templates would
    /// end them.
    fn outgrown(&self, symbol: &Symbol, new: &str) -> Result<BTreeSet<NodeId>, String> {
        let mut brackets = None;
        let mut outgrown = BTreeSet::new();
        for one in self.named(symbol) {
            let Shape::Word {
                scalar,
                notation: Notation::Plain,
                quote,
                bracket,
            } = one.shape
            else {
                continue;
            };
            let brackets = brackets.get_or_insert_with(|| self.in_brackets());
            let within = brackets.get(scalar.index()).copied().unwrap_or_default();
            if !breaks(&access(Notation::Plain, quote, bracket, new), within) {
                continue;
            }
            let raw = self.text.get(self.tree.span(scalar).range());
            if raw.unwrap_or_default().contains(['"', '\\']) {
                let line = self.place(one.span).line;
                return Err(format!(
                    "this name needs quotes around the text on line {line}, which has quotes in \
                     it; put that text in quotes first"
                ));
            }
            outgrown.insert(scalar);
        }
        Ok(outgrown)
    }

    /// Which nodes stand in braces or brackets, by their number.
    fn in_brackets(&self) -> Vec<bool> {
        let tree = &self.tree;
        let mut within = vec![false; tree.len()];
        let mut waiting: Vec<(NodeId, bool)> =
            tree.root().map(|root| (root, false)).into_iter().collect();
        while let Some((id, flow)) = waiting.pop() {
            if let Some(node) = within.get_mut(id.index()) {
                *node = flow;
            }
            let open = match tree.content(id) {
                Content::Sequence(_) => '[',
                Content::Mapping => '{',
                Content::Scalar(..) | Content::Alias(_) => continue,
            };
            let source = self.text.get(tree.span(id).range()).unwrap_or_default();
            let flow = flow || source.starts_with(open);
            waiting.extend(tree.children(id).iter().map(|child| (*child, flow)));
        }
        within
    }

    fn edit(&self, span: Span, text: String) -> Edit {
        Edit::at(self.place(span), text)
    }
}

impl Symbol {
    /// The part of it that can be changed.
    fn name(&self) -> Option<&str> {
        match self {
            Self::Step(name)
            | Self::Trigger(name)
            | Self::Parameter(name)
            | Self::Secret(name)
            | Self::Connection(_, name) => Some(name),
            Self::Output(..) | Self::Anchor(_) => None,
        }
    }

    fn renamed(&self, new: &str) -> Self {
        let new = new.to_owned();
        match self {
            Self::Step(_) => Self::Step(new),
            Self::Trigger(_) => Self::Trigger(new),
            Self::Parameter(_) => Self::Parameter(new),
            Self::Secret(_) => Self::Secret(new),
            Self::Connection(kind, _) => Self::Connection(kind.clone(), new),
            Self::Output(..) | Self::Anchor(_) => self.clone(),
        }
    }

    /// Whether the text itself says that there is such a thing.
    fn is_declared(&self) -> bool {
        matches!(self, Self::Step(_) | Self::Trigger(_) | Self::Parameter(_))
    }

    fn noun(&self) -> &'static str {
        match self {
            Self::Step(_) => "a step",
            Self::Trigger(_) => "a trigger",
            Self::Parameter(_) => "a parameter",
            Self::Secret(_) => "a secret",
            Self::Connection(..) => "a connection",
            Self::Output(..) => "an output",
            Self::Anchor(_) => "an anchor",
        }
    }
}

/// The name as a thing can have it, if it can.
fn allowed(symbol: &Symbol, new: &str) -> Result<String, String> {
    if new.trim().is_empty() {
        return Err("a name is missing; write at least one character".to_owned());
    }
    if new.trim() != new {
        return Err("a name neither begins nor ends with a blank; remove it".to_owned());
    }
    if new.contains("${") {
        return Err("a name cannot contain `${`, which begins a template".to_owned());
    }
    if new.chars().any(|c| {
        c.is_control()
            || is_direction_control(c)
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
    }) {
        return Err("a name has printable characters only; one of these is invisible".to_owned());
    }
    if matches!(symbol, Symbol::Parameter(_)) && new == "<<" {
        return Err("`<<` merges maps and cannot name a parameter".to_owned());
    }
    let parsed = match symbol {
        Symbol::Secret(_) => new.parse::<model::SecretName>().map(String::from),
        Symbol::Connection(..) => new.parse::<model::ConnectionName>().map(String::from),
        _ => Ok(new.to_owned()),
    };
    parsed.map_err(|error| error.detail)
}

/// The name as a scalar in the notation that the old one has.
fn scalar(notation: Notation, new: &str) -> String {
    match notation {
        Notation::Plain | Notation::Block => plain(new),
        Notation::Single => format!("'{}'", escaped(notation, new)),
        Notation::Double => format!("\"{}\"", escaped(notation, new)),
    }
}
