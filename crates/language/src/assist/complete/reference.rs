//! Inside tags and `$type` maps: `!Connection {type: …, name: …}`, `!Secret …`.

use super::writing::{CLOSE, OPEN, plain};
use super::{Asked, Item, ItemKind};
use crate::assist::spot::{Frame, Role, part};
use crate::assist::vocabulary::Group;
use crate::assist::written::Notation;

impl Asked<'_, '_> {
    /// Offers what belongs inside a reference; `false` when the place is in none.
    pub(super) fn inside_reference(&mut self) -> bool {
        if let Some(tag) = self.spot.tag {
            let tag = part(self.assist.text, tag).to_owned();
            return self.behind_tag(&tag);
        }
        let Some(frame) = self.spot.frames.last() else {
            return false;
        };
        let tag = frame.tag.map(|tag| part(self.assist.text, tag).to_owned());
        let last = self.spot.frames.len() - 1;
        let word = self.spot.value(self.assist.text, last, "$type");
        let word = word
            .filter(|_| frame.is_map())
            .map(|word| format!("!{word}"));
        let current = if frame.is_map() {
            let entry = frame.entries.get(frame.current).copied();
            self.assist.bare(entry.unwrap_or_default().key).to_owned()
        } else {
            frame.current.to_string()
        };
        if current == "$type" && frame.is_map() && self.spot.role == (Role::Value { fresh: false })
        {
            let tags = self.library.words(Group::Tag);
            for word in tags.filter(|word| word.name != "Answer") {
                self.name(ItemKind::Tag, word.name, None);
            }
            return true;
        }
        let Some(tag) = word.or(tag) else {
            return false;
        };
        let fields: &[&str] = match tag.as_str() {
            "!Connection" => &["type", "name"],
            "!Output" => &["from", "name"],
            "!Secret" | "!Parameter" => &["name"],
            "!Data" => &["query"],
            tag => return self.arguments(tag),
        };
        if matches!(self.spot.role, Role::Key { .. }) {
            self.fields(&tag, fields);
            return true;
        }
        let field = match current.as_str() {
            "0" => fields.first().copied(),
            "1" => fields.get(1).copied(),
            key => fields.iter().copied().find(|field| *field == key),
        };
        self.field(&tag, field.unwrap_or_default());
        true
    }

    /// The key that makes a reference of an empty map.
    pub(super) fn type_key(&mut self) {
        let empty = |frame: &Frame| {
            let others = frame.entries.iter();
            !others
                .into_iter()
                .any(|one| one.key.start != self.spot.word.start)
        };
        let colon = self.spot.role == Role::Key { colon: true };
        if !colon && self.is_free() && self.spot.frames.last().is_some_and(empty) {
            let item = Item::new(ItemKind::Key, "$type").detail("a reference as a map");
            self.items.push(item.insert("$type: "));
        }
    }

    /// The scalar or the rest behind a tag.
    fn behind_tag(&mut self, tag: &str) -> bool {
        if self.spot.role == (Role::Value { fresh: true }) {
            match tag {
                "!Connection" => self.fields(tag, &["type", "name"]),
                "!Output" => self.fields(tag, &["from", "name"]),
                _ => {}
            }
        }
        let empty = self.spot.word.start == self.spot.word.end && self.is_free();
        match tag {
            "!Secret" | "!Parameter" => self.field(tag, "name"),
            "!Data" => self.event_fields(),
            "!Connection" if empty => {
                for (kind, name) in self.connections(None) {
                    let map = format!("{{type: {}, name: {}}}", plain(&kind), plain(&name));
                    let detail = self.state(&kind, &name);
                    let item = Item::new(ItemKind::Connection, format!("{kind} / {name}"));
                    self.items.push(item.insert(map).detail(detail));
                }
                let any = format!("{{type: {OPEN}aws{CLOSE}, name: {OPEN}my-aws-account{CLOSE}}}");
                self.items
                    .push(Item::new(ItemKind::Tag, "{type, name}").snippet(&any));
            }
            "!Output" if empty => {
                let steps = self.dependable();
                for (step, output) in self.outputs_of(&steps) {
                    let map = format!("{{from: {}, name: {}}}", plain(&step), plain(&output));
                    let item = Item::new(ItemKind::Output, format!("{step} / {output}"));
                    self.items.push(item.insert(map));
                }
                for step in steps {
                    let map = format!("{{from: {}, name: {OPEN}output{CLOSE}}}", plain(&step));
                    let item = Item::new(ItemKind::Step, step);
                    self.items.push(item.snippet(&map));
                }
            }
            "!Connection" | "!Output" | "!Answer" => {}
            // A function of one argument.
            _ => return false,
        }
        true
    }

