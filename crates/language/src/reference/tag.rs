//! `!Connection`, `!Secret`, `!Parameter`, `!Output`, `!Data`, `!Answer` and `!Fn.name`.

use super::{Kind, Name, Reference, Written};
use crate::code::Code;
use crate::diagnostic::{Severity, shown};
use crate::findings::Findings;
use crate::repair::Repair;
use crate::text::{Span, small};
use crate::tree::{Content, NodeId, Tag, Tree};

/// What the tag says about its node.
pub(super) enum Reading {
    Reference(Written),
    /// A call; the node holds its arguments.
    Call(String),
    /// One of YAML's own tags, which changes nothing here.
    Plain,
    /// Nothing to look into: complained about, or of no concern.
    Nothing,
}

/// A tag with fixed fields.
struct Shape {
    tag: &'static str,
    /// What it refers to; none for the data of an event.
    kind: Option<Kind>,
    fields: &'static [&'static str],
    /// Whether the single field can stand alone.
    scalar: bool,
    /// How it is written, for a complaint.
    example: &'static str,
}

const SHAPES: [Shape; 6] = [
    Shape {
        tag: "!Connection",
        kind: Some(Kind::Connection),
        fields: &["type", "name"],
        scalar: false,
        example: "`!Connection {type: aws, name: my-aws-account}` or \
                     `!Connection [aws, my-aws-account]`",
    },
    Shape {
        tag: "!Secret",
        kind: Some(Kind::Secret),
        fields: &["name"],
        scalar: true,
        example: "`!Secret my-secret`",
    },
    Shape {
        tag: "!Parameter",
        kind: Some(Kind::Parameter),
        fields: &["name"],
        scalar: true,
        example: "`!Parameter my-parameter`",
    },
    Shape {
        tag: "!Output",
        kind: Some(Kind::Output),
        fields: &["from", "name"],
        scalar: false,
        example: "`!Output {from: step, name: output}` or `!Output [step, output]`",
    },
    Shape {
        tag: "!Data",
        kind: None,
        fields: &["query"],
        scalar: true,
        example: "`!Data field`",
    },
    Shape {
        tag: "!Answer",
        kind: Some(Kind::Answer),
        fields: &["askRef", "name"],
        scalar: false,
        example: "`!Answer [step, approval]`",
    },
];

const NAMES: [&str; 7] = [
    "!Connection",
    "!Secret",
    "!Parameter",
    "!Output",
    "!Data",
    "!Answer",
    "!Fn.",
];

/// Reads the tag of a node in a place where values are evaluated.
pub(super) fn read(tree: &Tree<'_>, id: NodeId, tag: &Tag, findings: &mut Findings<'_>) -> Reading {
    if tag.name == "!" || tag.name.starts_with("tag:yaml.org,2002:") {
        return Reading::Plain;
    }
    if let Some(function) = tag
        .name
        .strip_prefix("!Fn.")
        .filter(|name| !name.is_empty())
    {
        return Reading::Call(function.to_owned());
    }
    let Some(shape) = SHAPES.iter().find(|shape| shape.tag == tag.name) else {
        let behind = |known: &str| {
            tag.name
                .strip_prefix(known)
                .filter(|rest| rest.starts_with(['\'', '"']))
        };
        if let Some(value) = SHAPES.iter().find_map(|shape| behind(shape.tag)) {
            let known = &tag.name[..tag.name.len() - value.len()];
            let blank = tag.span.start + small(known.len());
            findings.add(
                Severity::Error,
                Code::MissingBlank,
                tag.span,
                format_args!("put a blank behind the tag: `{known} '…'`"),
                Some(Repair::insert("add the blank", blank, " ")),
            );
            return Reading::Nothing;
        }
        let guess = findings.guess(&tag.name, NAMES);
        // A function needs its name behind the dot, which nobody can guess.
        let repair = guess
            .found
            .filter(|found| !found.ends_with('.'))
            .map(|found| Repair::replace(tag.span, found));
        let message = format_args!("there is no tag {}{guess}", shown(&tag.name));
        findings.add(Severity::Error, Code::UnknownTag, tag.span, message, repair);
        return Reading::Nothing;
    };
    let Some(values) = fields(tree, id, shape) else {
        findings.add(
            Severity::Error,
            Code::TagShape,
            tree.first_line(id),
            format_args!("`{}` is written {}", shape.tag, shape.example),
            old_key(tree, id, shape),
        );
        return Reading::Nothing;
    };
    reference(tree, tag.span, shape, &values, findings)
}

