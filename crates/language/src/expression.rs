//! Expressions as they are written: their parts, and how they are read.
//!
//! One reader for all who look at expressions: whoever evaluates them reads with a [`Fold`],
//! which works out at once what is written out; the checks of a text read without.

mod call;
mod lexer;
mod operator;
mod parser;
mod path;
#[cfg(feature = "evaluate")]
mod pattern;
mod quoted;
#[cfg(feature = "evaluate")]
mod route;
mod template;

pub(crate) use call::{Call, Given};
pub(crate) use operator::{Infix, Prefix};
pub(crate) use parser::check;
#[cfg(feature = "evaluate")]
pub(crate) use parser::{parse, parse_route};
#[cfg(feature = "evaluate")]
pub(crate) use pattern::{Piece, parse as parse_pattern};
#[cfg(feature = "evaluate")]
pub(crate) use route::{Route, Selector};
#[cfg(feature = "evaluate")]
pub(crate) use template::{Part, Template, parse as parse_template};
pub(crate) use template::{alone, check as check_template, next as next_template};

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::number::Number;

/// An expression.
#[derive(Debug, PartialEq)]
pub(crate) enum Expr {
    /// Written out, or worked out while reading.
    Constant(Literal),
    /// What is found under these keys, one behind the other. Without keys: everything.
    Path(Vec<Expr>),
    List(Vec<Expr>),
    Map(Vec<(Expr, Expr)>),
    Call(String, Arguments),
    Prefix(Prefix, Box<Expr>),
    Infix(Infix, Box<Expr>, Box<Expr>),
    /// The right side is evaluated with the left one as everything.
    Pipe(Box<Expr>, Box<Expr>),
    /// In JSON paths: what is found by following this.
    #[cfg(feature = "evaluate")]
    Route(Route),
    /// In JSON paths: a name that stands alone, which means nothing.
    #[cfg(feature = "evaluate")]
    Variable,
}

/// What is written out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Number(Number),
    Text(Arc<[u8]>),
}

impl Literal {
    fn text(text: impl AsRef<[u8]>) -> Self {
        Self::Text(Arc::from(text.as_ref()))
    }
}

/// The arguments of a call.
#[derive(Debug, PartialEq)]
pub(crate) enum Arguments {
    Positional(Vec<Expr>),
    Keyword(Vec<(String, Expr)>),
}

/// Which of the expression languages is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// What stands in `${…}`.
    Path,
    /// JSON path.
    #[cfg(feature = "evaluate")]
    Route,
    /// JSON path inside of a text, where names are words of the text's own language.
    #[cfg(feature = "evaluate")]
    Pattern,
}

/// Works out operators between literals. `Err`: a sentence about why they do not fit.
pub(crate) struct Fold {
    pub(crate) prefix: fn(Prefix, &Literal) -> Folded,
    pub(crate) infix: fn(Infix, &Literal, &Literal) -> Folded,
}

type Folded = std::result::Result<Literal, String>;

/// A text that is no expression: where it goes wrong, and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// From the word that cannot stand there to its end; empty at the end of the text.
    pub(crate) range: Range<usize>,
    pub(crate) message: Cow<'static, str>,
}

type Result<T> = std::result::Result<T, Wrong>;
