//! `merge(a, b, …)` and `merge(objects: […], mode: 'deep' or 'shallow')`.

use std::collections::BTreeMap;

use super::{Argument, Arguments, Evaluated, Named, evaluate, keyword, number, required};
use crate::evaluate::context::Context;
use crate::evaluate::error::{ErrorKind, Fault, Result};
use crate::evaluate::value::{Map, Value};
use crate::evaluate::walk::Partial;

pub(super) fn merge(arguments: &Arguments<'_, '_>, context: &mut Context<'_>) -> Result<Partial> {
    match arguments {
        Arguments::Positional(list) => positional(list, context),
        Arguments::Keyword(list) => named(
            &required(list, "objects")?,
            keyword(list, "mode").as_ref(),
            context,
        ),
    }
}

fn positional(list: &[Argument<'_, '_>], context: &mut Context<'_>) -> Result<Partial> {
    let values = match evaluate(list, context)? {
        Evaluated::All(values) => values,
        Evaluated::Open(partial) => return Ok(partial),
    };
    let mut maps = Vec::with_capacity(values.len());
    for (at, (value, argument)) in values.iter().zip(list).enumerate() {
        match value {
            Value::Map(map) => maps.push(map),
            _ => return Err(number(at, argument).wrong_type("a map", value)),
        }
    }
    all(&maps, true, context)
}

fn named(
    objects: &Named<'_, '_, '_>,
    mode: Option<&Named<'_, '_, '_>>,
    context: &mut Context<'_>,
) -> Result<Partial> {
    let given = objects.evaluate(context)?;
    let word = mode.map(|mode| mode.evaluate(context)).transpose()?;
    if given.open || word.as_ref().is_some_and(|word| word.open) {
        let mut entries = vec![("objects".to_owned(), given.value)];
        entries.extend(word.map(|word| ("mode".to_owned(), word.value)));
        return Ok(Partial::open(Value::map(entries)));
    }
    let deep = match word.as_ref().map(|word| word.value.as_text()) {
        None | Some(Some("deep")) => true,
        Some(Some("shallow")) => false,
        Some(_) => {
            return Err(Fault::new(
                ErrorKind::ArgumentValue,
                "the argument `mode` has to be `deep` or `shallow`",
            ));
        }
    };
    let Value::List(list) = &given.value else {
        return Err(objects.wrong_type("a list of maps", &given.value));
    };
    let mut maps = Vec::with_capacity(list.items().len());
    for value in list.items() {
        match value {
            Value::Map(map) => maps.push(map),
            _ => return Err(objects.wrong_type("a list of maps", value)),
        }
    }
    all(&maps, deep, context)
}

/// Later maps win. Lists are replaced, not merged.
fn all(maps: &[&Map], deep: bool, context: &mut Context<'_>) -> Result<Partial> {
    let mut merged = BTreeMap::new();
    for map in maps {
        into(&mut merged, map, deep, context)?;
    }
    Ok(Partial::done(Value::map(merged)))
}

fn into(
    target: &mut BTreeMap<String, Value>,
    map: &Map,
    deep: bool,
    context: &mut Context<'_>,
) -> Result<()> {
    for (name, value) in map.iter() {
        context.step()?;
        let merged = match (target.get(name), value) {
            (Some(Value::Map(old)), Value::Map(new)) if deep => {
                context.spend(old.len())?;
                let mut both = old.entries().clone();
                into(&mut both, new, deep, context)?;
                context.made(Value::map(both))?
            }
            _ => value.clone(),
        };
        target.insert(name.to_owned(), merged);
    }
    Ok(())
}
