//! The calls in an expression, noted down while it is read.

use std::ops::Range;

/// A call and where it stands. Calls are in the order of their beginnings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// The name of the function.
    pub(crate) name: Range<usize>,
    pub(crate) given: Given,
    /// The byte behind its closing bracket.
    pub(crate) end: usize,
}

/// What a call is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Given {
    /// Nobody knows: its end was not found.
    Unfinished,
    /// So many arguments, one by one.
    Positional(usize),
    /// Arguments with these names.
    Keyword(Vec<Range<usize>>),
}
