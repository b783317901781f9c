//! Texts with `${…}` in them.

use super::Expr;
use super::lexer::Kind;
use super::parser::Parser;
use crate::evaluate::error::Result;

/// A text with expressions in it.
#[derive(Debug)]
pub(in crate::evaluate) struct Template {
    pub(in crate::evaluate) parts: Vec<Part>,
}

/// A part of a template.
#[derive(Debug)]
pub(in crate::evaluate) enum Part {
    Text(String),
    Expression(Expr),
}

/// Reads a template. There is no escape, but `$${x}` is plain text: two dollars belong together.
pub(in crate::evaluate) fn parse(text: &str) -> Result<Template> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut at = 0;
    while let Some(dollar) = text[at..].find('$') {
        plain.push_str(&text[at..at + dollar]);
        at += dollar + 1;
        let Some(next) = text[at..].chars().next() else {
            plain.push('$');
            break;
        };
        at += next.len_utf8();
        if next != '{' {
            plain.push('$');
            plain.push(next);
            continue;
        }
        if !plain.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut plain)));
        }
        let mut parser = Parser::new(text, at);
        parts.push(Part::Expression(parser.expression()?));
        parser.expect(Kind::Character('}'))?;
        at = parser.lexer.at();
    }
    plain.push_str(&text[at..]);
    if !plain.is_empty() {
        parts.push(Part::Text(plain));
    }
    Ok(Template { parts })
}
