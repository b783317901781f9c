//! Functions that make something of their arguments and nothing else.

use super::{Arguments, Evaluated, arity, evaluate, exactly, number, positional};
use crate::evaluate::context::Context;
use crate::evaluate::error::Result;
use crate::evaluate::value::Value;
use crate::evaluate::walk::Partial;

/// `append(list, item, …)`
pub(super) fn append(arguments: &Arguments<'_, '_>, context: &mut Context<'_>) -> Result<Partial> {
    let list = positional(arguments)?;
    let [first, _, ..] = list else {
        return Err(arity("a list and what to append to it", list.len()));
    };
    let values = match evaluate(list, context)? {
        Evaluated::All(values) => values,
        Evaluated::Open(partial) => return Ok(partial),
    };
    let [Value::List(base), items @ ..] = &values[..] else {
        let found = values.first().unwrap_or(&Value::Null);
        return Err(number(0, first).wrong_type("a list", found));
    };
    let all = base.items().iter().chain(items).cloned();
    Ok(Partial::done(Value::list(all)))
}

/// `concat(part, …)`
pub(super) fn concat(arguments: &Arguments<'_, '_>, context: &mut Context<'_>) -> Result<Partial> {
    let list = positional(arguments)?;
    let values = match evaluate(list, context)? {
        Evaluated::All(values) => values,
        Evaluated::Open(partial) => return Ok(partial),
    };
    let mut text = Vec::new();
    for (at, (value, argument)) in values.iter().zip(list).enumerate() {
        let part = scalar(value)
            .ok_or_else(|| number(at, argument).wrong_type("a text or a number", value))?;
        text.extend(part);
    }
    Ok(Partial::done(Value::text(text)))
}

/// `toString(value)`
pub(super) fn to_string(
    arguments: &Arguments<'_, '_>,
    context: &mut Context<'_>,
) -> Result<Partial> {
    exactly::<1>(arguments)?;
    concat(arguments, context)
}

/// A single value as text; none for lists and maps.
fn scalar(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::Bool(value) => Some(value.to_string().into_bytes()),
        Value::Number(number) => Some(number.digits().into_bytes()),
        Value::Text(bytes) => Some(bytes.to_vec()),
        Value::List(_) | Value::Map(_) => None,
    }
}

/// `equals(a, b)`: the same type and the same content.
pub(super) fn equals(arguments: &Arguments<'_, '_>, context: &mut Context<'_>) -> Result<Partial> {
    compare(arguments, true, context)
}

/// `notEquals(a, b)`
pub(super) fn not_equals(
    arguments: &Arguments<'_, '_>,
    context: &mut Context<'_>,
) -> Result<Partial> {
    compare(arguments, false, context)
}

fn compare(
    arguments: &Arguments<'_, '_>,
    expected: bool,
    context: &mut Context<'_>,
) -> Result<Partial> {
    let both = exactly::<2>(arguments)?;
    Ok(match evaluate(both, context)? {
        Evaluated::All(values) => {
            let size = values.iter().map(Value::size).sum();
            context.spend(size)?;
            let same = values.first() == values.last();
            Partial::done(Value::Bool(same == expected))
        }
        Evaluated::Open(partial) => partial,
    })
}
