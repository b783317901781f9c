//! Reads what is evaluated, with what is written out worked out at once.

use std::sync::Arc;

pub(super) use crate::expression::{
    Arguments, Expr, Infix, Literal, Part, Piece, Prefix, Route, Selector, Template,
};

use super::error::{ErrorKind, Fault, Result};
use super::operators;
use super::value::{Text, Value};
use crate::diagnostic::shown;
use crate::expression::{self, Fold, Wrong};

/// One expression.
pub(super) fn parse(text: &str) -> Result<Expr> {
    expression::parse(text, &FOLD).map_err(|wrong| fault(text, &wrong))
}

/// One JSON path, or what calculates with some.
pub(super) fn parse_route(text: &str) -> Result<Expr> {
    expression::parse_route(text, &FOLD).map_err(|wrong| fault(text, &wrong))
}

/// A text with `${…}`.
pub(super) fn parse_template(text: &str) -> Result<Template> {
    expression::parse_template(text, &FOLD).map_err(|wrong| fault(text, &wrong))
}

/// A text with JSON paths in braces.
pub(super) fn parse_pattern(text: &str) -> Result<Vec<Piece>> {
    expression::parse_pattern(text, &FOLD).map_err(|wrong| fault(text, &wrong))
}

const FOLD: Fold = Fold {
    prefix: |operator, operand| written(operators::prefix(operator, &operand.into())),
    infix: |operator, left, right| written(operators::infix(operator, &left.into(), &right.into())),
};

/// What came out of literals, as a literal. Operators never make lists or maps.
fn written(result: Result<Value>) -> std::result::Result<Literal, String> {
    match result {
        Ok(Value::Bool(value)) => Ok(Literal::Bool(value)),
        Ok(Value::Number(number)) => Ok(Literal::Number(number)),
        Ok(Value::Text(text)) => Ok(Literal::Text(Arc::from(&*text))),
        Ok(Value::Null | Value::List(_) | Value::Map(_)) => Ok(Literal::Null),
        Err(fault) => Err(fault.message().to_owned()),
    }
}

impl From<&Literal> for Value {
    fn from(literal: &Literal) -> Self {
        match literal {
            Literal::Null => Self::Null,
            Literal::Bool(value) => Self::Bool(*value),
            Literal::Number(number) => Self::Number(*number),
            Literal::Text(text) => Self::Text(Text::written(text)),
        }
    }
}

/// The place is shown by what stands there.
fn fault(text: &str, wrong: &Wrong) -> Fault {
    let at = text.floor_char_boundary(wrong.range.start);
    let column = text[..at].chars().count() + 1;
    let here: String = text[at..].chars().take(12).collect();
    let place = if here.is_empty() {
        "at its end".to_owned()
    } else {
        format!("at {} (character {column})", shown(&here))
    };
    Fault::new(
        ErrorKind::Parse,
        format_args!("the expression cannot be read {place}: {}", wrong.message),
    )
}
