//! The parts of a text as a list of headings.

use serde::Serialize;

use super::Assist;
use crate::text::{Place, Span};
use crate::tree::NodeId;

/// What a heading stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OutlineKind {
    /// A top key with a list of its own, such as `steps`.
    Section,
    /// A declared parameter.
    Parameter,
    /// A trigger.
    Trigger,
    /// A step that runs an image.
    Container,
    /// A step that asks a person.
    Approval,
}

/// A heading with those below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutlineItem {
    /// What the text calls it; empty while it has no name.
    pub name: String,
    /// What it is.
    pub kind: OutlineKind,
    /// All of it.
    pub place: Place,
    /// Its name.
    pub name_place: Place,
    /// What it consists of.
    pub children: Vec<OutlineItem>,
}

impl Assist<'_> {
    /// Parameters, triggers and steps, each below its key, in the order of the text.
    pub fn outline(&self) -> Vec<OutlineItem> {
        let tree = &self.tree;
        let Some(root) = tree.root() else {
            return Vec::new();
        };
        let mut outline = Vec::new();
        for (key, value) in tree.entries(root) {
            let Some(name) = tree.scalar(key) else {
                continue;
            };
            let children = match name {
                "parameters" => self.parameters(),
                "triggers" => self.triggers(),
                "steps" => self.steps(),
                _ => continue,
            };
            outline.push(OutlineItem {
                name: name.to_owned(),
                kind: OutlineKind::Section,
                place: self.place(tree.span(key).to(tree.span(value))),
                name_place: self.place(tree.span(key)),
                children,
            });
        }
        outline
    }

    fn parameters(&self) -> Vec<OutlineItem> {
        let made = |(key, body): &(NodeId, NodeId)| {
            self.item(
                OutlineKind::Parameter,
                Some(*key),
                self.tree.span(*key).to(self.tree.span(*body)),
            )
        };
        self.parts.parameters.iter().map(made).collect()
    }

    fn triggers(&self) -> Vec<OutlineItem> {
        let made = |one: &super::parts::Part| {
            let span = self.tree.span_with_tag(one.item);
            self.item(OutlineKind::Trigger, one.name, span)
        };
        self.parts.triggers.iter().map(made).collect()
    }

    fn steps(&self) -> Vec<OutlineItem> {
        let made = |one: &super::parts::Part| {
            let kind = self.tree.get(one.node, "type");
            let kind = if kind.and_then(|kind| self.tree.scalar(kind)) == Some("approval") {
                OutlineKind::Approval
            } else {
                OutlineKind::Container
            };
            self.item(kind, one.name, self.tree.span_with_tag(one.item))
        };
        self.parts.steps.iter().map(made).collect()
    }

    fn item(&self, kind: OutlineKind, name: Option<NodeId>, whole: Span) -> OutlineItem {
        let text = name.and_then(|name| self.tree.scalar(name));
        OutlineItem {
            name: text.unwrap_or_default().to_owned(),
            kind,
            place: self.place(whole),
            name_place: self.place(name.map_or(whole, |name| self.tree.span(name))),
            children: Vec::new(),
        }
    }
}
