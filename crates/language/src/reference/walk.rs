//! Goes through a value and finds every reference in it, following aliases and merge keys.

use super::{Found, guards, map_form, tag, template};
use crate::diagnostic::Findings;
use crate::text::Span;
use crate::tree::{Content, NodeId, Tree};

/// Finds references. Its lists are kept from one value to the next, so that many small values
/// cost no memory of their own.
pub(crate) struct Walker<'a, 't> {
    tree: &'a Tree<'t>,
    waiting: Vec<(NodeId, bool)>,
}

impl<'a, 't> Walker<'a, 't> {
    pub(crate) fn new(tree: &'a Tree<'t>) -> Self {
        Self {
            tree,
            waiting: Vec::new(),
        }
    }

    /// Every reference in the value, in the order of the text, given to `found` one by one.
    pub(crate) fn walk(
        &mut self,
        value: NodeId,
        findings: &mut Findings<'_>,
        found: &mut Vec<Found>,
    ) {
        self.waiting.push((value, false));
        while let Some((id, guarded)) = self.waiting.pop() {
            self.visit(id, guarded, findings, found);
        }
    }

    fn visit(
        &mut self,
        id: NodeId,
        guarded: bool,
        findings: &mut Findings<'_>,
        found: &mut Vec<Found>,
    ) {
        let tree = self.tree;
        if let Content::Alias(target) = tree.content(id) {
            if tree.follows_aliases() {
                self.waiting.push((target, guarded));
            }
            return;
        }
        let span = tree.span_with_tag(id);
        if let Some(tag) = tree.tag(id) {
            match tag::read(tree, id, tag, findings) {
                tag::Reading::Reference(reference, computed) => {
                    found.push(Found {
                        reference,
                        span,
                        guarded,
                    });
                    // A name on a scalar is the tagged node itself: only templates are in it.
                    if computed == [id] {
                        return self.templates(id, span, guarded, found);
                    }
                    return self
                        .waiting
                        .extend(computed.iter().rev().map(|one| (*one, guarded)));
                }
                tag::Reading::Call(function) => {
                    return self.children(id, guarded || guards(&function), span, found);
                }
                tag::Reading::Nothing => return,
                tag::Reading::Plain => {}
            }
        }
        if matches!(tree.content(id), Content::Mapping) {
            match map_form::read(tree, id, findings) {
                map_form::Reading::Reference(reference, computed) => {
                    found.push(Found {
                        reference,
                        span,
                        guarded,
                    });
                    return self
                        .waiting
                        .extend(computed.iter().rev().map(|one| (*one, guarded)));
                }
                map_form::Reading::Call(function, arguments) => {
                    return self.waiting.push((arguments, guarded || guards(&function)));
                }
                map_form::Reading::Nothing => return,
                map_form::Reading::Data => {}
            }
        }
        self.children(id, guarded, span, found);
    }

    fn children(&mut self, id: NodeId, guarded: bool, span: Span, found: &mut Vec<Found>) {
        match self.tree.content(id) {
            Content::Scalar(..) => self.templates(id, span, guarded, found),
            Content::Sequence(items) => {
                self.waiting
                    .extend(items.iter().rev().map(|item| (*item, guarded)));
            }
            Content::Mapping => {
                let first = self.waiting.len();
                self.waiting
                    .extend(self.tree.entries(id).map(|(_, value)| (value, guarded)));
                self.waiting[first..].reverse();
            }
            Content::Alias(_) => {}
        }
    }

    fn templates(&mut self, id: NodeId, span: Span, guarded: bool, found: &mut Vec<Found>) {
        let Content::Scalar(text, _) = self.tree.content(id) else {
            return;
        };
        if !text.contains("${") {
            return;
        }
        let source = self.tree.verbatim(id).map(|span| span.start as usize);
        for one in template::references(text) {
            let span = source.map_or(span, |start| {
                Span::new(start + one.range.start, start + one.range.end)
            });
            let guarded = guarded || one.guarded;
            found.push(Found {
                reference: one.reference,
                span,
                guarded,
            });
        }
    }
}
