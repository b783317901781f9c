//! What a path walks over: the tree as it is written, values, and the roots of templates.

use std::sync::Arc;

use model::counted;

use super::context::Context;
use super::error::{ErrorKind, Fault, Result};
use super::node::Node;
use super::reference::Reference;
use super::value::Value;
use crate::number::Number;

/// Something that has parts, or is a part. Only asking for it evaluates it.
#[derive(Clone)]
pub(super) enum Item<'n> {
    /// Resolved: data for ever.
    Value(Value),
    /// Written; evaluated when it is needed.
    Node(&'n Node),
    /// What a JSON path has found in several places.
    List(Arc<[Item<'n>]>),
    /// Everything a template can refer to.
    Root,
    Parameters,
    Secrets,
    Connections,
    /// Those of one type.
    ConnectionsOf(String),
    Outputs,
    /// Those of one step.
    OutputsOf(String),
    Steps,
    /// What can be asked about one step.
    StatusOf(String),
    /// A named source of event data.
    Data(String),
}

/// The key as the name of something in a map.
fn name(key: &Value) -> Result<String> {
    let found = match key {
        Value::Text(_) => key.as_text().map(str::to_owned),
        Value::Number(number) => Some(number.digits()),
        _ => None,
    };
    found.ok_or_else(|| {
        let message = format_args!("{} is no key; use a text or a number", key.kind());
        Fault::new(ErrorKind::KeyType, message)
    })
}

/// The key as a place in a list of this length.
pub(super) fn index(key: &Value, length: usize) -> Result<usize> {
    let number = match key {
        Value::Number(number) => Some(*number),
        Value::Text(_) => key
            .as_text()
            .and_then(|text| text.parse::<i32>().ok())
            .map(|number| Number::from(i64::from(number))),
        _ => None,
    };
    let Some(number) = number else {
        return Err(Fault::new(
            ErrorKind::IndexType,
            "a list is asked for by number, from 0",
        ));
    };
    let wanted = number.truncated();
    let place = if wanted < 0 {
        usize::try_from(wanted.unsigned_abs())
            .ok()
            .and_then(|back| length.checked_sub(back))
    } else {
        usize::try_from(wanted).ok().filter(|at| *at < length)
    };
    place.ok_or_else(|| {
        let items = counted(length as u64, "item", "items");
        let message = format_args!("the list has {items}, which is not enough");
        Fault::new(ErrorKind::IndexOutOfBounds, message)
    })
}

fn no_key() -> Fault {
    Fault::new(ErrorKind::UnknownKey, "there is no such key")
}

impl Item<'_> {
    /// The part of it under a key. None while it cannot be resolved.
    ///
    /// The item must have been opened before, so that it is no reference any more.
    pub(super) fn select(&self, key: &Value, context: &mut Context<'_>) -> Result<Option<Self>> {
        let name = |key| name(key);
        let reference = match self {
            Self::Value(Value::List(list)) => {
                let at = index(key, list.items().len())?;
                return Ok(list.items().get(at).cloned().map(Self::Value));
            }
            Self::Node(Node::List(items)) => {
                let at = index(key, items.len())?;
                return Ok(items.get(at).map(Self::Node));
            }
            Self::List(items) => {
                let at = index(key, items.len())?;
                return Ok(items.get(at).cloned());
            }
            Self::Value(Value::Map(map)) => {
                let found = map.get(&name(key)?).cloned();
                return found.map(Self::Value).map(Some).ok_or_else(no_key);
            }
            Self::Node(Node::Map(entries) | Node::Unknown(_, entries)) => {
                let name = name(key)?;
                let found = entries.iter().find(|(known, _)| *known == name);
                return found
                    .map(|(_, node)| Some(Self::Node(node)))
                    .ok_or_else(no_key);
            }
            Self::Value(value) => {
                name(key)?;
                let message = format_args!("{} has no parts to ask for", value.kind());
                return Err(Fault::new(ErrorKind::NotIndexable, message));
            }
            Self::Node(_) => return Ok(None),
            Self::Root => return root(&name(key)?, context).map(Some),
            Self::Connections => return Ok(Some(Self::ConnectionsOf(name(key)?))),
            Self::Outputs => return Ok(Some(Self::OutputsOf(name(key)?))),
            Self::Steps => return Ok(Some(Self::StatusOf(name(key)?))),
            Self::Parameters => Reference::Parameter { name: name(key)? },
            Self::Secrets => Reference::Secret { name: name(key)? },
            Self::ConnectionsOf(type_name) => Reference::Connection {
                type_name: type_name.clone(),
                name: name(key)?,
            },
            Self::OutputsOf(step) => Reference::Output {
                step: step.clone(),
                name: name(key)?,
            },
            Self::StatusOf(step) => Reference::Status {
                step: step.clone(),
                property: name(key)?,
            },
            Self::Data(source) => {
                let name = source.clone();
                return match context.look_up(Reference::Data { name })? {
                    Some(data) => Self::Value(data).select(key, context),
                    None => Ok(None),
                };
            }
        };
        Ok(context.look_up(reference)?.map(Self::Value))
    }

    /// How long it is, if it is a list.
    pub(super) fn length(&self) -> Option<i64> {
        let length = match self {
            Self::Value(Value::List(list)) => list.items().len(),
            Self::Node(Node::List(items)) => items.len(),
            Self::List(items) => items.len(),
            _ => return None,
        };
        i64::try_from(length).ok()
    }

    /// The names or places of its parts, for those that have any.
    pub(super) fn keys(&self) -> Vec<Value> {
        if let Some(length) = self.length() {
            return (0..length).map(Value::from).collect();
        }
        match self {
            Self::Value(Value::Map(map)) => map.iter().map(|(name, _)| name.into()).collect(),
            Self::Node(Node::Map(entries) | Node::Unknown(_, entries)) => entries
                .iter()
                .map(|(name, _)| name.as_str().into())
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The items of a list; none for anything else.
    pub(super) fn parts(&self) -> Vec<Self> {
        match self {
            Self::Value(Value::List(list)) | Self::Node(Node::Data(Value::List(list))) => {
                list.items().iter().cloned().map(Self::Value).collect()
            }
            Self::Node(Node::List(items)) => items.iter().map(Self::Node).collect(),
            Self::List(items) => items.to_vec(),
            _ => Vec::new(),
        }
    }
}

fn root<'n>(name: &str, context: &Context<'_>) -> Result<Item<'n>> {
    Ok(match name {
        "parameters" => Item::Parameters,
        "secrets" => Item::Secrets,
        "connections" => Item::Connections,
        "outputs" => Item::Outputs,
        "steps" => Item::Steps,
        _ if !name.is_empty() && context.env().data(Some(name)).is_some() => {
            Item::Data(name.to_owned())
        }
        _ => return Err(no_key()),
    })
}
