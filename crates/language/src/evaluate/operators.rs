//! What operators make of values.

use super::error::{ErrorKind, Fault, Result};
use super::print;
use super::regular;
use super::syntax::{Infix, Prefix};
use super::value::Value;
use crate::number::Number;

/// The value as a number, if it is one or writes one.
pub(super) fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Text(_) => Number::parse(value.as_text()?),
        _ => None,
    }
}

/// The value as a boolean: also nothing, numbers, and texts that write one.
pub(super) fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Null => Some(false),
        Value::Bool(value) => Some(*value),
        Value::Text(text) if matches!(&**text, b"true" | b"TRUE") => Some(true),
        Value::Text(text) if matches!(&**text, b"false" | b"FALSE") => Some(false),
        value => number(value).map(|number| number.float() != 0.0),
    }
}

fn text(value: &Value) -> Option<Vec<u8>> {
    (!value.is_null()).then(|| print::pasted(value))
}

fn unfit(left: &Value, operator: &str, right: &Value) -> Fault {
    Fault::new(
        ErrorKind::OperandType,
        format_args!(
            "`{operator}` cannot work with {} and {}",
            left.kind(),
            right.kind()
        ),
    )
}

/// A prefix operator on its operand.
pub(super) fn prefix(operator: Prefix, operand: &Value) -> Result<Value> {
    let (result, word) = match operator {
        Prefix::Not => (boolean(operand).map(|value| Value::Bool(!value)), "!"),
        Prefix::Negate => (number(operand).map(negate), "-"),
        Prefix::Complement => {
            let complement = |number: Number| Value::from(!number.truncated());
            (number(operand).map(complement), "~")
        }
    };
    result.ok_or_else(|| {
        let message = format_args!("`{word}` cannot work with {}", operand.kind());
        Fault::new(ErrorKind::OperandType, message)
    })
}

fn negate(number: Number) -> Value {
    Value::Number(match number {
        Number::Whole(whole) => whole
            .checked_neg()
            .map_or_else(|| Number::from(-number.float()), Number::Whole),
        Number::Float(float) => Number::from(-float),
    })
}

/// An infix operator on both its operands.
pub(super) fn infix(operator: Infix, left: &Value, right: &Value) -> Result<Value> {
    let result = match operator {
        Infix::Or | Infix::And => logic(operator, left, right),
        Infix::Equal => Some(Value::Bool(equal(left, right))),
        Infix::NotEqual => Some(Value::Bool(!equal(left, right))),
        Infix::Alike => Some(Value::Bool(alike(left, right))),
        Infix::Unlike => Some(Value::Bool(!alike(left, right))),
        Infix::Less | Infix::LessOrEqual | Infix::Greater | Infix::GreaterOrEqual => {
            compare(operator, left, right)
        }
        Infix::Matches | Infix::MatchesNot => {
            return matches(operator, left, right, regular::SMALL);
        }
        Infix::Add => add(left, right),
        _ => calculate(operator, left, right),
    };
    result.ok_or_else(|| unfit(left, operator.word(), right))
}

fn logic(operator: Infix, left: &Value, right: &Value) -> Option<Value> {
    let (left, right) = (boolean(left)?, boolean(right)?);
    Some(Value::Bool(if operator == Infix::Or {
        left || right
    } else {
        left && right
    }))
}

/// Whether they are the same, as numbers or booleans where both are or write such.
fn equal(left: &Value, right: &Value) -> bool {
    if let (Value::Bool(left), Value::Bool(right)) = (left, right) {
        return left == right;
    }
    if let (Some(left), Some(right)) = (number(left), number(right)) {
        return left == right;
    }
    if let (Some(left), Some(right)) = (boolean(left), boolean(right)) {
        return left == right;
    }
    left == right
}

fn alike(left: &Value, right: &Value) -> bool {
    let holds = |list: &Value, one: &Value| list.as_list().is_some_and(|items| items.contains(one));
    equal(left, right) || holds(left, right) || (left.as_list().is_none() && holds(right, left))
}

fn compare(operator: Infix, left: &Value, right: &Value) -> Option<Value> {
    let order = match (left, right) {
        (Value::Text(left), Value::Text(right)) => Some((**left).cmp(&**right)),
        _ => match (number(left), number(right)) {
            (Some(left), Some(right)) => left.partial_cmp(&right),
            _ => Some(text(left)?.cmp(&text(right)?)),
        },
    };
    Some(Value::Bool(order.is_some_and(|order| match operator {
        Infix::Less => order.is_lt(),
        Infix::LessOrEqual => order.is_le(),
        Infix::Greater => order.is_gt(),
        _ => order.is_ge(),
    })))
}

/// Whether a text matches a regular expression, which may become as large as the limit.
pub(super) fn matches(operator: Infix, left: &Value, right: &Value, limit: usize) -> Result<Value> {
    let (Some(subject), Some(pattern)) = (text(left), text(right)) else {
        return Err(unfit(left, operator.word(), right));
    };
    let found = regular::matches(&String::from_utf8_lossy(&pattern), &subject, limit)?;
    Ok(Value::Bool(found == (operator == Infix::Matches)))
}

fn add(left: &Value, right: &Value) -> Option<Value> {
    if !matches!((left, right), (Value::Text(_), Value::Text(_)))
        && number(left).is_some()
        && number(right).is_some()
    {
        return calculate(Infix::Add, left, right);
    }
    let mut joined = text(left)?;
    joined.extend(text(right)?);
    Some(Value::text(joined))
}

fn calculate(operator: Infix, left: &Value, right: &Value) -> Option<Value> {
    let (left, right) = (number(left)?, number(right)?);
    if let (Number::Whole(left), Number::Whole(right)) = (left, right) {
        let exact = match operator {
            Infix::Add => left.checked_add(right),
            Infix::Subtract => left.checked_sub(right),
            Infix::Multiply => left.checked_mul(right),
            Infix::Remainder => left.checked_rem(right),
            _ => None,
        };
        if let Some(exact) = exact {
            return Some(Value::Number(Number::Whole(exact)));
        }
    }
    let (bits, mask) = (left.truncated(), right.truncated());
    let distance = u32::try_from(mask).unwrap_or(u32::MAX);
    let (left, right) = (left.float(), right.float());
    Some(match operator {
        Infix::Add => (left + right).into(),
        Infix::Subtract => (left - right).into(),
        Infix::Multiply => (left * right).into(),
        Infix::Divide => (left / right).into(),
        Infix::Remainder => (left % right).into(),
        Infix::Power => left.powf(right).into(),
        Infix::Xor => (bits ^ mask).into(),
        Infix::BitAnd => (bits & mask).into(),
        Infix::BitOr => (bits | mask).into(),
        Infix::ShiftLeft => bits.checked_shl(distance).unwrap_or_default().into(),
        Infix::ShiftRight => {
            let emptied = if bits < 0 { -1 } else { 0 };
            bits.checked_shr(distance).unwrap_or(emptied).into()
        }
        _ => return None,
    })
}
