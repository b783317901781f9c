//! What a value refers to, in all three dialects: `!Tags`, `$type` maps and `${…}` templates.

mod function;
mod map_form;
mod quoted;
mod tag;
mod template;
mod text;
mod walk;

pub(crate) use quoted::{blanks, comment, quoted};
#[cfg(feature = "evaluate")]
pub(crate) use tag::parts as tag_parts;
pub(crate) use template::end as template_end;
pub(crate) use walk::Walker;

use crate::repair::Repair;
use crate::text::Span;
use crate::tree::NodeId;

/// The name of what is answered to an approval.
pub(crate) const ANSWER: &str = "approval";

/// A reference whose parts are all written out, or the note that they are not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reference {
    Connection {
        type_name: String,
        name: String,
    },
    Secret {
        name: String,
    },
    Parameter {
        name: String,
    },
    Output {
        step: String,
    },
    Status {
        step: String,
    },
    /// What somebody decided about an approval. The name of the answer, if it is written out.
    Answer {
        step: String,
        name: Option<String>,
    },
    /// The data of the event that fired a trigger.
    Event,
    Dynamic(Kind),
}

/// What something computed at run time refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Connection,
    Secret,
    Parameter,
    Output,
    Step,
    Answer,
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Secret => "secret",
            Self::Parameter => "parameter",
            Self::Output => "output",
            Self::Step | Self::Answer => "step",
        }
    }
}

/// A field of a reference as it is written.
enum Name {
    /// Written out.
    Literal(String),
    /// Known only at run time.
    Computed,
    /// No text at all; complained about.
    Wrong,
}

impl Reference {
    /// The reference with these fields, in the order of the list form. None when a field that
    /// matters is wrong.
    fn new(kind: Kind, names: Vec<Name>) -> Option<Self> {
        let mut names = names.into_iter();
        match (kind, names.next()?, names.next()) {
            (Kind::Connection, Name::Literal(type_name), Some(Name::Literal(name))) => {
                Some(Self::Connection { type_name, name })
            }
            (Kind::Secret, Name::Literal(name), _) => Some(Self::Secret { name }),
            (Kind::Parameter, Name::Literal(name), _) => Some(Self::Parameter { name }),
            (Kind::Output, Name::Literal(step), _) => Some(Self::Output { step }),
            (Kind::Step, Name::Literal(step), _) => Some(Self::Status { step }),
            (_, Name::Wrong, _) | (_, _, Some(Name::Wrong)) => None,
            (Kind::Answer, Name::Literal(step), name) => Some(Self::Answer {
                step,
                name: match name {
                    Some(Name::Literal(name)) => Some(name),
                    _ => None,
                },
            }),
            (Kind::Answer, ..) => Some(Self::Dynamic(Kind::Step)),
            _ => Some(Self::Dynamic(kind)),
        }
    }
}

/// A reference and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) reference: Reference,
    pub(crate) span: Span,
    /// The node it is in.
    pub(crate) node: NodeId,
    /// Where its names stand, in the order of the list form, as far as they are written out there.
    pub(crate) named: [Option<Named>; 2],
    /// Whether `coalesce` or `exists` around it copes with its absence.
    pub(crate) guarded: bool,
    /// Whether it stands for everything of its kind, as `${secrets}` does.
    pub(crate) whole: bool,
}

/// Where a name stands, and in which notation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) span: Span,
    pub(crate) notation: Notation,
}

/// What a name is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notation {
    /// A scalar of its own.
    Scalar,
    /// A word of a template.
    Word,
    /// A text in a template; the place is without its quotes.
    Quoted,
}

impl Named {
    /// Puts another name there, if it can stand there as it is.
    pub(crate) fn rename(self, name: &str) -> Option<Repair> {
        let identifier = name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
        match self.notation {
            Notation::Scalar => Some(Repair::rename(self.span, name)),
            Notation::Word if !identifier => None,
            Notation::Quoted if name.contains(['\'', '"', '`', '\\']) => None,
            // Without quotes around the template it would end there.
            Notation::Quoted if name.contains(": ") || name.contains(" #") => None,
            // There they would be a line end, or nothing that YAML takes.
            Notation::Quoted if name.contains(char::is_control) => None,
            Notation::Word | Notation::Quoted => Some(Repair::replace(self.span, name)),
        }
    }
}

impl Found {
    /// Puts another name in the place of the first one.
    pub(crate) fn rename(&self, name: &str) -> Option<Repair> {
        self.named[0]?.rename(name)
    }
}

/// A tag or map that refers to something.
struct Written {
    reference: Reference,
    /// Names that are not written out, and may refer further.
    computed: Vec<NodeId>,
    /// The nodes of its names, in the order of the list form.
    named: [Option<NodeId>; 2],
    /// The node of a question about the data of an event.
    question: Option<NodeId>,
}

/// Whether a text has a template in it that refers to something.
pub(crate) fn refers(text: &str) -> bool {
    text.contains("${") && !template::read(text, 1).references.is_empty()
}

/// Functions that cope with an argument that cannot be resolved.
fn guards(function: &str) -> bool {
    matches!(function, "coalesce" | "exists")
}
