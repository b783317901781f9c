//! The templates of one text: every reference in them, and everything that is said about them.

use std::ops::Range;

use super::walk::{Around, Walker};
use super::{Found, Named, Notation, function, guards, template};
use crate::code::Code;
use crate::diagnostic::{Severity, shown};
use crate::expression::{self, Call, Wrong};
use crate::findings::Findings;
use crate::repair::Repair;
use crate::text::Span;
use crate::tree::{Content, NodeId, Style, Tree};

/// A text and where it stands.
struct Text<'a> {
    written: &'a str,
    source: &'a str,
    /// Where the text begins in the source, if it stands there as it is.
    start: Option<usize>,
    /// If it does not: where each `${` of the text is in the source.
    anchors: Vec<(usize, usize)>,
    /// Where the whole node is.
    span: Span,
    around: Around,
}

impl<'a> Text<'a> {
    fn new(tree: &'a Tree<'_>, id: NodeId, span: Span, around: Around) -> Self {
        let (written, source) = (tree.scalar(id).unwrap_or_default(), tree.source());
        let start = tree.verbatim(id).map(|span| span.start as usize);
        let anchors = match start {
            Some(_) => Vec::new(),
            None => anchors(written, source, tree.span(id)),
        };
        Self {
            written,
            source,
            start,
            anchors,
            span,
            around,
        }
    }

    /// Where a part of the text stands in the source, if it stands there as it is.
    fn exact(&self, range: &Range<usize>) -> Option<Span> {
        const FARTHEST: usize = 1000;
        if let Some(start) = self.start {
            return Some(Span::new(start + range.start, start + range.end));
        }
        let before = self.anchors.partition_point(|(at, _)| *at <= range.start);
        let (at, start) = *self.anchors.get(before.checked_sub(1)?)?;
        // A long template is not compared again and again.
        let text = self.written.get(at..range.end.min(at + FARTHEST))?;
        let same = at + text.len() == range.end && self.source[start..].starts_with(text);
        same.then(|| Span::new(start + range.start - at, start + range.end - at))
    }

    /// Where a name stands, without its quotes.
    fn name(&self, range: &Range<usize>) -> Option<Named> {
        let quoted = self.written[..range.start].ends_with(['\'', '"', '`']);
        Some(Named {
            span: self.exact(range)?,
            notation: if quoted {
                Notation::Quoted
            } else {
                Notation::Word
            },
        })
    }

    /// Where a part of the text stands, or else the whole node.
    fn place(&self, range: &Range<usize>) -> Span {
        self.exact(range).unwrap_or(self.span)
    }
}

/// In a block, and in quotes with escapes, a template still stands as it is mostly.
fn anchors(text: &str, source: &str, span: Span) -> Vec<(usize, usize)> {
    let start = span.start as usize;
    let written = source.get(span.range()).unwrap_or_default();
    let inside: Vec<_> = text.match_indices("${").map(|(at, _)| at).collect();
    let outside: Vec<_> = written
        .match_indices("${")
        .map(|(at, _)| at + start)
        .collect();
    // An escape can make or hide a dollar: then nobody knows which is which.
    if inside.len() != outside.len() {
        return Vec::new();
    }
    inside.into_iter().zip(outside).collect()
}

