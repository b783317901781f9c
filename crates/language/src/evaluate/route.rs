//! Follows JSON paths. What is not there is nothing, and what cannot be resolved is left out.

use super::context::Context;
use super::document;
use super::error::{ErrorKind, Fault, Result};
use super::item::Item;
use super::operators;
use super::syntax::{Expr, Route, Selector};
use super::value::Value;
use super::walk::{self, Outcome, Scope};

/// What a step of a path finds.
enum Found<'n> {
    /// Nothing, which also ends the path.
    Nothing,
    One(Item<'n>),
    /// Perhaps none, but a list.
    Many(Vec<Item<'n>>),
}

/// Why a name alone means nothing.
pub(super) fn variable() -> Fault {
    Fault::new(
        ErrorKind::JsonpathVariable,
        "a JSON path begins with `$`, `@` or `.`",
    )
}

/// Whether an error is more than something not being there.
fn is_grave(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::JsonpathVariable | ErrorKind::Other)
}

/// Follows a path to its end.
pub(super) fn follow<'n>(
    route: &Route,
    scope: Scope<'_, 'n>,
    context: &mut Context<'_>,
) -> Result<Outcome<'n>> {
    let start = if route.current {
        scope.current
    } else {
        scope.whole
    };
    let missing = context.mark();
    let found = steps(Found::One(start.clone()), &route.selectors, context)?;
    let open = context.mark() != missing;
    Ok(match found {
        Found::Nothing => Outcome {
            open,
            ..Outcome::done(Value::Null)
        },
        Found::One(item) => Outcome { item, open },
        Found::Many(items) => Outcome {
            item: Item::List(items.into()),
            open,
        },
    })
}

fn steps<'n>(
    found: Found<'n>,
    selectors: &[Selector],
    context: &mut Context<'_>,
) -> Result<Found<'n>> {
    let mut found = found;
    for selector in selectors {
        found = match found {
            Found::Nothing => return Ok(Found::Nothing),
            Found::One(item) => forgiving(selector, &item, context)?,
            Found::Many(items) => {
                let mut all = Vec::with_capacity(items.len());
                for item in items {
                    match forgiving(selector, &item, context)? {
                        Found::Nothing => {}
                        Found::One(item) => all.push(item),
                        Found::Many(more) => all.extend(more),
                    }
                }
                Found::Many(all)
            }
        };
    }
    Ok(found)
}

/// One step from one item; an error that only says that there is nothing finds nothing.
fn forgiving<'n>(
    selector: &Selector,
    item: &Item<'n>,
    context: &mut Context<'_>,
) -> Result<Found<'n>> {
    context.step()?;
    match step(selector, item, context) {
        Err(fault) if !is_grave(fault.kind()) => Ok(Found::Nothing),
        found => found,
    }
}

fn step<'n>(selector: &Selector, item: &Item<'n>, context: &mut Context<'_>) -> Result<Found<'n>> {
    let here = Scope::new(item, false);
    match selector {
        Selector::Child(key) => {
            let key = walk::whole(key, here, context)?.value;
            Ok(child(item, &key, context)?.map_or(Found::Nothing, Found::One))
        }
        Selector::All => Ok(Found::Many(children(item, context)?)),
        Selector::Deep => {
            let mut all = Vec::new();
            deep(item, 0, &mut all, context)?;
            Ok(Found::Many(all))
        }
        Selector::Range(bounds) => range(bounds, item, here, context),
        Selector::Filter(filter) => {
            let mut fitting = Vec::new();
            for child in children(item, context)? {
                if fits(filter, &child, context)? {
                    fitting.push(child);
                }
            }
            Ok(Found::Many(fitting))
        }
        Selector::Several(keys) => {
            let mut all = Vec::new();
            for key in keys {
                let part = walk::whole(key, here, context)
                    .and_then(|key| child(item, &key.value, context));
                match part {
                    Ok(part) => all.extend(part),
                    Err(fault) if fault.kind() == ErrorKind::Other => return Err(fault),
                    Err(_) => {}
                }
            }
            Ok(Found::Many(all))
        }
        Selector::Script(script) => {
            walk::expression(script, here, context).map(|outcome| Found::One(outcome.item))
        }
    }
}

/// What is under a key, ready to be looked into. None while it cannot be resolved.
fn child<'n>(item: &Item<'n>, key: &Value, context: &mut Context<'_>) -> Result<Option<Item<'n>>> {
    context.step()?;
    let Some(opened) = document::open(item.clone(), context)? else {
        return Ok(None);
    };
    match opened.select(key, context)? {
        Some(part) => document::open(part, context),
        None => Ok(None),
    }
}

/// Everything one level below that can be resolved.
fn children<'n>(item: &Item<'n>, context: &mut Context<'_>) -> Result<Vec<Item<'n>>> {
    let Some(opened) = document::open(item.clone(), context)? else {
        return Ok(Vec::new());
    };
    let mut all = Vec::new();
    for key in opened.keys() {
        all.extend(child(&opened, &key, context)?);
    }
    Ok(all)
}

/// How far down a search goes; nothing that can be read is deeper.
const MAX_DEPTH: usize = 400;

fn deep<'n>(
    item: &Item<'n>,
    depth: usize,
    all: &mut Vec<Item<'n>>,
    context: &mut Context<'_>,
) -> Result<()> {
    all.push(item.clone());
    if depth < MAX_DEPTH {
        for child in children(item, context)? {
            deep(&child, depth + 1, all, context)?;
        }
    }
    Ok(())
}

fn range<'n>(
    bounds: &[Expr; 3],
    item: &Item<'n>,
    here: Scope<'_, 'n>,
    context: &mut Context<'_>,
) -> Result<Found<'n>> {
    let mut numbers = [0; 3];
    for (number, bound) in numbers.iter_mut().zip(bounds) {
        let value = walk::whole(bound, here, context)?.value;
        *number = operators::number(&value)
            .ok_or_else(|| Fault::new(ErrorKind::IndexType, "a range needs numbers"))?
            .truncated();
    }
    let [from, to, step] = numbers;
    let Some(opened) = document::open(item.clone(), context)? else {
        return Ok(Found::Nothing);
    };
    let Some(length) = opened.length() else {
        return Ok(match opened {
            Item::Node(_) | Item::Value(Value::Map(_)) => Found::Many(Vec::new()),
            _ => Found::Nothing,
        });
    };
    let within = |bound: i64| {
        let back = if bound < 0 {
            bound.saturating_add(length)
        } else {
            bound
        };
        back.clamp(0, length)
    };
    let (from, to) = (within(from), within(to));
    if from > to {
        return Ok(Found::Nothing);
    }
    let step = if step == 0 { 1 } else { step };
    let mut all = Vec::new();
    let mut at = if step > 0 { from } else { to - 1 };
    while (from..to).contains(&at) {
        all.extend(child(&opened, &Value::from(at), context)?);
        at = at.saturating_add(step);
    }
    Ok(Found::Many(all))
}

fn fits(filter: &Expr, item: &Item<'_>, context: &mut Context<'_>) -> Result<bool> {
    let scope = Scope {
        current: item,
        // What the whole is, a filter does not know.
        whole: &Item::Value(Value::Null),
        functions: false,
    };
    match walk::whole(filter, scope, context) {
        Ok(partial) => Ok(operators::boolean(&partial.value) == Some(true)),
        Err(fault) if fault.kind() == ErrorKind::Other => Err(fault),
        Err(_) => Ok(false),
    }
}