    /// The keys of a reference's map, and for connections both in one go.
    fn fields(&mut self, tag: &str, fields: &[&str]) {
        let colon = self.spot.role == Role::Key { colon: true };
        let has = |asked: &Self, name: &str| asked.sibling(name).is_some();
        let none = !fields.iter().any(|field| has(self, field));
        let free = self.is_free() && !colon;
        if tag == "!Connection" && none && free && self.spot.in_brackets() {
            for (kind, name) in self.connections(None) {
                let both = format!("type: {}, name: {}", plain(&kind), plain(&name));
                let detail = self.state(&kind, &name);
                let item = Item::new(ItemKind::Connection, format!("{kind} / {name}"));
                self.items.push(item.insert(both).detail(detail));
            }
        }
        for field in fields {
            if has(self, field) || !(free || colon) {
                continue;
            }
            let insert = if colon || self.spot.notation != Notation::Plain {
                self.scalar(field)
            } else {
                format!("{field}: ")
            };
            self.items
                .push(Item::new(ItemKind::Key, *field).insert(insert));
        }
    }

    /// The values that a field of a reference can have.
    fn field(&mut self, tag: &str, field: &str) {
        match (tag, field) {
            ("!Secret", "name") => {
                for name in self.secrets() {
                    let held = self.holdings.secrets.iter().any(|one| one.name == name);
                    let detail = if held { "configured" } else { "missing" };
                    self.name(ItemKind::Secret, &name, Some(detail.to_owned()));
                }
            }
            ("!Parameter", "name") => {
                for one in &self.assist.document.parameters {
                    self.name(ItemKind::Parameter, &one.name, one.description.clone());
                }
            }
            ("!Data", _) => self.event_fields(),
            ("!Connection", "type") => self.connection_types(),
            ("!Connection", "name") => {
                let kind = self.other_field("type", 0);
                for (of, name) in self.connections(kind.as_deref()) {
                    let state = self.state(&of, &name);
                    let detail = match &kind {
                        Some(_) => state.to_owned(),
                        None => format!("{of}, {state}"),
                    };
                    self.name(ItemKind::Connection, &name, Some(detail));
                }
            }
            ("!Output", "from") => {
                for step in self.dependable() {
                    self.name(ItemKind::Step, &step, None);
                }
            }
            ("!Output", "name") => {
                let Some(step) = self.other_field("from", 0) else {
                    return;
                };
                for output in self.outputs(&step) {
                    self.name(ItemKind::Output, &output, None);
                }
            }
            _ => {}
        }
    }

    /// Types of connections: first those the account has, then all others.
    fn connection_types(&mut self) {
        for (kind, _) in self.connections(None) {
            if !self.offers(&kind) {
                let label = model::connection_type(&kind).map(|known| known.label.to_owned());
                self.name(ItemKind::Connection, &kind, label);
            }
        }
        for known in model::connection_types() {
            if !self.offers(known.name) {
                self.name(
                    ItemKind::Connection,
                    known.name,
                    Some(known.label.to_owned()),
                );
            }
        }
    }

    /// Another field of the same reference, by its key or by its place in a list.
    fn other_field(&self, key: &str, place: usize) -> Option<String> {
        let last = self.spot.frames.len().checked_sub(1)?;
        let frame = self.spot.frames.get(last)?;
        if frame.is_map() {
            let value = self.spot.value(self.assist.text, last, key)?;
            return Some(value.to_owned());
        }
        let entry = frame.entries.get(place)?;
        Some(self.assist.bare(entry.value).to_owned())
    }

    /// Inside the arguments of a function only its keywords are special.
    fn arguments(&mut self, tag: &str) -> bool {
        let name = tag.strip_prefix("!Fn.");
        let Some(function) = name.and_then(|name| self.library.function(name)) else {
            return false;
        };
        if !matches!(self.spot.role, Role::Key { .. }) || !self.is_free() {
            return false;
        }
        for name in function.takes.split(", ") {
            let name = name.trim_end_matches('…');
            if matches!(function.name, "path" | "convertMarkdown") && self.sibling(name).is_none() {
                let item = Item::new(ItemKind::Key, name).insert(format!("{name}: "));
                self.items.push(item);
            }
        }
        true
    }
}
