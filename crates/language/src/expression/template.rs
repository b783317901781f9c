//! Texts with `${…}` in them.

use super::call::Call;
use super::lexer::Kind;
use super::parser::Parser;
use super::{Expr, Wrong};
#[cfg(feature = "evaluate")]
use super::{Fold, Result};

/// A text with expressions in it.
#[cfg(feature = "evaluate")]
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) parts: Vec<Part>,
}

/// A part of a template.
#[cfg(feature = "evaluate")]
#[derive(Debug)]
pub(crate) enum Part {
    Text(String),
    Expression(Expr),
}

/// Where the next `${` stands, from a byte on. There is no escape, but `$${x}` is plain text: two
/// dollars belong together.
pub(crate) fn next(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let dollar = at + text.get(at..)?.find('$')?;
        let next = text[dollar + 1..].chars().next()?;
        if next == '{' {
            return Some(dollar);
        }
        at = dollar + 1 + next.len_utf8();
    }
}

/// Reads a template.
#[cfg(feature = "evaluate")]
pub(crate) fn parse(text: &str, fold: &Fold) -> Result<Template> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(open) = next(text, at) {
        if open > at {
            parts.push(Part::Text(text[at..open].to_owned()));
        }
        let mut parser = Parser::new(text, open + 2, Some(fold));
        parts.push(Part::Expression(parser.expression()?));
        parser.expect(Kind::Character('}'))?;
        at = parser.lexer.at();
    }
    if at < text.len() {
        parts.push(Part::Text(text[at..].to_owned()));
    }
    Ok(Template { parts })
}

/// The expression of a text that is nothing but one template, with its outermost part. None if it
/// is more, or cannot be read.
pub(crate) fn alone(text: &str) -> Option<Expr> {
    let mut parser = Parser::new(text, 2, None);
    let expr = parser.expression().ok()?;
    parser.expect(Kind::Character('}')).ok()?;
    (parser.lexer.at() == text.len()).then_some(expr)
}

/// What is wrong with the templates of a text, each with where it begins, and the calls in them.
pub(crate) fn check(text: &str) -> (Vec<(usize, Wrong)>, Vec<Call>) {
    let (mut wrongs, mut calls) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(open) = next(text, at) {
        let mut parser = Parser::new(text, open + 2, None);
        let read = parser.expression();
        let read = read.and_then(|_| parser.expect(Kind::Character('}')));
        at = parser.lexer.at();
        calls.append(&mut parser.calls);
        if let Err(wrong) = read {
            // What reaches the end swallows all that follows, and would be read again and again.
            let goes_on = wrong.range.end < text.len();
            at = wrong.range.start.max(open + 2);
            wrongs.push((open, wrong));
            if !goes_on {
                break;
            }
        }
    }
    (wrongs, calls)
}
