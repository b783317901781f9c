//! One evaluation: whom it asks, what it could not resolve, and how much work is left to it.

use std::collections::BTreeSet;

use super::environment::{Environment, Lookup, StatusProperty};
use super::error::{ErrorKind, Fault, Result};
use super::reference::Reference;
use super::value::Value;

/// How many steps an evaluation may take. The largest workflows take a few thousand.
const MAX_STEPS: usize = 400_000;

/// How many bytes may be copied together while evaluating.
const MAX_WORK: usize = 64 << 20;

/// The largest value, in bytes as it would be written out.
const MAX_SIZE: usize = 16 << 20;

/// How many lists and maps a value may have inside each other.
const MAX_DEPTH: usize = 256;

/// The state of one evaluation.
pub(super) struct Context<'e> {
    env: &'e dyn Environment,
    missing: Vec<Reference>,
    wanted: BTreeSet<Reference>,
    steps: usize,
    work: usize,
}

impl<'e> Context<'e> {
    pub(super) fn new(env: &'e dyn Environment) -> Self {
        Self {
            env,
            missing: Vec::new(),
            wanted: BTreeSet::new(),
            steps: MAX_STEPS,
            work: MAX_WORK,
        }
    }

    pub(super) fn env(&self) -> &'e dyn Environment {
        self.env
    }

    /// Takes one step.
    pub(super) fn step(&mut self) -> Result<()> {
        self.steps = self.steps.checked_sub(1).ok_or_else(|| {
            Fault::new(
                ErrorKind::Other,
                "this takes too many steps to evaluate; make it smaller",
            )
        })?;
        Ok(())
    }

    /// Does work in proportion to so many bytes.
    pub(super) fn spend(&mut self, bytes: usize) -> Result<()> {
        self.work = self.work.checked_sub(bytes).ok_or_else(too_large)?;
        Ok(())
    }

    /// Looks at a value that was just made: it must neither be too large nor too much at last.
    pub(super) fn made(&mut self, value: Value) -> Result<Value> {
        let size = value.size();
        if size > MAX_SIZE || value.depth() > MAX_DEPTH {
            return Err(too_large());
        }
        // Large values are shared, not copied; what is in front of them has been paid for.
        self.spend(size / 64 + 16)?;
        Ok(value)
    }

    /// Asks for a reference. None while it has no value, which is noted.
    pub(super) fn look_up(&mut self, reference: Reference) -> Result<Option<Value>> {
        self.step()?;
        let env = self.env;
        let found = match &reference {
            Reference::Parameter { name } => env.parameter(name),
            Reference::Secret { name } => env.secret(name),
            Reference::Connection { type_name, name } => env.connection(type_name, name),
            Reference::Output { step, name } => env.output(step, name),
            Reference::Answer { ask_ref, name } => env.answer(ask_ref, name),
            Reference::Status { step, property } => property
                .parse::<StatusProperty>()
                .map_or(Lookup::Absent, |property| env.status(step, property)),
            Reference::Data { name } => {
                let name = Some(name.as_str()).filter(|name| !name.is_empty());
                match env.data(name) {
                    Some(found) => found,
                    None => {
                        return Err(Fault::new(
                            ErrorKind::DataSourceNotFound,
                            "there is no event data here; only triggers have it",
                        ));
                    }
                }
            }
        };
        match found {
            Lookup::Found(value) => return Ok(Some(value)),
            Lookup::Absent => self.missing.push(reference),
            Lookup::Wanted => {
                self.wanted.insert(reference);
            }
        }
        Ok(None)
    }

    /// How much is missing so far, to come back to.
    pub(super) fn mark(&self) -> usize {
        self.missing.len()
    }

    /// Forgets what was found missing since then, because something made up for it.
    pub(super) fn forget(&mut self, mark: usize) {
        self.missing.truncate(mark);
    }

    /// What is missing, and what is wanted.
    pub(super) fn finish(self) -> (Vec<Reference>, Vec<Reference>) {
        (self.missing, self.wanted.into_iter().collect())
    }
}

fn too_large() -> Fault {
    Fault::new(
        ErrorKind::Other,
        "the result would be too large; make it smaller",
    )
}
