//! Texts with JSON paths in braces: `{.a} and {range .items[*]}{.name}, {end}`.

use super::lexer::Kind;
use super::parser::Parser;
use super::{Dialect, Expr, Fold, Result, Wrong};

/// How many ranges may stand inside each other.
const MAX_NESTING: usize = 20;

/// A part of such a text.
#[derive(Debug)]
pub(crate) enum Piece {
    Text(String),
    Expression(Expr),
    /// The pieces once for each of these.
    Range(Expr, Vec<Piece>),
}

/// Reads such a text.
pub(crate) fn parse(text: &str, fold: &Fold) -> Result<Vec<Piece>> {
    let (pieces, end) = pieces(text, 0, 0, fold)?;
    if end < text.len() {
        return Err(Wrong {
            range: end..end + 3,
            message: "there is no `range` that this `end` ends".into(),
        });
    }
    Ok(pieces)
}

/// The pieces up to the end of the text or to an `end`, and where it stands: before its `end`.
fn pieces(text: &str, from: usize, nesting: usize, fold: &Fold) -> Result<(Vec<Piece>, usize)> {
    if nesting > MAX_NESTING {
        return Err(Wrong {
            range: from..from,
            message: "too many ranges stand inside each other; split it up".into(),
        });
    }
    let mut pieces = Vec::new();
    let mut at = from;
    while let Some(open) = text[at..].find('{') {
        if open > 0 {
            pieces.push(Piece::Text(text[at..at + open].to_owned()));
        }
        at += open + 1;
        let mut parser = Parser::in_pattern(text, at, fold);
        let kind = parser.lexer.scan();
        match (kind, parser.lexer.word()) {
            (Kind::Name, "end") => {
                parser.lexer.back();
                return Ok((pieces, parser.lexer.at()));
            }
            (Kind::Name, "range") => {
                let mut query =
                    Parser::in_dialect(text, parser.lexer.at(), Dialect::Route, Some(fold));
                let list = query.question()?;
                query.expect(Kind::Character('}'))?;
                let (inner, end) = self::pieces(text, query.lexer.at(), nesting + 1, fold)?;
                let mut parser = Parser::in_pattern(text, end, fold);
                // Without this there was no `end` at all.
                parser.expect(Kind::Name)?;
                parser.expect(Kind::Character('}'))?;
                at = parser.lexer.at();
                pieces.push(Piece::Range(list, inner));
            }
            _ => {
                parser.lexer.back();
                let expr = parser.question()?;
                parser.expect(Kind::Character('}'))?;
                at = parser.lexer.at();
                pieces.push(Piece::Expression(expr));
            }
        }
    }
    if at < text.len() {
        pieces.push(Piece::Text(text[at..].to_owned()));
    }
    Ok((pieces, text.len()))
}
