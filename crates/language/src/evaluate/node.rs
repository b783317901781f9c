//! The tree that is evaluated: what is written, with its references and templates taken apart.

use super::error::{ErrorKind, Fault, Result};
use super::reference::Reference;
use super::syntax::{Expr, Template, parse, parse_template};
use super::value::{Map, Value};
use super::wire::ENCODING;

/// How many lists and maps may stand inside each other.
const MAX_DEPTH: usize = 128;

/// A place in the tree.
#[derive(Debug)]
pub(super) enum Node {
    /// What it is, for ever.
    Data(Value),
    /// A map that would be a reference if its kind were known. As a whole it is data; what
    /// stands under its names can be asked for.
    Unknown(Value, Vec<(String, Node)>),
    /// A text with expressions in it, and as it is written.
    Template(Result<Template>, Value),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
    /// A reference, and the map that says so.
    Reference(Reference, Value),
    /// A question about event data: its name, the question, and the map that says so.
    Question(String, Result<Expr>, Value),
    /// Text that is encoded this way.
    Encoded(String, Box<Node>, Value),
    /// A call of a function with whatever its arguments are.
    Call(String, Box<Node>),
    /// Something that cannot be evaluated.
    Broken(Fault, Value),
}

impl Node {
    /// Takes a tree apart. What is wrong in it is found out when it is evaluated.
    pub(super) fn new(written: &Value) -> Self {
        read(written, 0)
    }

    /// The value as it is written, with nothing evaluated.
    pub(super) fn raw(&self) -> Value {
        match self {
            Self::Data(raw)
            | Self::Unknown(raw, _)
            | Self::Template(_, raw)
            | Self::Reference(_, raw)
            | Self::Question(_, _, raw)
            | Self::Encoded(_, _, raw)
            | Self::Broken(_, raw) => raw.clone(),
            Self::List(items) => Value::list(items.iter().map(Self::raw)),
            Self::Map(entries) => Value::map(
                entries
                    .iter()
                    .map(|(name, node)| (name.clone(), node.raw())),
            ),
            Self::Call(function, arguments) => {
                Value::map([(format!("$fn.{function}"), arguments.raw())])
            }
        }
    }
}

fn read(written: &Value, depth: usize) -> Node {
    if depth > MAX_DEPTH {
        let message = format_args!(
            "lists and maps stand more than {MAX_DEPTH} deep inside each other; flatten them"
        );
        return Node::Broken(Fault::new(ErrorKind::Other, message), Value::Null);
    }
    match written {
        Value::Text(_) => match written.as_text().filter(|text| text.contains("${")) {
            Some(text) => Node::Template(parse_template(text), written.clone()),
            None => Node::Data(written.clone()),
        },
        Value::List(list) => {
            let items = list.items().iter().map(|item| read(item, depth + 1));
            let items: Vec<_> = items.collect();
            if items.iter().all(|item| matches!(item, Node::Data(_))) {
                return Node::Data(written.clone());
            }
            Node::List(items)
        }
        Value::Map(map) => object(map, written, depth),
        written => Node::Data(written.clone()),
    }
}

fn object(map: &Map, written: &Value, depth: usize) -> Node {
    if let Some(word) = map.get("$type") {
        return tagged(word, map, written, depth);
    }
    if let Some(encoding) = map.get(ENCODING) {
        let Some(encoding) = encoding.as_text() else {
            return Node::Unknown(written.clone(), entries(map, depth));
        };
        let data = map
            .get("data")
            .map_or(Node::Data(Value::Null), |data| read(data, depth + 1));
        return Node::Encoded(encoding.to_owned(), Box::new(data), written.clone());
    }
    let mut pairs = map.iter();
    if let (Some((key, arguments)), None) = (pairs.next(), pairs.next())
        && let Some(function) = key.strip_prefix("$fn.")
    {
        return Node::Call(function.to_owned(), Box::new(read(arguments, depth + 1)));
    }
    let entries = entries(map, depth);
    if entries
        .iter()
        .all(|(_, node)| matches!(node, Node::Data(_)))
    {
        return Node::Data(written.clone());
    }
    Node::Map(entries)
}

fn entries(map: &Map, depth: usize) -> Vec<(String, Node)> {
    map.iter()
        .map(|(name, value)| (name.to_owned(), read(value, depth + 1)))
        .collect()
}

fn tagged(word: &Value, map: &Map, written: &Value, depth: usize) -> Node {
    let unknown = || Node::Unknown(written.clone(), entries(map, depth));
    let Some(word) = word.as_text() else {
        return unknown();
    };
    if word == "Data" {
        return match field(map, word, "query") {
            Ok(query) => {
                let name = map.get("name").and_then(Value::as_text).unwrap_or_default();
                Node::Question(name.to_owned(), parse(&query), written.clone())
            }
            Err(fault) => Node::Broken(fault, written.clone()),
        };
    }
    match reference(word, map) {
        Some(Ok(reference)) => Node::Reference(reference, written.clone()),
        Some(Err(fault)) => Node::Broken(fault, written.clone()),
        None => unknown(),
    }
}

/// A field of a reference, which has to be text.
fn field(map: &Map, word: &str, name: &str) -> Result<String> {
    let text = map.get(name).and_then(Value::as_text);
    text.map(str::to_owned).ok_or_else(|| {
        Fault::new(
            ErrorKind::TagFieldMissing,
            format_args!("a reference of the type {word} needs a text under the key `{name}`"),
        )
    })
}

/// The reference that a map of this type is; none when there is no such type.
fn reference(word: &str, map: &Map) -> Option<Result<Reference>> {
    let field = |name| field(map, word, name);
    let both = |first: Result<String>, make: fn(String, String) -> Reference| {
        let first = first?;
        Ok(make(first, field("name")?))
    };
    Some(match word {
        "Parameter" => field("name").map(|name| Reference::Parameter { name }),
        "Secret" => field("name").map(|name| Reference::Secret { name }),
        "Connection" => both(field("type"), |type_name, name| Reference::Connection {
            type_name,
            name,
        }),
        // The first workflows wrote `taskName`.
        "Output" => both(
            field("from").or_else(|fault| field("taskName").map_err(|_| fault)),
            |step, name| Reference::Output { step, name },
        ),
        "Answer" => both(field("askRef"), |ask_ref, name| Reference::Answer {
            ask_ref,
            name,
        }),
        _ => return None,
    })
}
