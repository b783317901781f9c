//! Expressions as they are written: their parts, and how they are read.

mod lexer;
mod operator;
mod parser;
mod path;
mod pattern;
mod quoted;
mod route;
mod template;

pub(super) use operator::{Infix, Prefix};
pub(super) use parser::{parse, parse_route};
pub(super) use pattern::{Piece, parse as parse_pattern};
pub(super) use route::{Route, Selector};
pub(super) use template::{Part, Template, parse as parse_template};

use super::value::Value;

/// An expression.
#[derive(Debug, PartialEq)]
pub(super) enum Expr {
    /// Written out, or worked out while reading.
    Constant(Value),
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
    Route(Route),
    /// In JSON paths: a name that stands alone, which means nothing.
    Variable,
}

/// Which of the expression languages is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// What stands in `${…}`.
    Path,
    /// JSON path.
    Route,
    /// JSON path inside of a text, where names are words of the text's own language.
    Pattern,
}

/// The arguments of a call.
#[derive(Debug, PartialEq)]
pub(super) enum Arguments {
    Positional(Vec<Expr>),
    Keyword(Vec<(String, Expr)>),
}
