//! Goes through a value and finds every reference in it, following aliases and merge keys.

use super::{Found, Named, Notation, Written, function, guards, map_form, tag, text};
use crate::code::Code;
use crate::diagnostic::Severity;
use crate::findings::Findings;
use crate::limits::{MAX_REFERENCES, MAX_TEXT};
use crate::repair::Repair;
use crate::text::Span;
use crate::tree::{Content, NodeId, ScalarType, Style, Tree};

/// Finds references. Its lists are kept from one value to the next, so that many small values
/// cost no memory of their own.
pub(crate) struct Walker<'a, 't> {
    pub(super) tree: &'a Tree<'t>,
    waiting: Vec<(NodeId, Around)>,
    /// Whether a node has been looked at, by its number.
    seen: Vec<bool>,
    /// How many more references are noted down.
    pub(super) left: usize,
    /// How many more bytes of templates are read, counted again for each alias.
    pub(super) bytes_left: usize,
    entered: Around,
}

/// What stands around a value, as far as it decides how grave a mistake in it is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Around {
    /// Whether `coalesce` or `exists` may cope with it, or never look at it.
    pub(super) guarded: bool,
    /// Whether it belongs to a trigger: without it runs can still be started.
    trigger: bool,
    /// Whether the step asks for it in parts, and may never ask for this one.
    in_parts: bool,
}

impl Around {
    pub(super) fn guarded_if(self, guarded: bool) -> Self {
        Self {
            guarded: self.guarded || guarded,
            ..self
        }
    }

    /// How grave it is that something cannot be evaluated here.
    pub(super) fn severity(self) -> Severity {
        if self.guarded || self.trigger {
            Severity::Warning
        } else {
            Severity::Error
        }
    }

    /// The same for a call that is understood but goes wrong. Published workflows have such calls
    /// in values that their steps do not ask for.
    pub(super) fn severity_of_a_call(self) -> Severity {
        if self.in_parts {
            Severity::Warning
        } else {
            self.severity()
        }
    }
}

impl<'a, 't> Walker<'a, 't> {
    pub(crate) fn new(tree: &'a Tree<'t>) -> Self {
        Self {
            tree,
            waiting: Vec::new(),
            seen: vec![false; tree.len()],
            left: MAX_REFERENCES,
            bytes_left: MAX_TEXT,
            entered: Around::default(),
        }
    }

    /// Whether the values that follow belong to a trigger, or are asked for in parts.
    pub(crate) fn enter(&mut self, trigger: bool, in_parts: bool) {
        self.entered = Around {
            guarded: false,
            trigger,
            in_parts,
        };
    }

    /// Whether the walks so far came by this node.
    pub(crate) fn came_by(&self, id: NodeId) -> bool {
        self.seen.get(id.index()).copied().unwrap_or_default()
    }

    /// Every reference in the value, in the order of the text, given to `found` one by one.
    pub(crate) fn walk(
        &mut self,
        value: NodeId,
        findings: &mut Findings<'_>,
        found: &mut Vec<Found>,
    ) {
        self.waiting.push((value, self.entered));
        while let Some((id, around)) = self.waiting.pop() {
            self.visit(id, around, findings, found);
        }
    }

    fn visit(
        &mut self,
        id: NodeId,
        around: Around,
        findings: &mut Findings<'_>,
        found: &mut Vec<Found>,
    ) {
        let tree = self.tree;
        if let Content::Alias(target) = tree.content(id) {
            if tree.follows_aliases() {
                self.waiting.push((target, around));
            }
            return;
        }
        if let Some(seen) = self.seen.get_mut(id.index()) {
            *seen = true;
        }
        let span = tree.span_with_tag(id);
        if let Some(tag) = tree.tag(id) {
            match tag::read(tree, id, tag, findings) {
                tag::Reading::Reference(written) => {
                    // A name on a scalar is the tagged node itself: only templates are in it.
                    let templates = written.computed == [id];
                    self.note(written, id, around, findings, found);
                    if templates {
                        self.waiting.pop();
                        self.check_template(id, span, around, findings, found);
                    }
                    return;
                }
                tag::Reading::Call(name) => {
                    function::check(tree, &name, tag.span, id, around, findings);
                    let around = around.guarded_if(guards(&name));
                    return self.untagged(id, around, span, findings, found);
                }
                tag::Reading::Nothing => return,
                tag::Reading::Plain => {}
            }
        }
        self.untagged(id, around, span, findings, found);
    }

