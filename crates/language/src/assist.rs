//! What an editor asks about a text while somebody works in it: where things are, what they
//! mean, what could be written here.
//!
//! Every question has an answer for every text and every place, also in the middle of a word.
//! Positions are counted in UTF-16 code units, as browsers and editors do.

mod complete;
mod expression;
mod graph;
mod hover;
mod names;
mod outline;
mod parts;
mod rename;
mod room;
mod spot;
mod template;
mod vocabulary;
mod written;

pub use complete::{Completions, Item, ItemKind};
pub use graph::{Graph, GraphStep, Need};
pub use hover::Hover;
pub use outline::{OutlineItem, OutlineKind};
pub use rename::RenameTarget;
pub use vocabulary::Library;
#[cfg(not(target_arch = "wasm32"))]
pub use vocabulary::VOCABULARY;

use std::cell::OnceCell;

use crate::diagnostic::Fix;
use crate::document::{Document, read_with_tree};
use crate::text::{Place, Places, Span};
use crate::tree::Tree;
use names::{Occurrence, Symbol};
use parts::Parts;

/// A text, read once for any number of questions.
pub struct Assist<'t> {
    text: &'t str,
    tree: Tree<'t>,
    document: Document,
    places: Places<'t>,
    parts: Parts,
    names: OnceCell<Vec<Occurrence>>,
    layout: OnceCell<Layout>,
}

impl<'t> Assist<'t> {
    /// Reads the text.
    pub fn of(text: &'t str) -> Self {
        let (tree, document) = read_with_tree(text);
        let parts = Parts::of(&tree);
        Self {
            text,
            tree,
            document,
            places: Places::new(text),
            parts,
            names: OnceCell::new(),
            layout: OnceCell::new(),
        }
    }

    /// What was understood of the text: the same as [`crate::read`] says.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The document alone, when there are no more questions.
    pub fn into_document(self) -> Document {
        self.document
    }

    fn names(&self) -> &[Occurrence] {
        self.names
            .get_or_init(|| names::read(&self.tree, &self.parts))
    }

    /// The name at a byte, also right behind its last character.
    fn name_at(&self, at: usize) -> Option<&Occurrence> {
        let names = self.names();
        let end = names.partition_point(|one| one.span.start as usize <= at);
        // A name that begins here matters more than one that ends here.
        let touching = names[..end].iter().rev().take(8);
        touching.into_iter().find(|one| at <= one.span.end as usize)
    }

    fn named<'a>(&'a self, symbol: &'a Symbol) -> impl Iterator<Item = &'a Occurrence> {
        self.names().iter().filter(move |one| one.symbol == *symbol)
    }

    /// Where the thing is declared whose name is at this place: a step, a parameter, an anchor.
    /// Of an output, the step it comes from.
    pub fn definition(&self, at_utf16: usize) -> Option<Place> {
        let symbol = &self.name_at(self.places.byte(at_utf16))?.symbol;
        let from = match symbol {
            Symbol::Output(step, _) => Symbol::Step(step.clone()),
            other => other.clone(),
        };
        let declared = self.named(&from).find(|one| one.declares)?;
        Some(self.places.place(declared.span))
    }

    /// Every place that names the same thing, with its declaration, in the order of the text.
    pub fn references(&self, at_utf16: usize) -> Vec<Place> {
        let Some(found) = self.name_at(self.places.byte(at_utf16)) else {
            return Vec::new();
        };
        let mut places: Vec<_> = self.named(&found.symbol).collect();
        // The type of a connection says more about the name beside it.
        if matches!(found.symbol, Symbol::Connection(..)) {
            places.retain(|one| one.shape != names::Shape::Fixed);
        }
        places
            .iter()
            .map(|one| self.places.place(one.span))
            .collect()
    }

    /// The cures of the diagnostics that touch this range.
    pub fn fixes(&self, from_utf16: usize, to_utf16: usize) -> Vec<&Fix> {
        let touches = |place: &Place| {
            place.start_utf16 <= to_utf16.max(from_utf16) && place.end_utf16 >= from_utf16
        };
        self.document
            .diagnostics
            .iter()
            .filter(|one| touches(&one.place))
            .filter_map(|one| one.fix.as_ref())
            .collect()
    }

    fn place(&self, span: Span) -> Place {
        self.places.place(span)
    }

    fn layout(&self) -> Layout {
        *self.layout.get_or_init(|| Layout::of(self.text))
    }
}

/// How a text is laid out.
#[derive(Clone, Copy)]
struct Layout {
    /// What its lines end with.
    line_end: &'static str,
    /// How far the dashes of lists stand right of their key, as in its first list.
    dashes: usize,
}

impl Layout {
    fn of(text: &str) -> Self {
        let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut above = None;
        for line in text.lines() {
            let content = line.trim_start_matches(' ');
            let indent = line.len() - content.len();
            if let Some(above) = above.take()
                && content.starts_with("- ")
                && indent >= above
            {
                let dashes = (indent - above).min(8);
                return Self { line_end, dashes };
            }
            let key = content.trim_end().ends_with(':') && !content.starts_with(['-', '#']);
            above = key.then_some(indent);
        }
        Self {
            line_end,
            dashes: 0,
        }
    }
}
