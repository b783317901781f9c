//! Tags with what follows them, and templates, in the place of a value.

use super::writing::{CLOSE, OPEN, access, plain};
use super::{Asked, Item, ItemKind};
use crate::assist::vocabulary::Group;
use crate::assist::written::Notation;

impl Asked<'_, '_> {
    /// Tags with what follows them.
    pub(super) fn tags(&mut self, trigger: bool, condition: bool) {
        let free = self.is_free();
        if self.spot.notation != Notation::Plain {
            return;
        }
        // Neither of them ever is a condition.
        if free && !condition {
            for (kind, name) in self.connections(None) {
                if !self.offers(&format!("!Connection {kind} / {name}")) {
                    self.connection_tag(&kind, &name);
                }
            }
            for name in self.secrets() {
                let insert = format!("!Secret {}", plain(&name));
                let label = format!("!Secret {name}");
                self.items
                    .push(Item::new(ItemKind::Secret, label).insert(insert));
            }
        }
        if free && !trigger {
            for one in &self.assist.document.parameters {
                let item = Item::new(ItemKind::Parameter, format!("!Parameter {}", one.name))
                    .insert(format!("!Parameter {}", plain(&one.name)))
                    .says(one.description.clone());
                self.items.push(item);
            }
            for (step, output) in self.outputs_of(&self.dependable()) {
                let insert = format!(
                    "!Output {{from: {}, name: {}}}",
                    plain(&step),
                    plain(&output)
                );
                let label = format!("!Output {step} / {output}");
                self.items
                    .push(Item::new(ItemKind::Output, label).insert(insert));
            }
        }
        for word in self.library.words(Group::Tag) {
            let shape = match word.name {
                "Connection" | "Secret" if condition => continue,
                "Connection" => {
                    format!("{{type: {OPEN}aws{CLOSE}, name: {OPEN}my-aws-account{CLOSE}}}")
                }
                "Secret" => format!("{OPEN}name{CLOSE}"),
                "Parameter" if !trigger => format!("{OPEN}name{CLOSE}"),
                "Output" if !trigger => {
                    format!("{{from: {OPEN}step{CLOSE}, name: {OPEN}output{CLOSE}}}")
                }
                "Data" if trigger => format!("{OPEN}field{CLOSE}"),
                _ => continue,
            };
            let label = format!("!{}", word.name);
            let snippet = if free {
                format!("{label} {shape}")
            } else {
                label.clone()
            };
            let item = Item::new(ItemKind::Tag, label).says(Some(word.says));
            self.items.push(item.snippet(&snippet));
        }
        for one in self.library.functions() {
            let label = format!("!Fn.{}", one.name);
            let snippet = if free {
                format!("{label} [{OPEN}{CLOSE}]")
            } else {
                label.clone()
            };
            let item = Item::new(ItemKind::Function, label)
                .detail(one.signature())
                .says(Some(one.says));
            self.items.push(item.snippet(&snippet));
        }
    }

    pub(super) fn connection_tag(&mut self, kind: &str, name: &str) {
        let insert = format!(
            "!Connection {{type: {}, name: {}}}",
            plain(kind),
            plain(name)
        );
        let item = Item::new(ItemKind::Connection, format!("!Connection {kind} / {name}"));
        let detail = self.state(kind, name);
        self.items.push(item.insert(insert).detail(detail));
    }

    /// Whole templates in the place of an empty value.
    pub(super) fn whole_templates(&mut self, trigger: bool, condition: bool) {
        let mut found: Vec<(ItemKind, String, String)> = Vec::new();
        if !trigger {
            for one in &self.assist.document.parameters {
                found.push((
                    ItemKind::Parameter,
                    "parameters".to_owned(),
                    one.name.clone(),
                ));
            }
        }
        let secrets = if condition {
            Vec::new()
        } else {
            self.secrets()
        };
        for name in secrets {
            found.push((ItemKind::Secret, "secrets".to_owned(), name));
        }
        for (kind, root, name) in found {
            let accessor = access(self.spot.notation, None, false, &name);
            let expression = format!("${{{root}.{accessor}}}");
            let item = Item::new(kind, format!("${{{root}.{name}}}"));
            let insert = self.scalar_template(&expression);
            self.items.push(item.insert(insert));
        }
        let label = "${…}";
        let item = Item::new(ItemKind::Root, label)
            .detail("a template")
            .says(Some(
                "An expression that is worked out when the step starts.",
            ));
        let snippet = self.scalar_template(&format!("${{{OPEN}{CLOSE}}}"));
        self.items.push(item.snippet(&snippet));
    }

    /// A template as the whole value.
    fn scalar_template(&self, template: &str) -> String {
        if self.spot.notation != Notation::Plain {
            return self.scalar(template);
        }
        let plain =
            !self.spot.in_brackets() && !template.contains(": ") && !template.contains(" #");
        if plain {
            template.to_owned()
        } else if template.contains(['\\', '"']) {
            format!("'{}'", template.replace('\'', "''"))
        } else {
            format!("\"{template}\"")
        }
    }
}
