//! Collects what is wrong with the fields of a form, so that all of it is told at once.

use std::fmt::Display;
use std::str::FromStr;

use model::{FieldProblem, NameError, Problem};

/// The problems of one form.
#[derive(Default)]
pub(crate) struct Fields(Vec<FieldProblem>);

impl Fields {
    /// Parses a name; when that fails, the problem is kept under `field`.
    pub(crate) fn parse<T: FromStr<Err = NameError>>(
        &mut self,
        field: &str,
        text: &str,
    ) -> Option<T> {
        match text.parse() {
            Ok(name) => Some(name),
            Err(error) => {
                self.wrong(field, error.code, error.detail);
                None
            }
        }
    }

    /// Keeps a problem.
    pub(crate) fn wrong(&mut self, field: &str, code: &str, detail: impl Into<String>) {
        self.0.push(FieldProblem::new(field, code, detail));
    }

    /// Keeps what a check found, if anything.
    pub(crate) fn found(&mut self, problem: Option<FieldProblem>) {
        self.0.extend(problem);
    }

    /// Goes on with `parsed`, when nothing was wrong.
    pub(crate) fn checked<T>(self, parsed: Option<T>) -> Result<T, Problem> {
        match parsed {
            Some(parsed) if self.0.is_empty() => Ok(parsed),
            _ => Err(Problem::input(self.0)),
        }
    }
}

/// Parses one name on its own.
pub(crate) fn parse<T: FromStr<Err = NameError>>(field: &str, text: &str) -> Result<T, Problem> {
    text.parse()
        .map_err(|error: NameError| Problem::field(field, error.code, error.detail))
}

/// Sorts as people look things up: without regard to case, then by the exact text.
pub(crate) fn lookup_order(name: impl Display) -> (String, String) {
    let text = name.to_string();
    (text.to_lowercase(), text)
}