    /// A node without its tag.
    fn untagged(
        &mut self,
        id: NodeId,
        around: Around,
        span: Span,
        findings: &mut Findings<'_>,
        found: &mut Vec<Found>,
    ) {
        let tree = self.tree;
        if matches!(tree.content(id), Content::Mapping) {
            match map_form::read(tree, id, findings) {
                map_form::Reading::Reference(written) => {
                    return self.note(written, id, around, findings, found);
                }
                map_form::Reading::Call(name, arguments) => {
                    if let Some((key, _)) = tree.entries(id).next() {
                        let word = tree.verbatim(key).unwrap_or_else(|| tree.span(key));
                        function::check(tree, &name, word, arguments, around, findings);
                    }
                    let around = around.guarded_if(guards(&name));
                    return self.waiting.push((arguments, around));
                }
                map_form::Reading::Nothing => return,
                map_form::Reading::Data => {}
            }
        }
        self.children(id, around, span, findings, found);
    }

    /// Notes a reference down, and looks next at the names in it that are not written out.
    fn note(
        &mut self,
        written: Written,
        node: NodeId,
        around: Around,
        findings: &mut Findings<'_>,
        found: &mut Vec<Found>,
    ) {
        let span = self.tree.span_with_tag(node);
        if self.left == 0 {
            return self.stop(span, findings);
        }
        self.left -= 1;
        if let Some(question) = written.question {
            self.check_question(question, around, findings);
        }
        let named = written.named.map(|node| {
            let node =
                node.filter(|node| matches!(self.tree.content(*node), Content::Scalar(..)))?;
            Some(Named {
                span: self.tree.span(node),
                notation: Notation::Scalar,
            })
        });
        found.push(Found {
            reference: written.reference,
            span,
            node,
            named,
            guarded: around.guarded,
            whole: false,
        });
        self.waiting
            .extend(written.computed.iter().rev().map(|one| (*one, around)));
    }

    fn children(
        &mut self,
        id: NodeId,
        around: Around,
        span: Span,
        findings: &mut Findings<'_>,
        found: &mut Vec<Found>,
    ) {
        let tree = self.tree;
        match tree.content(id) {
            Content::Scalar(text, style) => {
                if style == Style::Plain && is_infinite(text) {
                    not_finite(tree, id, findings);
                }
                self.check_template(id, span, around, findings, found);
            }
            Content::Sequence(items) => {
                self.waiting
                    .extend(items.iter().rev().map(|item| (*item, around)));
            }
            Content::Mapping => {
                let first = self.waiting.len();
                for (key, value) in tree.entries(id) {
                    if tree.scalar(key).is_some_and(|key| key.contains("${")) {
                        text::template_as_key(tree, id, key, findings);
                    }
                    self.waiting.push((value, around));
                }
                self.waiting[first..].reverse();
            }
            Content::Alias(_) => {}
        }
    }

    /// Looks no further: no workflow refers to so much, only texts made to be slow.
    pub(super) fn stop(&mut self, span: Span, findings: &mut Findings<'_>) {
        self.waiting.clear();
        self.left = 0;
        findings.error(
            Code::TooManyValues,
            span,
            format_args!(
                "there are more than {MAX_REFERENCES} references, or 256 KiB of templates with \
                 every alias counted; what follows is not looked up"
            ),
        );
    }
}

fn is_infinite(text: &str) -> bool {
    let word = text.trim_start_matches(['+', '-']);
    matches!(word, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN")
}

fn not_finite(tree: &Tree<'_>, id: NodeId, findings: &mut Findings<'_>) {
    if tree.scalar_type(id) == Some(ScalarType::Float) {
        findings.add(
            Severity::Error,
            Code::NumberNotFinite,
            tree.span(id),
            "no step can be given this number; put it in quotes if it is meant as text",
            Repair::quote_node(tree, id),
        );
    }
}
