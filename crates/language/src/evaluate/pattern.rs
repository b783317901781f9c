//! Fills texts with JSON paths in braces.

use super::context::Context;
use super::error::Result;
use super::item::Item;
use super::print;
use super::syntax::{Expr, Piece};
use super::value::Value;
use super::walk::{self, Partial, Scope};

/// Fills such a text. It is always text that comes out; what is missing is empty.
pub(super) fn fill(
    pieces: &[Piece],
    scope: Scope<'_, '_>,
    context: &mut Context<'_>,
) -> Result<Partial> {
    let mut text = Vec::new();
    let open = write(pieces, scope, &mut text, context)?;
    let value = context.made(Value::text(text))?;
    Ok(Partial { value, open })
}

fn write(
    pieces: &[Piece],
    scope: Scope<'_, '_>,
    text: &mut Vec<u8>,
    context: &mut Context<'_>,
) -> Result<bool> {
    let mut open = false;
    for piece in pieces {
        context.step()?;
        let before = text.len();
        open |= match piece {
            Piece::Text(part) => {
                text.extend(part.bytes());
                false
            }
            Piece::Expression(expr) => paste(expr, scope, text, context)?,
            Piece::Range(list, inner) => {
                let outcome = walk::expression(list, scope, context)?;
                let mut open = outcome.open;
                for item in outcome.item.parts() {
                    open |= write(inner, Scope::new(&item, false), text, context)?;
                }
                open
            }
        };
        context.spend(text.len() - before)?;
    }
    Ok(open)
}

/// Lists stand with blanks between their items.
fn paste(
    expr: &Expr,
    scope: Scope<'_, '_>,
    text: &mut Vec<u8>,
    context: &mut Context<'_>,
) -> Result<bool> {
    let outcome = walk::expression(expr, scope, context)?;
    let partial = walk::force(&outcome.item, context)?;
    // What cannot be resolved as a whole is shown as it is written.
    let value = if partial.open {
        raw(&outcome.item).unwrap_or(partial.value)
    } else {
        partial.value
    };
    context.spend(value.size().saturating_mul(2))?;
    match &value {
        Value::Null => {}
        Value::List(list) => {
            for (at, item) in list.items().iter().enumerate() {
                if at > 0 {
                    text.push(b' ');
                }
                text.extend(print::pasted(item));
            }
        }
        value => text.extend(print::pasted(value)),
    }
    Ok(outcome.open || partial.open)
}

fn raw(item: &Item<'_>) -> Option<Value> {
    match item {
        Item::Node(node) => Some(node.raw()),
        Item::Value(value) => Some(value.clone()),
        Item::List(items) => {
            let items: Option<Vec<_>> = items.iter().map(raw).collect();
            items.map(Value::list)
        }
        _ => None,
    }
}