impl Walker<'_, '_> {
    pub(super) fn check_template(
        &mut self,
        id: NodeId,
        span: Span,
        around: Around,
        findings: &mut Findings<'_>,
        found: &mut Vec<Found>,
    ) {
        let Content::Scalar(written, style) = self.tree.content(id) else {
            return;
        };
        if !written.contains("${") {
            return;
        }
        let Some(bytes_left) = self.bytes_left.checked_sub(written.len()) else {
            return self.stop(span, findings);
        };
        self.bytes_left = bytes_left;
        let text = Text::new(self.tree, id, span, around);
        let templates = template::read(written, self.left);
        self.left -= templates.references.len();
        let more = templates.cut;
        let cut = templates.endless.filter(|_| style == Style::Plain);
        let cut = cut.is_some_and(|start| {
            swallowed(self.tree.source(), self.tree.span(id), start, findings)
        });
        let (wrongs, calls) = expression::check_template(written);
        if !cut {
            for (open, wrong) in &wrongs {
                cannot_be_read(&text, *open, wrong, findings);
            }
        }
        check_calls(&text, calls, findings);
        // What the words of a template mean that cannot be read, nobody knows.
        let broken = wrongs.iter().map(|(open, wrong)| {
            let next = expression::next_template(written, wrong.range.start.max(open + 2));
            *open..next.unwrap_or(written.len())
        });
        let broken: Vec<_> = broken.collect();
        for one in templates.unknown {
            let before = broken.partition_point(|range| range.end <= one.range.start);
            if broken
                .get(before)
                .is_none_or(|range| !range.contains(&one.range.start))
            {
                let around = around.guarded_if(one.guarded);
                let span = text.place(&one.range);
                unknown_root(&written[one.range], span, around, findings);
            }
        }
        for range in templates.unknown_ends {
            unknown_end(&text, &range, findings);
        }
        for one in templates.references {
            found.push(Found {
                span: text.place(&one.range),
                node: id,
                reference: one.reference,
                named: one.named.map(|range| text.name(&range?)),
                guarded: around.guarded || one.guarded,
                whole: one.whole,
            });
        }
        if more {
            self.stop(span, findings);
        }
    }
}

/// Complains about an expression that is none.
fn cannot_be_read(text: &Text<'_>, open: usize, wrong: &Wrong, findings: &mut Findings<'_>) {
    let word = &text.written[wrong.range.clone()];
    if wrong.range.is_empty() && wrong.range.end == text.written.len() {
        let end = text.exact(&wrong.range);
        // Where nothing but the bracket is missing, adding it helps.
        let closed = format!("{}}}", &text.written[open..]);
        let helps = expression::check_template(&closed).0.is_empty();
        let repair = end
            .filter(|_| helps)
            .map(|end| Repair::insert("close the template", end.end, "}"));
        return findings.add(
            text.around.severity(),
            Code::TemplateSyntax,
            text.place(&(open..text.written.len())),
            "this template has no end; close it with `}`",
            repair,
        );
    }
    let other = OTHER.iter().find(|(known, _)| *known == word);
    let (cure, repair) = match other {
        Some((_, instead)) => (
            format!("; write `{instead}`"),
            text.exact(&wrong.range)
                .map(|span| Repair::replace(span, instead)),
        ),
        None if is_shell(text.written, open, &wrong.range) => (
            "; what is meant for a shell belongs under `input`, which is not evaluated".to_owned(),
            None,
        ),
        None => (String::new(), None),
    };
    findings.add(
        text.around.severity(),
        Code::TemplateSyntax,
        text.place(&wrong.range),
        format_args!(
            "the template cannot be read at {}: {}{cure}",
            shown(word),
            wrong.message
        ),
        repair,
    );
}

/// Operators of other languages, and what is written here.
const OTHER: [(&str, &str); 5] = [
    ("=", "=="),
    ("===", "=="),
    ("and", "&&"),
    ("or", "||"),
    ("mod", "%"),
];

/// Whether it looks like `${NAME:-default}` or `${NAME#prefix}`.
fn is_shell(text: &str, open: usize, wrong: &Range<usize>) -> bool {
    let before = text.get(open + 2..wrong.start).unwrap_or_default();
    let name = |c: char| c == '_' || c.is_ascii_alphanumeric();
    let behind = |c: char| ":#%/@*?=+-,^[]".contains(c);
    before.chars().all(|c| name(c) || behind(c))
        && (before.contains(behind) || text[wrong.start..].starts_with(behind))
}

