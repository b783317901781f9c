//! How items are put together, and how names are written so that they mean themselves.

use super::{Asked, Item, ItemKind, MAX_ITEMS};
use crate::assist::expression::{inside, is_identifier};
use crate::assist::spot::part;
use crate::assist::written::Notation;
use crate::diagnostic::Edit;
use crate::repair::word;
use crate::text::Span;

impl Item {
    pub(super) fn new(kind: ItemKind, label: impl Into<String>) -> Self {
        let label = label.into();
        Self {
            insert: label.clone(),
            label,
            kind,
            detail: None,
            documentation: None,
            stops: Vec::new(),
            also: Vec::new(),
        }
    }

    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    pub(super) fn says(mut self, says: Option<impl Into<String>>) -> Self {
        self.documentation = says.map(Into::into);
        self
    }

    pub(super) fn insert(mut self, insert: impl Into<String>) -> Self {
        self.insert = insert.into();
        self
    }

    /// Inserts a text in which `OPEN` and `CLOSE` stand around what is to be filled in.
    pub(super) fn snippet(mut self, snippet: &str) -> Self {
        let mut stop = None;
        let mut units = 0;
        self.insert.clear();
        for c in snippet.chars() {
            match c {
                OPEN => stop = Some(units),
                CLOSE => self.stops.extend(stop.take().map(|from| (from, units))),
                c => {
                    units += c.len_utf16();
                    self.insert.push(c);
                }
            }
        }
        self
    }
}

/// What [`Item::snippet`] takes for the ends of a stop: characters that no name contains.
pub(super) const OPEN: char = '\u{1}';
pub(super) const CLOSE: char = '\u{2}';

/// A name as a scalar without quotes around it, in quotes where it needs them.
pub(in crate::assist) fn plain(name: &str) -> String {
    // What begins like a tag would be one.
    if name.starts_with('!') {
        format!("'{}'", name.replace('\'', "''"))
    } else {
        word(name)
    }
}

/// A text inside a scalar of this notation.
pub(in crate::assist) fn escaped(notation: Notation, text: &str) -> String {
    match notation {
        Notation::Plain | Notation::Block => text.to_owned(),
        Notation::Single => text.replace('\'', "''"),
        Notation::Double => text.replace('\\', "\\\\").replace('"', "\\\""),
    }
}

/// A name behind a dot or a bracket of a template, in a scalar of this notation: in these quotes
/// of expressions, or in those that it needs.
pub(in crate::assist) fn access(
    notation: Notation,
    quote: Option<char>,
    bracket: bool,
    name: &str,
) -> String {
    let quote = match quote {
        Some(quote) if quote != '`' || !name.contains('`') => quote,
        None if !bracket && is_identifier(name) => return name.to_owned(),
        _ if notation == Notation::Single => '"',
        _ => '\'',
    };
    escaped(notation, &format!("{quote}{}{quote}", inside(name, quote)))
}

impl Asked<'_, '_> {
    /// A name in the place of the word.
    pub(super) fn scalar(&self, name: &str) -> String {
        let notation = self.spot.notation;
        let end = match notation {
            Notation::Plain => return plain(name),
            Notation::Single if !self.spot.closed => "'",
            Notation::Double if !self.spot.closed => "\"",
            _ => "",
        };
        format!("{}{end}", escaped(notation, name))
    }

    /// Whether a value with a syntax of its own, such as a tag with a map, can be put here: not
    /// inside quotes, and not in front of something.
    pub(super) fn is_free(&self) -> bool {
        self.spot.notation == Notation::Plain && !self.is_followed()
    }

    /// Whether something stands behind the word that would become a part of what is written.
    pub(super) fn is_followed(&self) -> bool {
        if self.spot.crowded || self.spot.in_brackets() {
            return self.spot.crowded;
        }
        let rest = self.text().get(self.replaced.end as usize..);
        let rest = rest.unwrap_or_default().trim_start_matches([' ', '\t']);
        !(rest.is_empty() || rest.starts_with(['#', '\n', '\r']))
    }

    /// The rest of the line behind the word.
    pub(super) fn line_rest(&self) -> &str {
        let rest = self.text().get(self.replaced.end as usize..);
        let line = rest.unwrap_or_default().split(['\n', '\r']).next();
        line.unwrap_or_default()
    }

    pub(super) fn edit(&self, at: usize, text: &str) -> Edit {
        Edit::at(self.assist.place(Span::new(at, at)), text.to_owned())
    }

    /// An item that inserts a scalar.
    pub(super) fn name(&mut self, kind: ItemKind, name: &str, detail: Option<String>) {
        let mut item = Item::new(kind, name).insert(self.scalar(name));
        item.detail = detail;
        self.items.push(item);
    }

    /// Whether the items so far have this label, or there are as many as are offered at most.
    pub(super) fn offers(&self, label: &str) -> bool {
        self.items.len() >= MAX_ITEMS || self.items.iter().any(|item| item.label == label)
    }

    /// The word as far as it is typed.
    pub(super) fn typed(&self) -> &str {
        let end = self.at.min(self.spot.word.end as usize);
        part(self.text(), Span::new(self.spot.word.start as usize, end))
    }
}
