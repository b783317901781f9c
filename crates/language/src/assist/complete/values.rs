//! Values: words, names, and what is evaluated.

use super::{Asked, Item, ItemKind};
use crate::assist::room::Room;
use crate::assist::vocabulary::Holds;
use crate::assist::written::Notation;

/// Schedules that people use, with what they mean.
const SCHEDULES: [(&str, &str); 5] = [
    ("0 7 * * 1-5", "at 7:00 on weekdays"),
    ("*/15 * * * *", "every quarter of an hour"),
    ("@hourly", "every hour"),
    ("@daily", "every midnight"),
    ("@every 6h", "every six hours"),
];

impl Asked<'_, '_> {
    pub(super) fn values(&mut self, found: Room<'_>, explicit: bool) {
        match found {
            Room::Words(words) => {
                for word in words {
                    self.name(ItemKind::Value, word, None);
                }
            }
            Room::Schedule => {
                for (schedule, detail) in SCHEDULES {
                    self.name(ItemKind::Value, schedule, Some(detail.to_owned()));
                }
            }
            Room::DependsOn => {
                for name in self.dependable() {
                    self.name(ItemKind::Step, &name, None);
                }
            }
            Room::Image { trigger } => self.images(trigger),
            Room::Spec { trigger, path } => {
                if let Some(last) = path.len().checked_sub(1) {
                    self.expected(trigger, &path[..last], path[last]);
                    self.evaluated(trigger, false, explicit);
                }
            }
            Room::Value { trigger, condition } => {
                // An argument of a function may be anything.
                let argument = self.spot.frames.last().is_some_and(|top| top.tag.is_some());
                let condition = condition && !argument;
                if condition && self.is_free() {
                    for word in ["true", "false"] {
                        self.items.push(Item::new(ItemKind::Value, word));
                    }
                }
                self.evaluated(trigger, condition, explicit);
            }
            _ => {}
        }
    }

    /// What a published image wants at a key of its spec.
    fn expected(&mut self, trigger: bool, path: &[&str], name: &str) {
        let frame = Self::image_frame(trigger);
        let image = self.spot.value(self.assist.text, frame, "image");
        let Some(image) = image.and_then(|image| self.library.image(image)) else {
            return;
        };
        let keys = image.keys(path);
        let Some(key) = keys.iter().find(|key| key.name == name) else {
            return;
        };
        if !self.is_free() || self.spot.tag.is_some() {
            return;
        }
        match key.holds {
            Holds::Boolean => {
                for word in ["true", "false"] {
                    self.items.push(Item::new(ItemKind::Value, word));
                }
            }
            Holds::Connection(kind) => {
                let names = self.connections(Some(kind));
                for (kind, name) in names {
                    self.connection_tag(&kind, &name);
                }
            }
            _ => {}
        }
    }

    /// Tags and templates. While somebody merely types a text, templates keep out of the way.
    fn evaluated(&mut self, trigger: bool, condition: bool, explicit: bool) {
        let typed = self.typed();
        if typed.starts_with('!') || (typed.is_empty() && self.spot.tag.is_none()) {
            self.tags(trigger, condition);
        }
        let typed = self.typed();
        let plain = self.spot.notation == Notation::Plain;
        let wanted = typed.starts_with('$') || (typed.is_empty() && (explicit || plain));
        if wanted && self.spot.tag.is_none() && !(plain && self.is_followed()) {
            self.whole_templates(trigger, condition);
        }
    }
}
