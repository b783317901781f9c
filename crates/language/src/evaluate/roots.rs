//! Everything under a root of templates at once: `${parameters}`, `${outputs.build}`, `${$}`.

use std::collections::BTreeMap;

use super::context::Context;
use super::error::{ErrorKind, Fault, Result};
use super::item::Item;
use super::reference::Reference;
use super::value::Value;

/// A whole root as a value. None when a part of it has no value yet.
pub(super) fn whole(item: &Item<'_>, context: &mut Context<'_>) -> Result<Option<Value>> {
    match item {
        Item::Value(value) => Ok(Some(value.clone())),
        Item::Parameters => {
            let names = context.env().parameters();
            all(names, |name| Reference::Parameter { name }, context)
        }
        Item::Secrets => {
            let names = context.env().secrets().ok_or_else(refused)?;
            all(names, |name| Reference::Secret { name }, context)
        }
        Item::Connections => {
            let known = context.env().connections().ok_or_else(refused)?;
            nested(known, Item::ConnectionsOf, context)
        }
        Item::ConnectionsOf(type_name) => {
            let known = context.env().connections().ok_or_else(refused)?;
            let named = |name| Reference::Connection {
                type_name: type_name.clone(),
                name,
            };
            all(of(known, type_name), named, context)
        }
        Item::Outputs => nested(context.env().outputs(), Item::OutputsOf, context),
        Item::OutputsOf(step) => {
            let named = |name| Reference::Output {
                step: step.clone(),
                name,
            };
            all(of(context.env().outputs(), step), named, context)
        }
        Item::Steps => Err(Fault::new(
            ErrorKind::Other,
            "ask for one property of one step, as in `steps.build.succeeded`",
        )),
        // A step has no value of its own.
        Item::StatusOf(_) | Item::Node(_) | Item::List(_) => Ok(Some(Value::Null)),
        Item::Data(name) => context.look_up(Reference::Data { name: name.clone() }),
        Item::Root => everything(context),
    }
}

fn refused() -> Fault {
    Fault::new(
        ErrorKind::Other,
        "secrets and connections are not handed out all at once; name the one that is needed, as \
         in `secrets.token` or `connections.aws.production`",
    )
}

fn of(known: Vec<(String, String)>, first: &str) -> Vec<String> {
    known
        .into_iter()
        .filter(|(of, _)| of == first)
        .map(|(_, name)| name)
        .collect()
}

fn all(
    names: Vec<String>,
    reference: impl Fn(String) -> Reference,
    context: &mut Context<'_>,
) -> Result<Option<Value>> {
    let mut entries = Vec::with_capacity(names.len());
    let mut complete = true;
    for name in names {
        match context.look_up(reference(name.clone()))? {
            Some(value) => entries.push((name, value)),
            None => complete = false,
        }
    }
    let value = context.made(Value::map(entries))?;
    Ok(complete.then_some(value))
}

fn nested<'n>(
    known: Vec<(String, String)>,
    part: impl Fn(String) -> Item<'n>,
    context: &mut Context<'_>,
) -> Result<Option<Value>> {
    let mut entries = BTreeMap::new();
    let mut complete = true;
    for (first, _) in known {
        if entries.contains_key(&first) {
            continue;
        }
        match whole(&part(first.clone()), context)? {
            Some(value) => {
                entries.insert(first, value);
            }
            None => complete = false,
        }
    }
    let value = context.made(Value::map(entries))?;
    Ok(complete.then_some(value))
}

fn everything(context: &mut Context<'_>) -> Result<Option<Value>> {
    let mut roots = vec![
        ("connections".to_owned(), Item::Connections),
        ("outputs".to_owned(), Item::Outputs),
        ("parameters".to_owned(), Item::Parameters),
        ("secrets".to_owned(), Item::Secrets),
    ];
    for name in context.env().data_names() {
        if !roots.iter().any(|(known, _)| *known == name) {
            roots.push((name.clone(), Item::Data(name)));
        }
    }
    let mut entries = Vec::with_capacity(roots.len());
    let mut complete = true;
    for (name, root) in roots {
        match whole(&root, context)? {
            Some(value) => entries.push((name, value)),
            None => complete = false,
        }
    }
    let value = context.made(Value::map(entries))?;
    Ok(complete.then_some(value))
}