/// The question of `!Data`: an expression without functions.
pub(super) fn check_question(
    tree: &Tree<'_>,
    id: NodeId,
    around: Around,
    findings: &mut Findings<'_>,
) {
    let target = tree.resolve(id);
    let Content::Scalar(question, _) = tree.content(target) else {
        return;
    };
    let text = Text::new(tree, target, tree.first_line(target), around);
    let (wrong, calls) = expression::check(question);
    if let Some(wrong) = wrong {
        findings.add(
            around.severity(),
            Code::TemplateSyntax,
            text.place(&wrong.range),
            format_args!(
                "this is no path into the data of the event, such as `a.b[0].'c d'`: {}",
                wrong.message
            ),
            None,
        );
    }
    if let Some(call) = calls.first() {
        findings.add(
            around.severity(),
            Code::UnknownFunction,
            text.place(&call.name),
            "no function can be called here; use a template with `event` instead",
            None,
        );
    }
}

fn check_calls(text: &Text<'_>, calls: Vec<Call>, findings: &mut Findings<'_>) {
    let mut guarded_to = 0;
    for call in calls {
        let name = &text.written[call.name.clone()];
        let around = text.around.guarded_if(call.name.start < guarded_to);
        if guards(name) {
            guarded_to = guarded_to.max(call.end);
        }
        let Some(known) = function::find(name) else {
            let exact = text.exact(&call.name);
            function::unknown(name, text.place(&call.name), exact, around, findings);
            continue;
        };
        let whole = text.place(&(call.name.start..call.end));
        let names = |range: &Range<usize>| {
            (
                &text.written[range.clone()],
                text.place(range),
                text.exact(range),
            )
        };
        match &call.given {
            expression::Given::Unfinished => {}
            expression::Given::Positional(count) => {
                known.check_count(*count, whole, around, findings);
            }
            expression::Given::Keyword(given) => {
                known.check_names(&mut given.iter().map(names), whole, around, findings);
            }
        }
    }
}

fn unknown_end(text: &Text<'_>, range: &Range<usize>, findings: &mut Findings<'_>) {
    let word = &text.written[range.clone()];
    let guess = findings
        .guess(word, template::ENDS)
        .or("; it has `succeeded`, `failed` or `skipped`");
    let repair = guess.found.zip(text.exact(range));
    findings.add(
        text.around.severity(),
        Code::UnknownValue,
        text.place(range),
        format_args!("no step has {}{guess}", shown(word)),
        repair.map(|(found, span)| Repair::replace(span, found)),
    );
}

const ROOTS: [&str; 6] = [
    "parameters",
    "connections",
    "secrets",
    "outputs",
    "steps",
    "event",
];

fn unknown_root(name: &str, span: Span, around: Around, findings: &mut Findings<'_>) {
    let guess = findings.guess(name, ROOTS).or(
        "; an expression begins with `parameters`, `connections`, `secrets`, `outputs`, `steps` \
         or `event`, and a text in it stands in quotes",
    );
    findings.add(
        around.severity(),
        Code::UnknownRoot,
        span,
        format_args!(
            "there is no {} to begin an expression with{guess}",
            shown(name)
        ),
        guess.found.map(|found| Repair::replace(span, found)),
    );
}

/// What stands on the same line from there on, as far as the end of a template is looked for: a line can be as long as
/// the text, and hold thousands of them.
fn near(source: &str, from: u32) -> &str {
    let behind = source.get(from as usize..).unwrap_or_default();
    let near = &behind[..behind.floor_char_boundary(500)];
    near.split(['\n', '\r']).next().unwrap_or_default()
}

/// Complains about a template without quotes that YAML cut off, because ` #` begins a comment.
fn swallowed(source: &str, node: Span, start: usize, findings: &mut Findings<'_>) -> bool {
    let line = near(source, node.end);
    let Some(end) = line
        .rfind('}')
        .filter(|_| line.trim_start().starts_with('#'))
    else {
        return false;
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
    true
}

/// A template in a key: either YAML found a key where none was meant, or it has no effect.
pub(super) fn template_as_key(tree: &Tree<'_>, key: NodeId, findings: &mut Findings<'_>) {
    if findings.is_full(Severity::Warning) {
        return;
    }
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
    let line = near(tree.source(), span.start);
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
