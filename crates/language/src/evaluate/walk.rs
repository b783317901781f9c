//! Evaluates expressions.

use super::context::Context;
use super::document;
use super::error::Result;
use super::functions::{self, Argument, Arguments as Given};
use super::item::Item;
use super::operators;
use super::print;
use super::regular;
use super::roots;
use super::route;
use super::syntax::{Arguments, Expr, Infix, Literal, Part, Template};
use super::value::Value;

/// A value, perhaps with holes in it where something could not be resolved.
#[derive(Debug)]
pub(super) struct Partial {
    pub(super) value: Value,
    /// Whether something in it, or on the way to it, could not be resolved.
    pub(super) open: bool,
}

impl Partial {
    pub(super) fn done(value: Value) -> Self {
        Self { value, open: false }
    }

    pub(super) fn open(value: Value) -> Self {
        Self { value, open: true }
    }
}

/// What an expression stands for before it is needed as a whole.
pub(super) struct Outcome<'n> {
    pub(super) item: Item<'n>,
    pub(super) open: bool,
}

impl Outcome<'_> {
    pub(super) const OPEN: Self = Self {
        item: Item::Value(Value::Null),
        open: true,
    };

    pub(super) fn done(value: Value) -> Self {
        Self {
            item: Item::Value(value),
            open: false,
        }
    }
}

impl From<Partial> for Outcome<'_> {
    fn from(partial: Partial) -> Self {
        Self {
            item: Item::Value(partial.value),
            open: partial.open,
        }
    }
}

/// What the names in an expression mean.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s, 'n> {
    /// What `$` is, and where paths begin.
    pub(super) whole: &'s Item<'n>,
    /// What `@` is in JSON paths.
    pub(super) current: &'s Item<'n>,
    /// Whether functions can be called.
    pub(super) functions: bool,
}

impl<'s, 'n> Scope<'s, 'n> {
    pub(super) fn new(whole: &'s Item<'n>, functions: bool) -> Self {
        Self {
            whole,
            current: whole,
            functions,
        }
    }
}

/// Evaluates as much of an expression as is needed to go on with it.
pub(super) fn expression<'n>(
    expr: &Expr,
    scope: Scope<'_, 'n>,
    context: &mut Context<'_>,
) -> Result<Outcome<'n>> {
    context.step()?;
    match expr {
        Expr::Constant(literal) => Ok(Outcome::done(literal.into())),
        Expr::Path(keys) => path(keys, scope, context),
        Expr::List(items) => {
            let (mut values, mut open) = (Vec::with_capacity(items.len()), false);
            for item in items {
                let partial = whole(item, scope, context)?;
                open |= partial.open;
                values.push(partial.value);
            }
            let value = context.made(Value::list(values))?;
            Ok(Partial { value, open }.into())
        }
        Expr::Map(entries) => map(entries, scope, context),
        Expr::Call(function, arguments) => call(function, arguments, scope, context),
        Expr::Prefix(operator, operand) => {
            let operand = whole(operand, scope, context)?;
            if operand.open {
                return Ok(Outcome::OPEN);
            }
            operators::prefix(*operator, &operand.value).map(Outcome::done)
        }
        Expr::Infix(operator, left, right) => infix(*operator, left, right, scope, context),
        Expr::Pipe(left, right) => {
            let left = expression(left, scope, context)?;
            let scope = Scope::new(&left.item, scope.functions);
            let right = expression(right, scope, context)?;
            Ok(Outcome {
                open: left.open || right.open,
                ..right
            })
        }
        Expr::Route(route) => route::follow(route, scope, context),
        Expr::Variable => Err(route::variable()),
    }
}

/// Evaluates an expression as a whole.
pub(super) fn whole(
    expr: &Expr,
    scope: Scope<'_, '_>,
    context: &mut Context<'_>,
) -> Result<Partial> {
    let outcome = expression(expr, scope, context)?;
    let mut partial = force(&outcome.item, context)?;
    partial.open |= outcome.open;
    Ok(partial)
}

/// Everything in an item.
pub(super) fn force(item: &Item<'_>, context: &mut Context<'_>) -> Result<Partial> {
    if let Item::Node(node) = item {
        return document::evaluate(node, None, context);
    }
    if let Item::List(items) = item {
        let (mut values, mut open) = (Vec::with_capacity(items.len()), false);
        for item in items.iter() {
            let partial = force(item, context)?;
            open |= partial.open;
            values.push(partial.value);
        }
        let value = context.made(Value::list(values))?;
        return Ok(Partial { value, open });
    }
    Ok(match roots::whole(item, context)? {
        Some(value) => Partial::done(value),
        None => Partial::open(Value::Null),
    })
}

/// One step behind the name of a path in a sentence: only what the text writes out, since what
/// is computed may come from a secret.
fn segment(key: &Expr) -> String {
    match key {
        Expr::Constant(Literal::Text(text)) => String::from_utf8_lossy(text).into_owned(),
        Expr::Constant(Literal::Number(number)) => number.digits(),
        _ => "…".to_owned(),
    }
}

