//! Moving the steps of one run on, as far as what is known allows.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use language::{Decision, Reference, StepReads};
use model::{StepState, Timestamp};
use store::runs::RunRow;
use store::steps::Standing;
use store::{Tx, runs, steps};

use super::wanted::{self, Wanted};
use crate::asking::subject_of;
use crate::core::Core;
use crate::facts::{self, Outputs};
use crate::outcome::STOPPED;
use crate::plans::Plan;
use crate::sentences::{self, sentence};
use crate::view::View;

/// What came of it.
#[derive(Default)]
pub(super) struct Advanced {
    /// Whether anything was written.
    pub(super) changed: bool,
    /// How many steps can start now.
    pub(super) queued: usize,
    /// Attempts of the run are to be ended.
    pub(super) stop: bool,
    /// The run is over.
    pub(super) finished: bool,
    /// What conditions ask for and only the vault knows, by the name of the step.
    pub(super) wanted: Vec<(String, Wanted)>,
}

/// Values that were opened for conditions, by the name of the step.
pub(super) type Opened = HashMap<String, wanted::Opened>;

/// Decides about every waiting step of a run whose row is locked, and writes what follows.
pub(super) async fn advance(
    core: &Core,
    tx: &mut Tx,
    run: &RunRow,
    opened: Option<&Opened>,
    at: Timestamp,
) -> Result<Advanced, store::Error> {
    if run.state.is_final() {
        return Ok(Advanced {
            finished: true,
            ..Advanced::default()
        });
    }
    let rows = steps::standings(&mut *tx, &run.id).await?;
    let mut moving = Moving::new(rows);
    if run.stop_requested.is_some() {
        moving.cancel();
    } else if let Some(plan) = core
        .plans
        .of(&mut *tx, &run.workflow_id, run.revision)
        .await?
    {
        moving.decide_all(tx, run, &plan, opened).await?;
    } else {
        moving.fail("The text of this revision cannot be run any more.");
    }
    moving.write(tx, run, at).await
}

/// The steps of a run, and where they are moved to.
struct Moving {
    rows: Vec<Standing>,
    positions: HashMap<String, usize>,
    moves: Vec<(usize, StepState, String)>,
    before: Vec<StepState>,
    wanted: Vec<(String, Wanted)>,
}

/// What expressions of the run can see; outputs when one asks for them.
struct Seen {
    parameters: BTreeMap<String, language::Value>,
    outputs: Option<Outputs>,
}

impl Moving {
    fn new(rows: Vec<Standing>) -> Self {
        let positions = rows
            .iter()
            .enumerate()
            .map(|(at, row)| (row.name.clone(), at))
            .collect();
        Self {
            before: rows.iter().map(|row| row.state).collect(),
            rows,
            positions,
            moves: Vec::new(),
            wanted: Vec::new(),
        }
    }

    fn to(&mut self, at: usize, state: StepState, message: impl Into<String>) {
        self.rows[at].state = state;
        self.moves.push((at, state, message.into()));
    }

    /// Everything that has not begun will not.
    fn cancel(&mut self) {
        for at in 0..self.rows.len() {
            let state = self.rows[at].state;
            if !state.is_final() && state != StepState::Running {
                self.to(at, StepState::Cancelled, STOPPED);
            }
        }
    }

    fn fail(&mut self, message: &str) {
        for at in 0..self.rows.len() {
            let state = self.rows[at].state;
            if !state.is_final() && state != StepState::Running {
                self.to(at, StepState::Failed, message);
            }
        }
    }

