//! JSON in texts.

use super::{Arguments, Evaluated, evaluate, exactly, number};
use crate::evaluate::context::Context;
use crate::evaluate::error::{ErrorKind, Fault, Result};
use crate::evaluate::print;
use crate::evaluate::value::Value;
use crate::evaluate::walk::Partial;

/// `jsonMarshal(value)`
pub(super) fn marshal(arguments: &Arguments<'_, '_>, context: &mut Context<'_>) -> Result<Partial> {
    let values = match evaluate(exactly::<1>(arguments)?, context)? {
        Evaluated::All(values) => values,
        Evaluated::Open(partial) => return Ok(partial),
    };
    let value = values.first().unwrap_or(&Value::Null);
    context.spend(value.size())?;
    Ok(Partial::done(print::json(value, false)?.into()))
}

/// `jsonUnmarshal(text)`: what is read is data, whatever it looks like.
pub(super) fn unmarshal(
    arguments: &Arguments<'_, '_>,
    context: &mut Context<'_>,
) -> Result<Partial> {
    let one = exactly::<1>(arguments)?;
    let values = match evaluate(one, context)? {
        Evaluated::All(values) => values,
        Evaluated::Open(partial) => return Ok(partial),
    };
    let value = values.first().unwrap_or(&Value::Null);
    let Some(bytes) = value.as_bytes() else {
        return Err(number(0, &one[0]).wrong_type("a text", value));
    };
    // The reader's own sentence may quote what it read.
    let json = serde_json::from_str(&String::from_utf8_lossy(bytes)).map_err(
        |error: serde_json::Error| {
            Fault::new(
                ErrorKind::JsonSyntax,
                format_args!(
                    "the text is no JSON (line {}, column {})",
                    error.line(),
                    error.column()
                ),
            )
        },
    )?;
    Ok(Partial::done(Value::from_json(&json)))
}
