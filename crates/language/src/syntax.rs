//! Complaints about YAML that cannot be read: the cause that people can do something about, in
//! words for people.

use std::fmt::Display;
use std::ops::Range;

use crate::code::Code;
use crate::diagnostic::{Severity, shown};
use crate::findings::Findings;
use crate::repair::Repair;
use crate::text::Span;
use crate::unquoted;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    TooDeep,
    UnclosedQuote,
    /// A line inside a quoted text that stands too far left.
    LineInQuote,
    /// This bracket has no end.
    Unclosed(char),
    /// Inside `[…]`.
    List,
    /// Inside `{…}`.
    Map,
    /// This opened, that closed.
    WrongBracket(char, char),
    StrayBracket,
    Tab,
    Indentation,
    Colon,
    NoColon,
    /// A text begins with this.
    Character(char),
    AfterQuote,
    Escape,
    Tag,
    AnchorName,
    Comment,
    BlockHeader,
    Directive,
    ByteOrderMark,
    Other,
}

/// Says what is wrong at a byte of the text, which lies on a character boundary.
/// `bracket` is the outermost one that is open there.
pub(crate) fn complain(
    text: &str,
    at: usize,
    trouble: Trouble,
    bracket: Option<usize>,
    findings: &mut Findings<'_>,
) {
    let before = &text[..at];
    let start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let line = text[start..].split(['\n', '\r']).next().unwrap_or_default();
    let span = word(text, at);
    let trouble = if line.starts_with('%') {
        Trouble::Directive
    } else {
        trouble
    };
    let mut error = |code, span, message: &dyn Display, repair| {
        findings.add(Severity::Error, code, span, message, repair);
    };
    if let Some(template) = unquoted::template(text, start, at, trouble, bracket) {
        let range = template
            .range
            .map(|range| Span::new(range.start, range.end));
        let repair = range.and_then(|range| Repair::quote(text, range));
        return error(Code::UnquotedTemplate, span, &template.message, repair);
    }
    match trouble {
        Trouble::Tag => {
            if let Some((tag, shape, range)) = tag_without_blank(line, at - start) {
                let span = Span::new(start + range.start, start + range.end);
                let message = format_args!("put a blank behind the tag: `{tag} {shape}`");
                let repair = Repair::insert("add the blank", span.end - 1, " ");
                return error(Code::MissingBlank, span, &message, Some(repair));
            }
        }
        Trouble::UnclosedQuote | Trouble::LineInQuote => {
            if let Some(quote) = opening_quote(text, at) {
                let message = "this quoted text is not closed; add the missing quote, or indent \
                               the lines it goes on in";
                return error(Code::UnclosedQuote, word(text, quote), &message, None);
            }
        }
        Trouble::Unclosed(open) => {
            let close = if open == '{' { '}' } else { ']' };
            let message = format_args!("`{open}` is not closed; add `{close}`");
            return error(Code::UnclosedBracket, span, &message, None);
        }
        Trouble::WrongBracket(open, close) => {
            let message = format_args!(
                "`{close}` closes what `{open}` opened; use the bracket that belongs to it"
            );
            return error(Code::WrongBracket, span, &message, None);
        }
        Trouble::Character(c) => {
            let mut bytes = [0; 4];
            let c = shown(c.encode_utf8(&mut bytes));
            let message = format_args!("a text cannot begin with {c}; put it in quotes");
            let rest = line[at - start..].split(" #").next().unwrap_or_default();
            let rest = Span::new(at, at + rest.trim_end().len());
            // In brackets nobody knows how far the text goes.
            let alone = !line[..at - start].contains(['[', '{', '`', '@', '\'', '"']);
            let repair = Repair::quote(text, rest).filter(|_| alone);
            return error(Code::UnexpectedCharacter, span, &message, repair);
        }
        _ => {}
    }
    let repair = match trouble {
        Trouble::Tab => without_tabs(line, start),
        // With a blank there it is the text below that goes on behind a comment.
        Trouble::Comment if text[at..].starts_with('#') && !text[..at].ends_with([' ', '\t']) => {
            let at = Span::new(at, at).start;
            Some(Repair::insert("add a blank", at, " "))
        }
        _ => None,
    };
    let (code, message) = sentence(trouble);
    error(code, span, &message, repair);
}

/// Blanks in the place of the tabs that indent a line.
fn without_tabs(line: &str, start: usize) -> Option<Repair> {
    let indent = line.len() - line.trim_start_matches(['\t', ' ']).len();
    line[..indent].contains('\t').then(|| Repair {
        label: "indent with blanks".to_owned(),
        edits: vec![(
            Span::new(start, start + indent),
            line[..indent].replace('\t', "  "),
        )],
    })
}

