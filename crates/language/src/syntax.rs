//! Complaints about YAML that cannot be read: the cause that people can do something about, in
//! words for people.

use crate::diagnostic::{Findings, shown};
use crate::text::Span;

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
pub(crate) fn complain(text: &str, at: usize, trouble: Trouble, findings: &mut Findings<'_>) {
    let before = &text[..at];
    let start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let line = text[start..].split(['\n', '\r']).next().unwrap_or_default();
    let span = word(text, at);
    let trouble = if line.starts_with('%') {
        Trouble::Directive
    } else {
        trouble
    };
    match trouble {
        Trouble::Tag => {
            if let Some((tag, shape, range)) = tag_without_blank(line, at - start) {
                let span = Span::new(start + range.start, start + range.end);
                let message = format_args!("put a blank behind the tag: `{tag} {shape}`");
                return findings.error("missing_blank", span, message);
            }
        }
        // The colon of a template without quotes, as in `${f(key: 1)}`.
        Trouble::Colon
            if before[start..]
                .rfind("${")
                .is_some_and(|open| !before[start + open..].contains('}')) =>
        {
            let message =
                "a template that contains `: ` has to stand in quotes, or YAML takes it for a key";
            return findings.error("unquoted_template", span, message);
        }
        Trouble::Unclosed(open) => {
            let close = if open == '{' { '}' } else { ']' };
            let message = format_args!("`{open}` is not closed; add `{close}`");
            return findings.error("unclosed_bracket", span, message);
        }
        Trouble::WrongBracket(open, close) => {
            let message = format_args!(
                "`{close}` closes what `{open}` opened; use the bracket that belongs to it"
            );
            return findings.error("wrong_bracket", span, message);
        }
        Trouble::Character(c) => {
            let mut bytes = [0; 4];
            let c = shown(c.encode_utf8(&mut bytes));
            let message = format_args!("a text cannot begin with {c}; put it in quotes");
            return findings.error("unexpected_character", span, message);
        }
        _ => {}
    }
    let (code, message) = sentence(trouble);
    findings.error(code, span, message);
}

fn sentence(trouble: Trouble) -> (&'static str, &'static str) {
    match trouble {
        Trouble::TooDeep => (
            "too_deep",
            "lists and maps stand more than 255 deep inside each other; flatten them",
        ),
        Trouble::UnclosedQuote => (
            "unclosed_quote",
            "a quoted text is not closed; add the missing quote",
        ),
        Trouble::LineInQuote => (
            "unclosed_quote",
            "a quoted text above is not closed; add the missing quote, or indent this line",
        ),
        Trouble::Unclosed(_) | Trouble::List => (
            "unclosed_bracket",
            "a list in brackets goes on with `,` or ends with `]`",
        ),
        Trouble::Map => (
            "unclosed_bracket",
            "a map in braces goes on with `,` or ends with `}`",
        ),
        Trouble::WrongBracket(..) | Trouble::StrayBracket => (
            "wrong_bracket",
            "this bracket closes nothing; remove it, or quote the text it is in",
        ),
        Trouble::Tab => ("tab", "a tab cannot indent; use blanks"),
        Trouble::Indentation => (
            "indentation",
            "this line does not fit what stands above it; align it with the keys or dashes it \
                     belongs to",
        ),
        Trouble::Colon => (
            "unexpected_colon",
            "no key can stand here; align the line with the keys it belongs to, and put a text \
                     that contains `: ` in quotes",
        ),
        Trouble::NoColon => (
            "missing_colon",
            "a key is expected here; put `:` and a blank behind it, or align the line with its \
                     text",
        ),
        Trouble::AfterQuote => (
            "text_after_quote",
            "nothing can follow a quoted text here; put all of it in one pair of quotes",
        ),
        Trouble::Escape => (
            "wrong_escape",
            "there is no such escape in double quotes; double the backslash, or use single quotes",
        ),
        Trouble::Tag => (
            "wrong_tag",
            "this tag cannot be read; a tag is `!Name` with a blank behind it",
        ),
        Trouble::AnchorName => (
            "missing_anchor_name",
            "`&` and `*` need a name; put a text that begins so in quotes",
        ),
        Trouble::Comment => (
            "comment",
            "a comment needs a blank in front of `#` and cannot stand inside a text",
        ),
        Trouble::BlockHeader => (
            "block_header",
            "nothing but `+`, `-`, a digit or a comment can follow `|` and `>`",
        ),
        Trouble::Directive => (
            "directive",
            "this line beginning with `%` cannot be read; a workflow needs none",
        ),
        Trouble::ByteOrderMark => (
            "control_character",
            "an invisible byte order mark stands inside the text; remove it",
        ),
        Trouble::Character(_) | Trouble::Other => (
            "syntax",
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
fn tag_without_blank(
    line: &str,
    at: usize,
) -> Option<(&str, &'static str, std::ops::Range<usize>)> {
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
