//! Published images, each with the keys it reads.

use super::writing::{CLOSE, OPEN, plain};
use super::{Asked, Item, ItemKind};
use crate::assist::spot::Role;
use crate::assist::vocabulary::{self, Holds, Image, Key};
use crate::assist::written::Notation;

/// How deep keys inside keys are written out.
const DEEPEST: usize = 4;

impl Asked<'_, '_> {
    pub(super) fn images(&mut self, trigger: bool) {
        let frame = Self::image_frame(trigger);
        let entries = self.spot.frames.get(frame).map(|frame| &frame.entries);
        let mut entries = entries.into_iter().flatten();
        let has_spec = entries.any(|one| self.assist.bare(one.key) == "spec");
        let alone = self.line_rest().trim().is_empty() && self.spot.notation == Notation::Plain;
        let mine = |image: &Image<'_>| image.is_trigger() == trigger;
        for image in self.library.images().filter(mine) {
            let name = format!("relaysh/{}", image.name);
            let item = Item::new(ItemKind::Image, name.as_str()).says(Some(image.says));
            let skeleton = if has_spec || self.spot.role != (Role::Value { fresh: false }) {
                None
            } else {
                self.skeleton(image)
            };
            let written = self.scalar(&name);
            let mut item = match &skeleton {
                Some(skeleton) if alone => item.snippet(&format!("{written}{skeleton}")),
                _ => item.insert(written),
            };
            if let Some(skeleton) = skeleton.filter(|_| !alone && !self.spot.in_brackets()) {
                let skeleton = skeleton.replace([OPEN, CLOSE], "");
                let end = self.replaced.end as usize + self.line_rest().len();
                item.also = vec![self.edit(end, &skeleton)];
                // A quote that is still open takes in the rest of its line.
                if !self.spot.closed {
                    item.also.clear();
                }
            }
            self.items.push(item);
        }
    }

    /// The keys that an image cannot do without, below the line of its name.
    fn skeleton(&self, image: Image<'_>) -> Option<String> {
        let keys = image.keys(&[]);
        // Hardly any image does without its connection, whatever it says.
        let needed = |key: &Key<'_>| key.required || matches!(key.holds, Holds::Connection(_));
        let required: Vec<Key<'_>> = keys.into_iter().filter(needed).collect();
        if required.is_empty() || self.spot.in_brackets() {
            return None;
        }
        // The column of `image` itself.
        let frame = self.spot.frames.last()?;
        let super::super::spot::Holder::Map(column) = frame.holder else {
            return None;
        };
        let end = self.assist.layout().line_end;
        let mut skeleton = format!("{end}{}spec:", " ".repeat(column));
        self.lines(&required, column + 2, 1, &mut skeleton);
        Some(skeleton)
    }

    fn lines(&self, keys: &[Key<'_>], column: usize, depth: usize, skeleton: &mut String) {
        for key in keys {
            skeleton.push_str(self.assist.layout().line_end);
            skeleton.push_str(&" ".repeat(column));
            skeleton.push_str(&plain(key.name));
            skeleton.push(':');
            if let Holds::Keys(inner) = key.holds {
                let all = vocabulary::keys(inner);
                let required: Vec<Key<'_>> = all.into_iter().filter(|key| key.required).collect();
                if !required.is_empty() && depth < DEEPEST {
                    self.lines(&required, column + 2, depth + 1, skeleton);
                    continue;
                }
            }
            skeleton.push(' ');
            skeleton.push_str(&self.placeholder(key));
        }
    }

    /// What stands behind a key until somebody writes something else.
    fn placeholder(&self, key: &Key<'_>) -> String {
        let declared = &self.assist.document.parameters;
        if matches!(key.holds, Holds::Text | Holds::Number | Holds::Boolean)
            && declared.iter().any(|one| one.name == key.name)
        {
            return format!("{OPEN}!Parameter {}{CLOSE}", plain(key.name));
        }
        match key.holds {
            Holds::Text => format!("{OPEN}''{CLOSE}"),
            Holds::List => format!("{OPEN}[]{CLOSE}"),
            Holds::Map | Holds::Keys(_) => format!("{OPEN}{{}}{CLOSE}"),
            Holds::Number => format!("{OPEN}0{CLOSE}"),
            Holds::Boolean => format!("{OPEN}false{CLOSE}"),
            Holds::Secret => format!("!Secret {OPEN}{}{CLOSE}", plain(key.name)),
            Holds::Connection(kind) => {
                let name = match self.first_connection(kind) {
                    Some(name) => name.to_owned(),
                    None => format!("my-{kind}-connection"),
                };
                format!(
                    "!Connection {{type: {}, name: {OPEN}{}{CLOSE}}}",
                    plain(kind),
                    plain(&name)
                )
            }
        }
    }
}