    async fn decide_all(
        &mut self,
        tx: &mut Tx,
        run: &RunRow,
        plan: &Arc<Plan>,
        opened: Option<&Opened>,
    ) -> Result<(), store::Error> {
        let waiting = |row: &Standing| row.state == StepState::Waiting;
        let mut due: VecDeque<usize> = (0..self.rows.len())
            .filter(|at| waiting(&self.rows[*at]))
            .collect();
        if due.is_empty() {
            return Ok(());
        }
        let mut seen = Seen {
            parameters: facts::parameters(run, plan),
            outputs: None,
        };
        while let Some(at) = due.pop_front() {
            if !waiting(&self.rows[at]) {
                continue;
            }
            let (decision, beyond) = self.decide(at, plan, &seen, opened);
            match decision {
                Decision::Wait => continue,
                Decision::Wanted(_) if seen.outputs.is_none() => {
                    seen.outputs = Some(facts::outputs_of(&mut *tx, &run.id).await?);
                    due.push_front(at);
                    continue;
                }
                Decision::Wanted(references) => {
                    self.want(at, &references, beyond);
                    continue;
                }
                // The ledger tells of it first.
                _ if beyond => {
                    self.want(at, &[], beyond);
                    continue;
                }
                Decision::Start => self.to(at, StepState::Queued, ""),
                Decision::AskApproval => self.to(at, StepState::WaitingForApproval, ""),
                Decision::Skip(why) => self.to(at, StepState::Skipped, sentence(&why)),
                Decision::Fail(why) => self.to(at, StepState::Failed, sentence(&why)),
            }
            if self.rows[at].state.is_final() {
                let dependants = plan.dependants(&self.rows[at].name);
                due.extend(dependants.filter_map(|name| self.positions.get(name)));
            }
        }
        Ok(())
    }

    /// What becomes of a step, and whether its condition works out names that are not written there,
    /// of which the ledger does not tell yet.
    fn decide(
        &self,
        at: usize,
        plan: &Plan,
        seen: &Seen,
        opened: Option<&Opened>,
    ) -> (Decision, bool) {
        let name = &self.rows[at].name;
        let Some(step) = plan.step(name) else {
            let why = "the text of this revision has no such step".to_owned();
            return (Decision::Fail(why), false);
        };
        let state_of = |name: &str| {
            let at = self.positions.get(name)?;
            Some(self.rows[*at].state)
        };
        let nothing = wanted::Opened::default();
        let opened = opened
            .and_then(|opened| opened.get(name))
            .unwrap_or(&nothing);
        let reads: &StepReads = &step.reads;
        let view = View {
            parameters: Some(&seen.parameters),
            outputs: seen.outputs.as_ref(),
            state_of: &state_of,
            states_known: true,
            values: &opened.values,
            reads,
            beyond: Mutex::default(),
            dated: AtomicBool::new(false),
        };
        let decision = language::decide(step, &state_of, &view);
        let beyond = !opened.told_beyond && !view.into_beyond().is_empty();
        let decision = match (&decision, opened.shut.first()) {
            // It must not read as if there were no such value.
            (Decision::Fail(_), Some(shut)) => Decision::Fail(sentences::shut(shut)),
            _ => decision,
        };
        (decision, beyond)
    }

    fn want(&mut self, at: usize, references: &[Reference], beyond: bool) {
        let wanted = Wanted {
            subjects: references.iter().filter_map(subject_of).collect(),
            beyond,
        };
        self.wanted.push((self.rows[at].name.clone(), wanted));
    }

    async fn write(
        self,
        tx: &mut Tx,
        run: &RunRow,
        at: Timestamp,
    ) -> Result<Advanced, store::Error> {
        // Steps that go the same way go in one statement.
        let mut ways: HashMap<(StepState, StepState, &str), Vec<u64>> = HashMap::new();
        for (step, to, message) in &self.moves {
            let way = (self.before[*step], *to, message.as_str());
            ways.entry(way).or_default().push(self.rows[*step].position);
        }
        for ((from, to, message), positions) in &ways {
            steps::set_states(tx, &run.id, positions, *from, *to, message, at).await?;
        }
        let states: Vec<_> = self.rows.iter().map(|row| row.state).collect();
        let stop = run.stop_requested.is_some();
        let state = language::run_state(&states, stop);
        let mut changed = !self.moves.is_empty();
        if state != run.state {
            changed |= runs::set_state(tx, &run.id, run.state, state, at).await?;
        }
        Ok(Advanced {
            changed,
            queued: self
                .moves
                .iter()
                .filter(|(_, to, _)| *to == StepState::Queued)
                .count(),
            stop,
            finished: state.is_final(),
            wanted: self.wanted,
        })
    }
}
