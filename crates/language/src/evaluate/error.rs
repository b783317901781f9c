//! What can go wrong while an expression is evaluated. No sentence here ever holds a value: only
//! names that the text writes out, and places.

use std::fmt;

/// What kind of mistake it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The expression cannot be read.
    Parse,
    /// A map has no such key.
    UnknownKey,
    /// A list is not that long.
    IndexOutOfBounds,
    /// A list is asked for something that is no number.
    IndexType,
    /// A map is asked for something that is no name.
    KeyType,
    /// Something that is neither list nor map is asked for a part of it.
    NotIndexable,
    /// There is no function of that name.
    FunctionNotFound,
    /// A function gets too few or too many arguments.
    Arity,
    /// An argument is of the wrong type.
    ArgumentType,
    /// An argument has a value that the function does not know.
    ArgumentValue,
    /// A named argument is missing.
    ArgumentMissing,
    /// A function takes its arguments by name only, or by position only.
    ArgumentStyle,
    /// An operator cannot work with these types.
    OperandType,
    /// A text is no JSON.
    JsonSyntax,
    /// A text is not encoded as it says.
    Encoding,
    /// There is no data to ask.
    DataSourceNotFound,
    /// A reference lacks one of its fields.
    TagFieldMissing,
    /// A JSON path begins with a name instead of `$`, `@` or `.`.
    JsonpathVariable,
    /// It is refused, or too much work.
    Other,
}

impl ErrorKind {
    /// The word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::UnknownKey => "unknown_key",
            Self::IndexOutOfBounds => "index_out_of_bounds",
            Self::IndexType => "index_type",
            Self::KeyType => "key_type",
            Self::NotIndexable => "not_indexable",
            Self::FunctionNotFound => "function_not_found",
            Self::Arity => "arity",
            Self::ArgumentType => "argument_type",
            Self::ArgumentValue => "argument_value",
            Self::ArgumentMissing => "argument_missing",
            Self::ArgumentStyle => "argument_style",
            Self::OperandType => "operand_type",
            Self::JsonSyntax => "json_syntax",
            Self::Encoding => "encoding",
            Self::DataSourceNotFound => "data_source_not_found",
            Self::TagFieldMissing => "tag_field_missing",
            Self::JsonpathVariable => "jsonpath_variable",
            Self::Other => "other",
        }
    }
}

/// An expression cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluationError {
    /// What kind of mistake it is.
    pub kind: ErrorKind,
    /// Where it is in the evaluated tree, as in `a.b.1.c`; empty at the top.
    pub path: String,
    /// A lower-case sentence. It names names and places, never a value.
    pub message: String,
}

impl fmt::Display for EvaluationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "at `{}`: {}", self.path, self.message)
        }
    }
}

impl std::error::Error for EvaluationError {}

/// An error on its way up, collecting where it happened.
#[derive(Debug, Clone)]
pub(super) struct Fault(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: ErrorKind,
    /// Innermost first.
    path: Vec<String>,
    message: String,
}

pub(super) type Result<T> = std::result::Result<T, Fault>;

impl Fault {
    pub(super) fn new(kind: ErrorKind, message: impl fmt::Display) -> Self {
        Self(Box::new(Inner {
            kind,
            path: Vec::new(),
            message: message.to_string(),
        }))
    }

    pub(super) fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The sentence so far.
    pub(super) fn message(&self) -> &str {
        &self.0.message
    }

    /// The same, one level further in.
    pub(super) fn within(mut self, segment: impl Into<String>) -> Self {
        self.0.path.push(segment.into());
        self
    }

    /// The same inside something that has places of its own: a template or a call. What was the
    /// place becomes a part of the sentence.
    pub(super) fn inside(mut self, what: impl fmt::Display) -> Self {
        let place = self.place();
        let place = if place.is_empty() {
            place
        } else {
            format!("`{place}`: ")
        };
        // Nested calls would make a long sentence longer and longer; the innermost says most.
        if self.0.message.len() < 300 {
            self.0.message = format!("{what}: {place}{}", self.0.message);
        }
        self.0.path.clear();
        self
    }

    fn place(&self) -> String {
        let segments: Vec<_> = self.0.path.iter().rev().map(String::as_str).collect();
        segments.join(".")
    }
}

impl From<Fault> for EvaluationError {
    fn from(fault: Fault) -> Self {
        Self {
            kind: fault.0.kind,
            path: fault.place(),
            message: fault.0.message,
        }
    }
}
