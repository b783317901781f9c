//! Texts without quotes that YAML takes for something else because of a template in them: where
//! such a text begins and ends, as far as that can be told.

use std::ops::Range;

use crate::reference::template_end;
use crate::syntax::Trouble;

/// A template that YAML read as something else.
pub(crate) struct Template {
    pub(crate) message: &'static str,
    /// What belongs in quotes.
    pub(crate) range: Option<Range<usize>>,
}

/// The template that reading stopped in. `start` is where the line begins, `bracket` the outermost
/// bracket that is open.
pub(crate) fn template(
    text: &str,
    start: usize,
    at: usize,
    trouble: Trouble,
    bracket: Option<usize>,
) -> Option<Template> {
    let suspicious = matches!(
        trouble,
        Trouble::Colon
            | Trouble::NoColon
            | Trouble::List
            | Trouble::Map
            | Trouble::Unclosed(_)
            | Trouble::WrongBracket(..)
            | Trouble::StrayBracket
            | Trouble::Indentation
    );
    // The brace of `${` itself may be where reading stopped.
    let line = text.get(start..(at + 1).min(text.len()))?;
    let open = line.rfind("${")?;
    if !suspicious || text[start + open..at.max(start + open)].contains('}') {
        return None;
    }
    let before = &line[..open];
    // Inside quotes it is not the template that YAML stumbles over.
    if before.matches('"').count() % 2 == 1 || before.matches('\'').count() % 2 == 1 {
        return None;
    }
    let in_brackets = bracket.is_some_and(|bracket| bracket < start + open);
    Some(Template {
        message: if in_brackets {
            "between brackets a template has to stand in quotes, or YAML takes its braces for a map"
        } else {
            "a template that contains `: ` has to stand in quotes, or YAML takes it for a key"
        },
        range: around(text, start + open, in_brackets),
    })
}

/// Where a text without quotes ends that begins at a byte of a line: at the end of the line, or in
/// front of a comment or of the bracket around it. None when it holds more that YAML stumbles over.
pub(crate) fn end(line: &str, start: usize, in_brackets: bool) -> Option<usize> {
    let mut at = start;
    while let Some(c) = line.get(at..)?.chars().next() {
        let next = line[at + c.len_utf8()..].chars().next();
        match (c, next) {
            ('$', Some('{')) => {
                at = template_end(line, at)?;
                continue;
            }
            // Two dollars belong together.
            ('$', Some('$')) => at += 1,
            ('#', _) if line[..at].ends_with(char::is_whitespace) => break,
            (':', None) => return None,
            (':', Some(next)) if next.is_whitespace() => return None,
            ('[' | '{', _) if in_brackets => return None,
            (',' | ']' | '}', _) if in_brackets => break,
            _ => {}
        }
        at += c.len_utf8();
    }
    let text = line[start..at].trim_end();
    (!text.is_empty()).then_some(start + text.len())
}

/// The whole text without quotes around the template at a byte; none when nobody knows how far it
/// reaches.
fn around(source: &str, open: usize, in_brackets: bool) -> Option<Range<usize>> {
    let from = source[..open].rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let line = source[from..].split(['\n', '\r']).next()?;
    let below = &source[from + line.len()..];
    let above = &source[..from];
    let start = if in_brackets {
        element(line, open - from)?
    } else {
        value(above, line, open - from, below)?
    };
    // The element may have begun above.
    if in_brackets && start == 0 && !above.trim_end().ends_with(['[', '{', ',', ':']) {
        return None;
    }
    let start = behind_properties(line, start, open - from)?;
    if line[start..].starts_with(|c| "'\"|>*%@`[{".contains(c)) {
        return None;
    }
    let end = end(line, start, in_brackets)?;
    let behind = line[end..].trim_start();
    let behind = if behind.is_empty() {
        below.trim_start()
    } else {
        behind
    };
    let whole = !in_brackets || behind.starts_with([',', ']', '}']);
    whole.then(|| from + start..from + end)
}

/// Where the element of a list or map in brackets begins that is at `open`.
fn element(line: &str, open: usize) -> Option<usize> {
    let (mut at, mut start) = (0, 0);
    // Whether nothing of the element has come yet.
    let mut fresh = true;
    while at < open {
        let c = line[at..].chars().next()?;
        let behind = &line[at + c.len_utf8()..];
        at = match c {
            '\'' | '"' if fresh => at + 1 + behind.find(c)? + 1,
            '$' if behind.starts_with('{') => template_end(line, at)?,
            _ => at + c.len_utf8(),
        };
        if matches!(c, '[' | '{' | ',') || (c == ':' && behind.starts_with([' ', '\t'])) {
            start = at;
            fresh = true;
        } else if !c.is_whitespace() {
            fresh = false;
        }
    }
    Some(start)
}

/// Where the value of a line begins, behind its dashes and its key; none when it began above, or
/// goes on below.
fn value(above: &str, line: &str, open: usize, below: &str) -> Option<usize> {
    let blanks = |text: &str| text.len() - text.trim_start_matches(' ').len();
    let before = &line[..open];
    let mut start = blanks(before);
    // How far lines are indented with which a value goes on.
    let mut going_on = start;
    let mut begins = above.trim_end().ends_with(':');
    while before[start..].starts_with("- ") {
        begins = true;
        going_on = start + 1;
        start += 1 + blanks(&before[start + 1..]);
    }
    if let Some(length) = key(&before[start..]) {
        begins = true;
        going_on = start + 1;
        start += length + blanks(&before[start + length..]);
    }
    let mut lines = below.lines().filter(|line| !line.trim().is_empty());
    let goes_on = |next: &str| blanks(next) >= going_on && !next.trim_start().starts_with('#');
    (begins && !lines.next().is_some_and(goes_on)).then_some(start)
}

/// How long the key is that a line begins with, with its colon.
fn key(text: &str) -> Option<usize> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let inside = match quote {
        Some(quote) => 1 + text[1..].find(quote)? + 1,
        None => 0,
    };
    let colon = inside + text[inside..].find(": ")?;
    (!text[..colon].contains("${")).then_some(colon + 1)
}

/// Behind the tag and anchor of a value.
fn behind_properties(line: &str, start: usize, open: usize) -> Option<usize> {
    let mut start = start;
    loop {
        let rest = line.get(start..open)?;
        start += rest.len() - rest.trim_start().len();
        let rest = rest.trim_start();
        if !rest.starts_with(['!', '&']) {
            return Some(start);
        }
        start += rest.find(char::is_whitespace)?;
    }
}
