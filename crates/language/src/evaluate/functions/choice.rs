//! Functions that cope with what is missing.

use super::{Arguments, exactly, number, positional};
use crate::evaluate::context::Context;
use crate::evaluate::error::{ErrorKind, Result};
use crate::evaluate::value::Value;
use crate::evaluate::walk::Partial;

/// Whether the error only says that something is not there.
pub(super) fn is_absence(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::UnknownKey | ErrorKind::IndexOutOfBounds)
}

/// `coalesce(a, b, …)`: the first that is there and not nothing. What is missing before it does
/// not matter any more.
pub(super) fn coalesce(
    arguments: &Arguments<'_, '_>,
    context: &mut Context<'_>,
) -> Result<Partial> {
    let list = positional(arguments)?;
    let mark = context.mark();
    let mut chosen = Value::Null;
    for (at, argument) in list.iter().enumerate() {
        let partial = number(at, argument).evaluate(context)?;
        if !partial.open && !partial.value.is_null() {
            chosen = partial.value;
            break;
        }
    }
    context.forget(mark);
    Ok(Partial::done(chosen))
}

/// `exists(value)`
pub(super) fn exists(arguments: &Arguments<'_, '_>, context: &mut Context<'_>) -> Result<Partial> {
    let [argument] = exactly::<1>(arguments)?;
    let mark = context.mark();
    match number(0, argument).evaluate(context) {
        Ok(partial) if partial.open => Ok(Partial::open(Value::list([argument.raw()]))),
        Ok(_) => Ok(Partial::done(Value::Bool(true))),
        Err(fault) if is_absence(fault.kind()) => {
            context.forget(mark);
            Ok(Partial::done(Value::Bool(false)))
        }
        Err(fault) => Err(fault),
    }
}