fn path<'n>(keys: &[Expr], scope: Scope<'_, 'n>, context: &mut Context<'_>) -> Result<Outcome<'n>> {
    let mut walked = 0;
    let found = follow(keys, scope, &mut walked, context);
    match found {
        Ok(Some(item)) => Ok(Outcome { item, open: false }),
        Ok(None) => Ok(Outcome::OPEN),
        Err(fault) => Err(keys[..walked]
            .iter()
            .rev()
            .fold(fault, |fault, key| fault.within(segment(key)))),
    }
}

fn follow<'n>(
    keys: &[Expr],
    scope: Scope<'_, 'n>,
    walked: &mut usize,
    context: &mut Context<'_>,
) -> Result<Option<Item<'n>>> {
    let mut item = scope.whole.clone();
    for key in keys {
        context.step()?;
        let key = whole(key, scope, context)?;
        *walked += 1;
        if key.open {
            return Ok(None);
        }
        let Some(opened) = document::open(item, context)? else {
            return Ok(None);
        };
        let Some(part) = opened.select(&key.value, context)? else {
            return Ok(None);
        };
        item = part;
    }
    document::open(item, context)
}

fn map<'n>(
    entries: &[(Expr, Expr)],
    scope: Scope<'_, 'n>,
    context: &mut Context<'_>,
) -> Result<Outcome<'n>> {
    let (mut made, mut open) = (Vec::with_capacity(entries.len()), false);
    for (key, value) in entries {
        let value = whole(value, scope, context)?;
        let key = whole(key, scope, context)?;
        open |= value.open || key.open;
        let name = String::from_utf8_lossy(&print::pasted(&key.value)).into_owned();
        made.push((name, value.value));
    }
    let value = context.made(Value::map(made))?;
    Ok(Partial { value, open }.into())
}

fn infix<'n>(
    operator: Infix,
    left: &Expr,
    right: &Expr,
    scope: Scope<'_, 'n>,
    context: &mut Context<'_>,
) -> Result<Outcome<'n>> {
    let left = whole(left, scope, context)?;
    // The right side is not even looked at when the left one decides.
    let decided = match operator {
        Infix::And => Some(false),
        Infix::Or => Some(true),
        _ => None,
    };
    if !left.open && decided.is_some() && operators::boolean(&left.value) == decided {
        return Ok(Outcome::done(Value::Bool(operator == Infix::Or)));
    }
    let right = whole(right, scope, context)?;
    if left.open || right.open {
        return Ok(Outcome::OPEN);
    }
    context.spend(left.value.size() + right.value.size())?;
    let value = if matches!(operator, Infix::Matches | Infix::MatchesNot) {
        context.spend(regular::COST)?;
        operators::matches(operator, &left.value, &right.value, regular::LARGE)?
    } else {
        operators::infix(operator, &left.value, &right.value)?
    };
    context.made(value).map(Outcome::done)
}

fn call<'n>(
    function: &str,
    arguments: &Arguments,
    scope: Scope<'_, 'n>,
    context: &mut Context<'_>,
) -> Result<Outcome<'n>> {
    let argument = |expr| Argument::Expression(expr, scope);
    let given = match arguments {
        Arguments::Positional(list) => Given::Positional(list.iter().map(argument).collect()),
        Arguments::Keyword(list) => Given::Keyword(
            list.iter()
                .map(|(name, expr)| (name.clone(), argument(expr)))
                .collect(),
        ),
    };
    let called = functions::call(function, &given, scope.functions, context)?;
    if called.open {
        return Ok(Outcome::OPEN);
    }
    Ok(called.into())
}

/// Evaluates a template. A single expression keeps its type; several parts become one text.
pub(super) fn template(
    template: &Template,
    scope: Scope<'_, '_>,
    context: &mut Context<'_>,
) -> Result<Partial> {
    let (mut values, mut open) = (Vec::with_capacity(template.parts.len()), false);
    for part in &template.parts {
        let partial = match part {
            Part::Text(text) => Partial::done(Value::text(text.as_str())),
            Part::Expression(expr) => {
                whole(expr, scope, context).map_err(|fault| fault.inside("in `${…}`"))?
            }
        };
        open |= partial.open;
        // What is empty does not count, so that the type of what remains is kept.
        if partial.value.as_bytes() != Some(b"") {
            values.push(partial.value);
        }
    }
    let value = match values.len() {
        0 => Value::text(""),
        1 => values.remove(0),
        _ => {
            let mut text = Vec::new();
            for value in &values {
                context.spend(value.size().saturating_mul(2))?;
                text.extend(print::joined(value)?);
            }
            context.made(Value::text(text))?
        }
    };
    Ok(Partial { value, open })
}
