//! What a value refers to, in all three dialects: `!Tags`, `$type` maps and `${…}` templates.

mod map_form;
mod tag;
mod template;
mod walk;

#[cfg(feature = "evaluate")]
pub(crate) use tag::parts as tag_parts;
pub(crate) use walk::Walker;

use crate::text::Span;

/// A reference whose parts are all written out, or the note that they are not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reference {
    Connection { type_name: String, name: String },
    Secret { name: String },
    Parameter { name: String },
    Output { step: String },
    Status { step: String },
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
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Secret => "secret",
            Self::Parameter => "parameter",
            Self::Output => "output",
            Self::Step => "step",
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
            _ => Some(Self::Dynamic(kind)),
        }
    }
}

/// A reference and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) reference: Reference,
    pub(crate) span: Span,
    /// Whether `coalesce` or `exists` around it copes with its absence.
    pub(crate) guarded: bool,
}

/// Functions that cope with an argument that cannot be resolved.
fn guards(function: &str) -> bool {
    matches!(function, "coalesce" | "exists")
}
