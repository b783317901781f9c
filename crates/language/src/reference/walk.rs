//! Goes through a value and finds every reference in it, following aliases and merge keys.

use std::ops::Range;

use super::{Found, Named, Written, guards, map_form, tag, template};
use crate::code::Code;
use crate::diagnostic::{Severity, shown};
use crate::findings::Findings;
use crate::repair::Repair;
use crate::text::Span;
use crate::tree::{Content, NodeId, ScalarType, Style, Tree};

/// Finds references. Its lists are kept from one value to the next, so that many small values
/// cost no memory of their own.
pub(crate) struct Walker<'a, 't> {
    tree: &'a Tree<'t>,
    waiting: Vec<(NodeId, bool)>,
    /// Whether a node has been looked at, by its number.
    seen: Vec<bool>,
}

impl<'a, 't> Walker<'a, 't> {
    pub(crate) fn new(tree: &'a Tree<'t>) -> Self {
        Self {
            tree,
            waiting: Vec::new(),
            seen: vec![false; tree.len()],
        }
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
        if let Some(seen) = self.seen.get_mut(id.index()) {
            *seen = true;
        }
        let span = tree.span_with_tag(id);
        if let Some(tag) = tree.tag(id) {
            match tag::read(tree, id, tag, findings) {
                tag::Reading::Reference(written) => {
                    // A name on a scalar is the tagged node itself: only templates are in it.
                    let templates = written.computed == [id];
                    self.note(written, id, guarded, found);
                    if templates {
                        self.waiting.pop();
                        self.check_template(id, span, guarded, findings, found);
                    }
                    return;
                }
                tag::Reading::Call(function) => {
                    let guarded = guarded || guards(&function);
                    return self.children(id, guarded, span, findings, found);
                }
                tag::Reading::Nothing => return,
                tag::Reading::Plain => {}
            }
        }
        if matches!(tree.content(id), Content::Mapping) {
            match map_form::read(tree, id, findings) {
                map_form::Reading::Reference(written) => {
                    return self.note(written, id, guarded, found);
                }
                map_form::Reading::Call(function, arguments) => {
                    return self.waiting.push((arguments, guarded || guards(&function)));
                }
                map_form::Reading::Nothing => return,
                map_form::Reading::Data => {}
            }
        }
        self.children(id, guarded, span, findings, found);
    }

    /// Notes a reference down, and looks next at the names in it that are not written out.
    fn note(&mut self, written: Written, node: NodeId, guarded: bool, found: &mut Vec<Found>) {
        let span = self.tree.span_with_tag(node);
        let named = written
            .named
            .filter(|node| matches!(self.tree.content(*node), Content::Scalar(..)))
            .map(|node| Named {
                span: self.tree.span(node),
                template: false,
            });
        found.push(Found {
            reference: written.reference,
            span,
            node,
            named,
            guarded,
            whole: false,
        });
        self.waiting
            .extend(written.computed.iter().rev().map(|one| (*one, guarded)));
    }

    fn children(
        &mut self,
        id: NodeId,
        guarded: bool,
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
                self.check_template(id, span, guarded, findings, found);
            }
            Content::Sequence(items) => {
                self.waiting
                    .extend(items.iter().rev().map(|item| (*item, guarded)));
            }
            Content::Mapping => {
                let first = self.waiting.len();
                for (key, value) in tree.entries(id) {
                    if tree.scalar(key).is_some_and(|key| key.contains("${")) {
                        template_as_key(tree, key, findings);
                    }
                    self.waiting.push((value, guarded));
                }
                self.waiting[first..].reverse();
            }
            Content::Alias(_) => {}
        }
    }

    /// Everything that is said about the templates of one text, and every reference in them.
    fn check_template(
        &mut self,
        id: NodeId,
        span: Span,
        guarded: bool,
        findings: &mut Findings<'_>,
        found: &mut Vec<Found>,
    ) {
        let Content::Scalar(text, style) = self.tree.content(id) else {
            return;
        };
        if !text.contains("${") {
            return;
        }
        let source = self.tree.verbatim(id).map(|span| span.start as usize);
        // Where a part of the text stands in the source, if it stands there as it is.
        let part = |range: &Range<usize>| {
            source.map(|start| Span::new(start + range.start, start + range.end))
        };
        let templates = template::read(text);
        if let Some(start) = templates.endless
            && style == Style::Plain
        {
            swallowed(self.tree.source(), self.tree.span(id), start, findings);
        }
        for one in templates.unknown {
            let span = part(&one.range).unwrap_or(span);
            unknown_root(&text[one.range], span, guarded || one.guarded, findings);
        }
        for one in templates.references {
            found.push(Found {
                span: part(&one.range).unwrap_or(span),
                node: id,
                reference: one.reference,
                named: one.named.as_ref().and_then(part).map(|span| Named {
                    span,
                    template: true,
                }),
                guarded: guarded || one.guarded,
                whole: one.whole,
            });
        }
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

const ROOTS: [&str; 6] = [
    "parameters",
    "connections",
    "secrets",
    "outputs",
    "steps",
    "event",
];

fn unknown_root(name: &str, span: Span, guarded: bool, findings: &mut Findings<'_>) {
    let guess = findings.guess(name, ROOTS).or(
        "; an expression begins with `parameters`, `connections`, `secrets`, `outputs`, `steps` \
         or `event`, and a text in it stands in quotes",
    );
    let severity = if guarded {
        Severity::Warning
    } else {
        Severity::Error
    };
    findings.add(
        severity,
        Code::UnknownRoot,
        span,
        format_args!(
            "there is no {} to begin an expression with{guess}",
            shown(name)
        ),
        guess.found.map(|found| Repair::replace(span, found)),
    );
}

/// A template without quotes that YAML cut off, because ` #` begins a comment.
fn swallowed(source: &str, node: Span, start: usize, findings: &mut Findings<'_>) {
    let behind = source.get(node.end as usize..).unwrap_or_default();
    let line = behind.split(['\n', '\r']).next().unwrap_or_default();
    let Some(end) = line
        .rfind('}')
        .filter(|_| line.trim_start().starts_with('#'))
    else {
        return;
    };
    let end = node.end as usize + end + 1;
    let whole = Span::new(node.start as usize, end);
    findings.add(
        Severity::Error,
        Code::UnquotedTemplate,
        Span::new(node.start as usize + start, end),
        "a template that contains ` #` has to stand in quotes, or YAML takes the rest for a comment",
        Repair::quote(source, whole),
    );
}

/// A template in a key: either YAML found a key where none was meant, or it has no effect.
fn template_as_key(tree: &Tree<'_>, key: NodeId, findings: &mut Findings<'_>) {
    let text = tree.scalar(key).unwrap_or_default();
    if text.contains('}') {
        findings.warning(
            Code::TemplateInKey,
            tree.span(key),
            "keys are not evaluated; put the template into the value",
        );
        return;
    }
    let span = tree.span(key);
    let behind = tree.source().get(span.start as usize..).unwrap_or_default();
    let line = behind.split(['\n', '\r']).next().unwrap_or_default();
    let end = line
        .rfind('}')
        .map_or(span.end as usize, |end| span.start as usize + end + 1);
    let whole = Span::new(span.start as usize, end);
    findings.add(
        Severity::Warning,
        Code::UnquotedTemplate,
        whole,
        "a template that contains `: ` has to stand in quotes, or YAML takes it for a key",
        Repair::quote(tree.source(), whole),
    );
}