/// `!Output {taskName: …}`: that key belongs to `$type` maps alone.
fn old_key(tree: &Tree<'_>, id: NodeId, shape: &Shape) -> Option<Repair> {
    let mut entries = tree.entries(id);
    let (key, _) = entries.find(|(key, _)| tree.scalar(*key) == Some("taskName"))?;
    let fits = shape.tag == "!Output"
        && tree.get(id, "name").is_some()
        && tree.entries(id).count() == shape.fields.len();
    fits.then(|| Repair::replace(tree.span(key), "from"))
}

/// The nodes of the tag's fields, in the order of the shape, if they are there and nothing else.
fn fields(tree: &Tree<'_>, id: NodeId, shape: &Shape) -> Option<Vec<NodeId>> {
    match tree.content(id) {
        Content::Scalar(text, _) => (shape.scalar && !text.is_empty()).then(|| vec![id]),
        Content::Sequence(items) => (items.len() == shape.fields.len()).then(|| items.to_vec()),
        Content::Mapping => {
            let values: Option<Vec<_>> = shape
                .fields
                .iter()
                .map(|field| tree.get(id, field))
                .collect();
            values.filter(|values| tree.entries(id).count() == values.len())
        }
        Content::Alias(_) => None,
    }
}

/// The fields of a tag with their nodes, for who puts its value together.
#[cfg(feature = "evaluate")]
pub(crate) struct Parts {
    /// The tag without its `!`.
    pub(crate) word: &'static str,
    /// The fields in the order of the list form.
    pub(crate) fields: Vec<(&'static str, NodeId)>,
}

/// What a tag stands for. None: it is no tag of ours. `Err`: how it has to be written.
#[cfg(feature = "evaluate")]
pub(crate) fn parts(tree: &Tree<'_>, id: NodeId, tag: &str) -> Option<Result<Parts, &'static str>> {
    let shape = SHAPES.iter().find(|shape| shape.tag == tag)?;
    let named = |values: Vec<NodeId>| Parts {
        word: shape.tag.trim_start_matches('!'),
        fields: shape.fields.iter().copied().zip(values).collect(),
    };
    Some(fields(tree, id, shape).map(named).ok_or(shape.example))
}

fn reference(
    tree: &Tree<'_>,
    span: Span,
    shape: &Shape,
    values: &[NodeId],
    findings: &mut Findings<'_>,
) -> Reading {
    let Some(kind) = shape.kind else {
        return Reading::Reference(Written {
            reference: Reference::Event,
            computed: Vec::new(),
            named: [None; 2],
            question: values.first().copied(),
        });
    };
    let mut names = Vec::new();
    let mut computed = Vec::new();
    for value in values {
        let name = name(tree, *value, span, findings);
        if matches!(name, Name::Computed) {
            computed.push(*value);
        }
        names.push(name);
    }
    match Reference::new(kind, names) {
        Some(reference) => Reading::Reference(Written {
            reference,
            computed,
            named: [values.first().copied(), values.get(1).copied()],
            question: None,
        }),
        None => Reading::Nothing,
    }
}

/// A field of the reference that stands at `around`.
pub(super) fn name(tree: &Tree<'_>, id: NodeId, around: Span, findings: &mut Findings<'_>) -> Name {
    let target = tree.resolve(id);
    // `!Secret x` carries its tag on the name itself.
    let tagged = tree
        .tag(target)
        .is_some_and(|tag| tag.span != around && tag.name.starts_with('!') && tag.name != "!");
    match tree.content(target) {
        _ if tagged => Name::Computed,
        Content::Mapping => Name::Computed,
        Content::Scalar(text, _) if text.contains("${") => Name::Computed,
        Content::Scalar("", _) => wrong(around.to(tree.span(id)), findings),
        Content::Scalar(..) if tree.is_null(target) => wrong(around.to(tree.span(id)), findings),
        Content::Scalar(text, _) => Name::Literal(text.to_owned()),
        Content::Sequence(_) | Content::Alias(_) => wrong(tree.span(id), findings),
    }
}

fn wrong(span: Span, findings: &mut Findings<'_>) -> Name {
    findings.error(
        Code::NameNotText,
        span,
        "a name is missing here; write it out as text",
    );
    Name::Wrong
}
