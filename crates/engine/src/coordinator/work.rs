//! What has come together since the last boundary.

use std::collections::BTreeSet;

use model::{AttemptId, RunId};

use crate::outcome::Outcome;

/// An attempt that is over.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    pub(crate) attempt: AttemptId,
    pub(crate) run: RunId,
    pub(crate) outcome: Outcome,
}

/// What has come together since the last boundary.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// Attempts that are over and not written down.
    pub(super) ended: Vec<Ended>,
    /// Runs that somebody else has changed.
    pub(super) look: BTreeSet<RunId>,
    /// Whether steps may be waiting to be claimed.
    pub(super) claim: bool,
}

impl Work {
    pub(super) fn is_empty(&self) -> bool {
        self.ended.is_empty() && self.look.is_empty() && !self.claim
    }

    /// The runs it is about, in the order in which every engine locks them.
    pub(super) fn runs(&self) -> BTreeSet<&RunId> {
        let ended = self.ended.iter().map(|ended| &ended.run);
        self.look.iter().chain(ended).collect()
    }

    /// The same, a part for each run, so that one that cannot be carried out keeps no other from
    /// going on.
    pub(super) fn split(self) -> Vec<Self> {
        let mut parts: Vec<Self> = self
            .runs()
            .into_iter()
            .map(|run| Self {
                ended: self
                    .ended
                    .iter()
                    .filter(|ended| ended.run == *run)
                    .cloned()
                    .collect(),
                look: BTreeSet::from([run.clone()]),
                claim: false,
            })
            .collect();
        if self.claim {
            parts.push(Self {
                claim: true,
                ..Self::default()
            });
        }
        parts
    }

    /// Takes what another one has.
    pub(super) fn add(&mut self, other: Self) {
        self.ended.extend(other.ended);
        self.look.extend(other.look);
        self.claim |= other.claim;
    }
}
