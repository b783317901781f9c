//! The templates of one text: every reference in them, and everything that is said about them.

use std::ops::Range;

use super::walk::{Around, Walker};
use super::{Found, Named, Notation, function, guards, template, template_end};
use crate::aligned::Aligned;
use crate::code::Code;
use crate::diagnostic::{Severity, shown};
use crate::expression::{self, Call, Wrong};
use crate::findings::Findings;
use crate::repair::Repair;
use crate::text::Span;
use crate::tree::{Content, NodeId, Style, Tree};
use crate::unquoted;

/// A text and where it stands.
struct Text<'a> {
    written: &'a str,
    aligned: Aligned,
    /// Where the whole node is.
    span: Span,
    around: Around,
}

impl<'a> Text<'a> {
    fn new(tree: &'a Tree<'_>, id: NodeId, span: Span, around: Around) -> Self {
        Self {
            written: tree.scalar(id).unwrap_or_default(),
            aligned: Aligned::of(tree, id),
            span,
            around,
        }
    }

    /// Where a part of the text stands in the source, if that can be told: nothing else may be changed.
    fn exact(&self, range: &Range<usize>) -> Option<Span> {
        self.aligned.span(range)
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

impl<'a> Walker<'a, '_> {
    /// A text to be looked into, unless there have been too many bytes of them.
    fn text(
        &mut self,
        id: NodeId,
        span: Span,
        around: Around,
        findings: &mut Findings<'_>,
    ) -> Option<Text<'a>> {
        if self.bytes_left > 0 {
            let text = Text::new(self.tree, id, span, around);
            // The source can be longer than what it says.
            let bytes = text.written.len().max(text.aligned.effort);
            if let Some(left) = self.bytes_left.checked_sub(bytes) {
                self.bytes_left = left;
                return Some(text);
            }
            self.bytes_left = 0;
        }
        self.stop(span, findings);
        None
    }

