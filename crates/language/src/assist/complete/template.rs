//! Inside `${…}`.

use super::writing::{CLOSE, OPEN, access, escaped};
use super::{Asked, Item, ItemKind};
use crate::assist::expression::{breaks, inside};
use crate::assist::template::{self, Open};
use crate::assist::vocabulary::{Group, Image};
use crate::assist::written::{Notation, Written};
use crate::text::Span;

impl Asked<'_, '_> {
    /// Offers what can be written in the template at the place; `false` when there is none.
    pub(super) fn template(&mut self, trigger: bool) -> bool {
        let start = self.spot.word.start as usize;
        if self.at < start {
            return false;
        }
        let written = Written::new(self.assist.text, start..self.at, self.spot.notation);
        let templates = template::read(&written.text);
        let Some(open) = templates.open else {
            // In a template, but behind something that goes on with an operator.
            let last = written.text.rfind("${");
            return last.is_some_and(|last| !closed(&written.text[last..]));
        };
        let quote = usize::from(open.quote.is_some());
        let from = written.byte(open.typed.start + quote);
        self.replaced = Span::new(from, self.word_end(open.quote.is_some()));
        let name = |at: usize| open.before.name(at).unwrap_or_default().to_owned();
        match open.before.words.len() {
            0 => self.beginnings(trigger, open.piped),
            1 => self.first(&name(0), &open),
            2 => self.second(&name(0), &name(1), &open),
            3 if name(0) == "connections" => {
                let fields = model::connection_type(&name(1)).map_or(&[] as &[_], |one| one.fields);
                for field in fields {
                    self.accessed(ItemKind::Connection, field.name, &open, Some(field.label));
                }
            }
            _ => {}
        }
        true
    }

    /// Where the name at the place ends.
    fn word_end(&self, quoted: bool) -> usize {
        let end = (self.spot.word.end as usize).max(self.at);
        let rest = self.assist.text.get(self.at..end).unwrap_or_default();
        let inside = |c: char| c == '_' || c == '-' || c.is_alphanumeric() || (quoted && c == ' ');
        self.at + rest.find(|c| !inside(c)).unwrap_or(rest.len())
    }

    fn beginnings(&mut self, trigger: bool, piped: bool) {
        for root in self.library.words(Group::Root).filter(|_| !piped) {
            let fits = match root.name {
                "event" => trigger,
                "parameters" | "outputs" | "steps" => !trigger,
                _ => true,
            };
            if fits {
                let item = Item::new(ItemKind::Root, root.name).says(Some(root.says));
                self.items.push(item);
            }
        }
        for one in self.library.functions() {
            let snippet = if one.takes.is_empty() {
                format!("{}()", one.name)
            } else {
                format!("{}({OPEN}{CLOSE})", one.name)
            };
            let item = Item::new(ItemKind::Function, one.name)
                .detail(one.signature())
                .says(Some(one.says));
            let call = self.assist.text[self.replaced.end as usize..].starts_with('(');
            let snippet = if call { one.name } else { &snippet };
            self.items.push(item.snippet(snippet));
        }
    }

    fn first(&mut self, root: &str, open: &Open) {
        match root {
            "parameters" => {
                for one in &self.assist.document.parameters {
                    let detail = one.description.as_deref();
                    self.accessed(ItemKind::Parameter, &one.name, open, detail);
                }
            }
            "secrets" => {
                for name in self.secrets() {
                    self.accessed(ItemKind::Secret, &name, open, None);
                }
            }
            "outputs" | "steps" => {
                for step in self.dependable() {
                    self.accessed(ItemKind::Step, &step, open, None);
                }
            }
            "connections" => {
                let mut kinds: Vec<_> = self.connections(None);
                kinds.dedup_by(|a, b| a.0 == b.0);
                for (kind, _) in kinds {
                    if !self.offers(&kind) {
                        self.accessed(ItemKind::Connection, &kind, open, None);
                    }
                }
            }
            "event" => {
                let fields = self.trigger_image();
                for key in fields.map_or_else(Vec::new, Image::sets) {
                    let detail = key.holds.words();
                    self.accessed(ItemKind::Event, key.name, open, Some(&detail));
                }
            }
            _ => {}
        }
    }

    fn second(&mut self, root: &str, first: &str, open: &Open) {
        match root {
            "outputs" => {
                for output in self.outputs(first) {
                    self.accessed(ItemKind::Output, &output, open, None);
                }
            }
            "steps" => {
                for state in self.library.words(Group::State) {
                    let at = self.items.len();
                    self.accessed(ItemKind::Value, state.name, open, None);
                    if let Some(item) = self.items.get_mut(at) {
                        item.documentation = Some(state.says.to_owned());
                    }
                }
            }
            "connections" => {
                for (_, name) in self.connections(Some(first)) {
                    let state = self.state(first, &name);
                    self.accessed(ItemKind::Connection, &name, open, Some(state));
                }
            }
            _ => {}
        }
    }

    /// A name behind a dot, a bracket or a quote.
    fn accessed(&mut self, kind: ItemKind, name: &str, open: &Open, detail: Option<&str>) {
        let mut item = Item::new(kind, name);
        item.detail = detail.map(str::to_owned);
        let mut insert = self.access(self.spot.notation, name, open);
        if self.spot.notation == Notation::Plain && breaks(&insert, self.spot.in_brackets()) {
            let Some(also) = self.quotes_around() else {
                return;
            };
            item.also = also;
            insert = self.access(Notation::Double, name, open);
        }
        self.items.push(item.insert(insert));
    }

    /// What is still missing of such a name, in a scalar of this notation.
    fn access(&self, notation: Notation, name: &str, open: &Open) -> String {
        let behind = &self.assist.text[self.replaced.end as usize..];
        let Some(quote) = open.quote else {
            let end = if open.bracket && !behind.starts_with(']') {
                "]"
            } else {
                ""
            };
            return format!("{}{end}", access(notation, None, open.bracket, name));
        };
        let inside = escaped(notation, &inside(name, quote));
        if behind.starts_with(quote) {
            return inside;
        }
        let quote = escaped(notation, &quote.to_string());
        let end = if open.bracket { "]" } else { "" };
        format!("{inside}{quote}{end}")
    }

    /// Quotes around a scalar that has none, for something that needs them.
    fn quotes_around(&self) -> Option<Vec<crate::diagnostic::Edit>> {
        let (start, end) = (self.spot.word.start as usize, self.spot.word.end as usize);
        let whole = self.assist.text.get(start..end)?;
        let apart = start < self.replaced.start as usize && end > self.replaced.end as usize;
        if self.spot.crowded || whole.contains(['"', '\\', '\n']) || !apart {
            return None;
        }
        Some(vec![self.edit(start, "\""), self.edit(end, "\"")])
    }
}

/// Whether a template that begins a text has its end in it.
fn closed(text: &str) -> bool {
    let mut depth = 0_u32;
    let mut quote = None;
    for c in text.chars().skip(2) {
        if let Some(open) = quote {
            quote = (c != open).then_some(open);
            continue;
        }
        match c {
            '\'' | '"' | '`' => quote = Some(c),
            '{' => depth += 1,
            '}' if depth == 0 => return true,
            '}' => depth -= 1,
            _ => {}
        }
    }
    false
}
