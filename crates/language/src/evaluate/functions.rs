//! The functions that expressions can call.

mod choice;
mod json;
mod markdown;
mod merge;
mod path;
mod plain;
mod time;

use super::context::Context;
use super::error::{ErrorKind, Fault, Result};
use super::item::Item;
use super::node::Node;
use super::syntax::Expr;
use super::value::Value;
use super::walk::{self, Outcome, Partial, Scope};
use crate::diagnostic::shown;

/// An argument that is evaluated when the function asks for it.
pub(super) enum Argument<'a, 'n> {
    /// Written in the tree, or a part of a value.
    Item(Item<'n>),
    /// Written in an expression.
    Expression(&'a Expr, Scope<'a, 'n>),
}

impl<'n> Argument<'_, 'n> {
    /// The argument as a whole.
    fn evaluate(&self, context: &mut Context<'_>) -> Result<Partial> {
        match self {
            Self::Item(item) => walk::force(item, context),
            Self::Expression(expr, scope) => walk::whole(expr, *scope, context),
        }
    }

    /// As much of it as is needed to look into it.
    fn outcome(&self, context: &mut Context<'_>) -> Result<Outcome<'n>> {
        match self {
            Self::Item(item) => Ok(Outcome {
                item: item.clone(),
                open: false,
            }),
            Self::Expression(expr, scope) => walk::expression(expr, *scope, context),
        }
    }

    /// Whether its value stands in the text, so that it can be shown.
    fn is_written(&self) -> bool {
        matches!(
            self,
            Self::Item(Item::Node(Node::Data(_))) | Self::Expression(Expr::Constant(_), _)
        )
    }

    /// As it is written; what is written in an expression stays there.
    fn raw(&self) -> Value {
        match self {
            Self::Item(Item::Node(node)) => node.raw(),
            Self::Item(Item::Value(value)) => value.clone(),
            Self::Item(_) | Self::Expression(..) => Value::Null,
        }
    }
}

/// The arguments of a call.
pub(super) enum Arguments<'a, 'n> {
    Positional(Vec<Argument<'a, 'n>>),
    Keyword(Vec<(String, Argument<'a, 'n>)>),
}

/// One argument with the words for it in sentences.
struct Named<'l, 'a, 'n> {
    words: String,
    argument: &'l Argument<'a, 'n>,
}

impl Named<'_, '_, '_> {
    fn evaluate(&self, context: &mut Context<'_>) -> Result<Partial> {
        self.argument
            .evaluate(context)
            .map_err(|fault| fault.inside(&self.words))
    }

    fn wrong_type(&self, expected: &str, found: &Value) -> Fault {
        Fault::new(
            ErrorKind::ArgumentType,
            format_args!(
                "{} has to be {expected}, but is {}",
                self.words,
                found.kind()
            ),
        )
    }
}

/// The sentence beginning for what is wrong inside of a call.
pub(super) fn inside(function: &str) -> String {
    format!("in the call of {}", shown(function))
}

/// Calls a function. While an argument is open, so is the result, which then holds the arguments
/// with what could be resolved of them.
pub(super) fn call(
    function: &str,
    arguments: &Arguments<'_, '_>,
    allowed: bool,
    context: &mut Context<'_>,
) -> Result<Partial> {
    context.step()?;
    let run = if allowed { find(function) } else { None };
    let run = run.ok_or_else(|| super::document::no_function(function))?;
    let called = run(arguments, context).map_err(|fault| fault.inside(inside(function)))?;
    let value = context.made(called.value)?;
    Ok(Partial {
        value,
        open: called.open,
    })
}

type Function = fn(&Arguments<'_, '_>, &mut Context<'_>) -> Result<Partial>;

fn find(name: &str) -> Option<Function> {
    Some(match name {
        "append" => plain::append,
        "coalesce" => choice::coalesce,
        "concat" => plain::concat,
        "convertMarkdown" => markdown::convert,
        "equals" => plain::equals,
        "exists" => choice::exists,
        "jsonMarshal" => json::marshal,
        "jsonUnmarshal" => json::unmarshal,
        "merge" => merge::merge,
        "notEquals" => plain::not_equals,
        "now" => time::now,
        "path" => path::path,
        "toString" => plain::to_string,
        _ => return None,
    })
}

/// The arguments of a function that takes them by position only.
fn positional<'l, 'a, 'n>(arguments: &'l Arguments<'a, 'n>) -> Result<&'l [Argument<'a, 'n>]> {
    match arguments {
        Arguments::Positional(list) => Ok(list),
        Arguments::Keyword(_) => Err(Fault::new(
            ErrorKind::ArgumentStyle,
            "this function takes its arguments one by one in a list, without names",
        )),
    }
}

fn arity(wanted: &str, given: usize) -> Fault {
    let given = match given {
        0 => "none is".to_owned(),
        1 => "one is".to_owned(),
        several => format!("{several} are"),
    };
    Fault::new(
        ErrorKind::Arity,
        format_args!("it takes {wanted}, but {given} given"),
    )
}

/// Exactly so many arguments by position.
fn exactly<'l, 'a, 'n, const N: usize>(
    arguments: &'l Arguments<'a, 'n>,
) -> Result<&'l [Argument<'a, 'n>; N]> {
    let list = positional(arguments)?;
    list.try_into().map_err(|_| {
        let wanted = match N {
            0 => "no arguments".to_owned(),
            1 => "one argument".to_owned(),
            n => format!("{n} arguments"),
        };
        arity(&wanted, list.len())
    })
}

/// What became of arguments that were evaluated.
enum Evaluated {
    All(Vec<Value>),
    /// Some are open: the call as far as it goes.
    Open(Partial),
}

/// Evaluates every argument of the list.
fn evaluate(list: &[Argument<'_, '_>], context: &mut Context<'_>) -> Result<Evaluated> {
    let (mut values, mut open) = (Vec::with_capacity(list.len()), false);
    for (at, argument) in list.iter().enumerate() {
        let partial = number(at, argument).evaluate(context)?;
        open |= partial.open;
        values.push(partial.value);
    }
    Ok(if open {
        Evaluated::Open(Partial::open(Value::list(values)))
    } else {
        Evaluated::All(values)
    })
}

/// The argument at a place, with words for it.
fn number<'l, 'a, 'n>(at: usize, argument: &'l Argument<'a, 'n>) -> Named<'l, 'a, 'n> {
    Named {
        words: format!("argument {}", at + 1),
        argument,
    }
}

/// The argument of a name.
fn keyword<'l, 'a, 'n>(
    list: &'l [(String, Argument<'a, 'n>)],
    name: &str,
) -> Option<Named<'l, 'a, 'n>> {
    // Of several with one name the last counts.
    let (_, argument) = list.iter().rev().find(|(known, _)| known == name)?;
    Some(Named {
        words: format!("the argument `{name}`"),
        argument,
    })
}

fn required<'l, 'a, 'n>(
    list: &'l [(String, Argument<'a, 'n>)],
    name: &str,
) -> Result<Named<'l, 'a, 'n>> {
    keyword(list, name).ok_or_else(|| {
        let message = format_args!("the argument `{name}` is missing");
        Fault::new(ErrorKind::ArgumentMissing, message)
    })
}