    /// The question of `!Data`: an expression without functions.
    pub(super) fn check_question(
        &mut self,
        id: NodeId,
        around: Around,
        findings: &mut Findings<'_>,
    ) {
        let target = self.tree.resolve(id);
        let Content::Scalar(question, _) = self.tree.content(target) else {
            return;
        };
        let span = self.tree.first_line(target);
        if let Some(text) = self.text(target, span, around, findings) {
            check_question(question, &text, findings);
        }
    }

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
        let Some(text) = self.text(id, span, around, findings) else {
            return;
        };
        let templates = template::read(written, self.left);
        self.left -= templates.references.len();
        let more = templates.cut;
        let cut = templates.endless.filter(|_| style == Style::Plain);
        let cut = cut.is_some_and(|start| swallowed(self.tree, id, start, &text, findings));
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
                unknown_root(&text, &one.range, around, findings);
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
        // What ends with a line end is closed on that line.
        let last = text.written.trim_end().len().max(open + 2);
        let end = text.exact(&(last..last));
        // Where nothing but the bracket is missing, adding it helps.
        let closed = format!("{}}}", &text.written[open..last]);
        let helps = expression::check_template(&closed).0.is_empty();
        let repair = end
            .filter(|_| helps)
            .map(|end| Repair::insert("close the template", end.end, "}"));
        let line = text.written[open..last].split('\n').next();
        let line = open + line.map_or(0, |line| line.trim_end().len());
        return findings.add(
            text.around.severity(),
            Code::TemplateSyntax,
            text.place(&(open..line)),
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
    // What is wrong with the whole is at no word.
    let at = if word.is_empty() {
        String::new()
    } else {
        format!(" at {}", shown(word))
    };
    findings.add(
        text.around.severity(),
        Code::TemplateSyntax,
        text.place(&wrong.range),
        format_args!("the template cannot be read{at}: {}{cure}", wrong.message),
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

fn check_question(question: &str, text: &Text<'_>, findings: &mut Findings<'_>) {
    let (wrong, calls) = expression::check(question);
    if let Some(wrong) = wrong {
        findings.add(
            text.around.severity(),
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
            text.around.severity(),
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

fn unknown_root(
    text: &Text<'_>,
    range: &Range<usize>,
    around: Around,
    findings: &mut Findings<'_>,
) {
    let name = &text.written[range.clone()];
    let guess = findings.guess(name, ROOTS).or(
        "; an expression begins with `parameters`, `connections`, `secrets`, `outputs`, `steps` \
         or `event`, and a text in it stands in quotes",
    );
    let repair = guess.found.zip(text.exact(range));
    findings.add(
        around.severity(),
        Code::UnknownRoot,
        text.place(range),
        format_args!(
            "there is no {} to begin an expression with{guess}",
            shown(name)
        ),
        repair.map(|(found, span)| Repair::replace(span, found)),
    );
}

/// What stands on the same line from there on, as far as the end of a template is looked for: a line can be as long as
/// the text, and hold thousands of them.
fn near(source: &str, from: u32) -> &str {
    let behind = source.get(from as usize..).unwrap_or_default();
    let near = &behind[..behind.floor_char_boundary(500)];
    near.split(['\n', '\r']).next().unwrap_or_default()
}

/// Puts the text of a line in quotes that begins at a byte, if the line is known up to where it ends.
fn quote_line(source: &str, from: u32, line: &str) -> Option<Repair> {
    let start = from as usize;
    let end = unquoted::end(line, 0, false)?;
    let behind = source.get(start + line.len()..)?;
    let known = end < line.len() || behind.is_empty() || behind.starts_with(['\n', '\r']);
    known.then(|| Repair::quote(source, Span::new(start, start + end)))?
}

/// Complains about a template without quotes that YAML cut off, because ` #` begins a comment.
fn swallowed(
    tree: &Tree<'_>,
    id: NodeId,
    start: usize,
    text: &Text<'_>,
    findings: &mut Findings<'_>,
) -> bool {
    let (source, node) = (tree.source(), tree.span(id));
    let comment = near(source, node.end);
    let Some(open) = text.exact(&(start..start + 2)) else {
        return false;
    };
    let line = &source[node.start as usize..node.end as usize + comment.len()];
    let ends = template_end(line, (open.start - node.start) as usize).or_else(|| {
        let last = line.rfind('}')?;
        (last >= node.range().len()).then_some(last + 1)
    });
    let Some(end) = ends.filter(|_| comment.trim_start().starts_with('#')) else {
        return false;
    };
    findings.add(
        Severity::Error,
        Code::UnquotedTemplate,
        Span::new(open.start as usize, node.start as usize + end),
        "a template that contains ` #` has to stand in quotes, or YAML takes the rest for a comment",
        quote_line(source, node.start, line),
    );
    true
}

/// A template in a key of a map: either YAML found a key where none was meant, or it has no effect.
pub(super) fn template_as_key(
    tree: &Tree<'_>,
    map: NodeId,
    key: NodeId,
    findings: &mut Findings<'_>,
) {
    if findings.is_full(Severity::Warning) {
        return;
    }
    let text = tree.scalar(key).unwrap_or_default();
    let span = tree.span(key);
    let plain = matches!(tree.content(key), Content::Scalar(_, Style::Plain));
    if text.contains('}') || !plain {
        findings.warning(
            Code::TemplateInKey,
            span,
            "keys are not evaluated; put the template into the value",
        );
        return;
    }
    let source = tree.source();
    let line = near(source, span.start);
    let end = unquoted::end(line, 0, false).or_else(|| line.rfind('}').map(|end| end + 1));
    let end = end.map_or(span.end as usize, |end| span.start as usize + end);
    // A map with more in it is meant as one, and a value that goes on below would lose its rest.
    let line_end = span.start as usize + line.len();
    let mut entries = tree.entries(map);
    let value = entries.next().filter(|_| entries.next().is_none());
    let alone = value.is_some_and(|(_, value)| tree.span(value).end as usize <= line_end);
    findings.add(
        Severity::Warning,
        Code::UnquotedTemplate,
        Span::new(span.start as usize, end),
        "a template that contains `: ` has to stand in quotes, or YAML takes it for a key",
        quote_line(source, span.start, line).filter(|_| alone),
    );
}
