//! Evaluates the tree as it is written.

use super::context::Context;
use super::error::{ErrorKind, Fault, Result};
use super::functions::{self, Argument, Arguments};
use super::item::Item;
use super::node::Node;
use super::reference::Reference;
use super::syntax::{Expr, Template};
use super::value::Value;
use super::walk::{self, Partial, Scope};
use super::wire;

/// Evaluates a tree, or its topmost levels only. What cannot be resolved stays as it is written.
pub(super) fn evaluate(
    node: &Node,
    levels: Option<usize>,
    context: &mut Context<'_>,
) -> Result<Partial> {
    context.step()?;
    if levels == Some(0) {
        return Ok(Partial::done(node.raw()));
    }
    let below = levels.map(|levels| levels - 1);
    match node {
        Node::Data(value) | Node::Unknown(value, _) => Ok(Partial::done(value.clone())),
        Node::Template(template, written) => {
            let partial = in_text(template, context)?;
            Ok(if partial.open {
                Partial::open(written.clone())
            } else {
                partial
            })
        }
        Node::List(items) => {
            let (mut values, mut open) = (Vec::with_capacity(items.len()), false);
            for (at, item) in items.iter().enumerate() {
                let partial =
                    evaluate(item, below, context).map_err(|fault| fault.within(at.to_string()))?;
                open |= partial.open;
                values.push(partial.value);
            }
            let value = context.made(Value::list(values))?;
            Ok(Partial { value, open })
        }
        Node::Map(entries) => {
            let (mut values, mut open) = (Vec::with_capacity(entries.len()), false);
            for (name, node) in entries {
                let partial =
                    evaluate(node, below, context).map_err(|fault| fault.within(name.as_str()))?;
                open |= partial.open;
                values.push((name.clone(), partial.value));
            }
            let value = context.made(Value::map(values))?;
            Ok(Partial { value, open })
        }
        Node::Reference(reference, written) => {
            Ok(resolved(context.look_up(reference.clone())?, written))
        }
        Node::Question(name, query, written) => {
            let answer = question(name, query, context)?;
            Ok(resolved(answer, written))
        }
        Node::Encoded(encoding, data, _) => decoded(encoding, data, context),
        Node::Call(function, arguments) => called(function, arguments, context),
        Node::Broken(fault, _) => Err(fault.clone()),
    }
}

fn resolved(found: Option<Value>, written: &Value) -> Partial {
    match found {
        Some(value) => Partial::done(value),
        None => Partial::open(written.clone()),
    }
}

/// The item without what hides it: a reference becomes its value, a call its result. None while
/// that cannot be resolved.
pub(super) fn open<'n>(item: Item<'n>, context: &mut Context<'_>) -> Result<Option<Item<'n>>> {
    let Item::Node(node) = item else {
        return Ok(Some(item));
    };
    let partial = match node {
        Node::Data(value) => return Ok(Some(Item::Value(value.clone()))),
        Node::List(_) | Node::Map(_) | Node::Unknown(..) => return Ok(Some(item)),
        node => evaluate(node, None, context)?,
    };
    Ok((!partial.open).then_some(Item::Value(partial.value)))
}

fn in_text(template: &Result<Template>, context: &mut Context<'_>) -> Result<Partial> {
    let template = template.as_ref().map_err(Clone::clone)?;
    let scope = Scope::new(&Item::Root, true);
    walk::template(template, scope, context)
}

/// Asks event data. The answer is data.
fn question(name: &str, query: &Result<Expr>, context: &mut Context<'_>) -> Result<Option<Value>> {
    let name = name.to_owned();
    let Some(data) = context.look_up(Reference::Data { name })? else {
        return Ok(None);
    };
    let query = query.as_ref().map_err(Clone::clone)?;
    let data = Item::Value(data);
    let scope = Scope::new(&data, false);
    let answer = walk::whole(query, scope, context)
        .map_err(|fault| fault.inside("in the question about event data"))?;
    Ok(Some(answer.value))
}

fn decoded(encoding: &str, data: &Node, context: &mut Context<'_>) -> Result<Partial> {
    let data = evaluate(data, None, context).map_err(|fault| fault.inside("in `data`"))?;
    if data.open {
        return Ok(Partial::open(Value::map([
            (wire::ENCODING.to_owned(), encoding.into()),
            ("data".to_owned(), data.value),
        ])));
    }
    let Some(bytes) = data.value.as_bytes() else {
        return Err(wire::not_text());
    };
    let text = String::from_utf8_lossy(bytes);
    let value = Value::text(wire::decode(encoding, &text)?);
    context.made(value).map(Partial::done)
}

/// Calls a function. A list holds its arguments one by one, a map by name; anything else is the
/// only one.
fn called(function: &str, node: &Node, context: &mut Context<'_>) -> Result<Partial> {
    let opened = open(Item::Node(node), context)
        .map_err(|fault| fault.inside(functions::inside(function)))?;
    let arguments = match opened {
        None => Arguments::Positional(vec![Argument::Item(Item::Node(node))]),
        Some(item) => spread(item),
    };
    let called = functions::call(function, &arguments, true, context)?;
    Ok(if called.open {
        Partial::open(Value::map([(format!("$fn.{function}"), called.value)]))
    } else {
        called
    })
}

fn spread(item: Item<'_>) -> Arguments<'_, '_> {
    let value = |value: &Value| Argument::Item(Item::Value(value.clone()));
    match item {
        Item::Node(Node::List(items)) => Arguments::Positional(
            items
                .iter()
                .map(|node| Argument::Item(Item::Node(node)))
                .collect(),
        ),
        Item::Value(Value::List(list)) => {
            Arguments::Positional(list.items().iter().map(value).collect())
        }
        Item::Node(Node::Map(entries) | Node::Unknown(_, entries)) => Arguments::Keyword(
            entries
                .iter()
                .map(|(name, node)| (name.clone(), Argument::Item(Item::Node(node))))
                .collect(),
        ),
        Item::Value(Value::Map(map)) => Arguments::Keyword(
            map.iter()
                .map(|(name, found)| (name.to_owned(), value(found)))
                .collect(),
        ),
        item => Arguments::Positional(vec![Argument::Item(item)]),
    }
}

/// A tree that is only ever data has no functions to miss.
pub(super) fn no_function(name: &str) -> Fault {
    let message = format_args!("there is no function {}", crate::diagnostic::shown(name));
    Fault::new(ErrorKind::FunctionNotFound, message)
}