/// The quote that begins the text without an end that reading came upon at a byte.
fn opening_quote(text: &str, at: usize) -> Option<usize> {
    let before = text.get(..at)?;
    let begins = |quote: &usize| {
        let before = before[..*quote].trim_end_matches(' ');
        let fresh = before.len() < *quote || before.ends_with(['[', '{']);
        before.is_empty()
            || before.ends_with(['\n', '\r'])
            || (fresh && before.ends_with([':', '-', '?', '[', '{', ',']))
    };
    // Behind it there is no other one of its kind.
    let quotes = [before.rfind('"'), before.rfind('\'')];
    quotes.into_iter().flatten().filter(begins).min()
}

fn sentence(trouble: Trouble) -> (Code, &'static str) {
    match trouble {
        Trouble::TooDeep => (
            Code::TooDeep,
            "lists and maps stand more than 255 deep inside each other; flatten them",
        ),
        Trouble::UnclosedQuote => (
            Code::UnclosedQuote,
            "a quoted text is not closed; add the missing quote",
        ),
        Trouble::LineInQuote => (
            Code::UnclosedQuote,
            "a quoted text above is not closed; add the missing quote, or indent this line",
        ),
        Trouble::Unclosed(_) | Trouble::List => (
            Code::UnclosedBracket,
            "a list in brackets goes on with `,` or ends with `]`",
        ),
        Trouble::Map => (
            Code::UnclosedBracket,
            "a map in braces goes on with `,` or ends with `}`",
        ),
        Trouble::WrongBracket(..) | Trouble::StrayBracket => (
            Code::WrongBracket,
            "this bracket closes nothing; remove it, or quote the text it is in",
        ),
        Trouble::Tab => (Code::Tab, "a tab cannot indent; use blanks"),
        Trouble::Indentation => (
            Code::Indentation,
            "this line does not fit what stands above it; align it with the keys or dashes it \
                     belongs to",
        ),
        Trouble::Colon => (
            Code::UnexpectedColon,
            "no key can stand here; align the line with the keys it belongs to, and put a text \
                     that contains `: ` in quotes",
        ),
        Trouble::NoColon => (
            Code::MissingColon,
            "a key is expected here; put `:` and a blank behind it, or align the line with its \
                     text",
        ),
        Trouble::AfterQuote => (
            Code::TextAfterQuote,
            "nothing can follow a quoted text here; put all of it in one pair of quotes",
        ),
        Trouble::Escape => (
            Code::WrongEscape,
            "there is no such escape in double quotes; double the backslash, or use single quotes",
        ),
        Trouble::Tag => (
            Code::WrongTag,
            "this tag cannot be read; a tag is `!Name` with a blank behind it",
        ),
        Trouble::AnchorName => (
            Code::MissingAnchorName,
            "`&` and `*` need a name; put a text that begins so in quotes",
        ),
        Trouble::Comment => (
            Code::Comment,
            "a comment needs a blank in front of `#` and cannot stand inside a text",
        ),
        Trouble::BlockHeader => (
            Code::BlockHeader,
            "nothing but `+`, `-`, a digit or a comment can follow `|` and `>`",
        ),
        Trouble::Directive => (
            Code::Directive,
            "this line beginning with `%` cannot be read; a workflow needs none",
        ),
        Trouble::ByteOrderMark => (
            Code::ControlCharacter,
            "an invisible byte order mark stands inside the text; remove it",
        ),
        Trouble::Character(_) | Trouble::Other => (
            Code::Syntax,
            "this cannot be read as YAML; look at the indentation and quotes around it",
        ),
    }
}

/// The word at a byte, or, where nothing is left, the last character before it.
fn word(text: &str, at: usize) -> Span {
    let rest = &text[at..];
    let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
    if length > 0 {
        // A line without a blank would underline half a page.
        return Span::new(at, at + rest.floor_char_boundary(length.min(80)));
    }
    let before = text[..at].trim_end();
    let start = before
        .char_indices()
        .next_back()
        .map_or(0, |(start, _)| start);
    Span::new(start, before.len())
}

/// `!Fn.equals[a, b]`: the tag that the bracket became a part of, what should follow it, and
/// where. `at` is where reading stopped.
fn tag_without_blank(line: &str, at: usize) -> Option<(&str, &'static str, Range<usize>)> {
    let bang = line.get(..=at)?.rfind('!')?;
    let tag = &line[bang..];
    let end = tag.find(|c: char| !(c.is_ascii_alphanumeric() || "!.-_".contains(c)))?;
    let shape = match tag[end..].chars().next()? {
        '[' => "[…]",
        '{' => "{…}",
        '"' | '\'' => "'…'",
        _ => return None,
    };
    Some((&tag[..end], shape, bang..bang + end + 1))
}
