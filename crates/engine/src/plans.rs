//! The revisions that runs follow, read once and kept for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use language::{Runnable, RunnableStep};
use model::WorkflowId;
use store::Source;

/// How many revisions are kept. When there are more, all are forgotten: reading one takes
/// milliseconds.
const KEPT: usize = 64;

/// A revision that can run, and where its steps are.
pub(crate) struct Plan {
    runnable: Runnable,
    positions: HashMap<String, usize>,
    /// For each step, the steps that need it.
    dependants: Vec<Vec<usize>>,
}

impl Plan {
    fn new(runnable: Runnable) -> Self {
        let positions: HashMap<_, _> = runnable
            .steps
            .iter()
            .enumerate()
            .map(|(position, step)| (step.name.clone(), position))
            .collect();
        let mut dependants = vec![Vec::new(); runnable.steps.len()];
        for (position, step) in runnable.steps.iter().enumerate() {
            for needed in &step.needs {
                if let Some(needed) = positions.get(needed) {
                    dependants[*needed].push(position);
                }
            }
        }
        Self {
            runnable,
            positions,
            dependants,
        }
    }

    /// The step of that name.
    pub(crate) fn step(&self, name: &str) -> Option<&RunnableStep> {
        self.runnable.steps.get(*self.positions.get(name)?)
    }

    /// The step at that place of the text.
    pub(crate) fn at(&self, position: u64) -> Option<&RunnableStep> {
        self.runnable.steps.get(usize::try_from(position).ok()?)
    }

    /// The names of the steps that need the one of that name.
    pub(crate) fn dependants(&self, name: &str) -> impl Iterator<Item = &str> {
        self.positions
            .get(name)
            .and_then(|position| self.dependants.get(*position))
            .into_iter()
            .flatten()
            .filter_map(|position| self.runnable.steps.get(*position))
            .map(|step| step.name.as_str())
    }

    /// The defaults of its parameters, as JSON texts.
    pub(crate) fn defaults(&self) -> impl Iterator<Item = (&str, &str)> {
        self.runnable
            .parameters
            .iter()
            .filter_map(|one| Some((one.name.as_str(), one.default.as_deref()?)))
    }
}

type Key = (WorkflowId, u64);

/// The plans that were asked for lately. `None` stands for a text that cannot run.
#[derive(Default)]
pub(crate) struct Plans(Mutex<HashMap<Key, Option<Arc<Plan>>>>);

impl Plans {
    /// The plan of a revision; `None` when there is no such text, or it cannot run.
    pub(crate) async fn of(
        &self,
        source: impl Source,
        workflow: &WorkflowId,
        revision: u64,
    ) -> Result<Option<Arc<Plan>>, store::Error> {
        let key = (workflow.clone(), revision);
        let kept = |plans: &Self| {
            let plans = plans.0.lock().unwrap_or_else(PoisonError::into_inner);
            plans.get(&key).cloned()
        };
        if let Some(plan) = kept(self) {
            return Ok(plan);
        }
        let Some((_, text)) = store::revisions::find(source, workflow, revision).await? else {
            return Ok(None);
        };
        // A hostile text takes a while, and must not keep other steps from starting.
        let read = tokio::task::spawn_blocking(move || language::runnable(&text).ok()).await;
        let plan = match read {
            Ok(runnable) => runnable.map(|runnable| Arc::new(Plan::new(runnable))),
            // A text that the reader does not survive cannot run.
            Err(error) if error.is_panic() => None,
            // The process is ending. Nothing is known of the text, so nothing may follow from it.
            Err(_) => std::future::pending().await,
        };
        let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if plans.len() >= KEPT {
            plans.clear();
        }
        plans.insert(key, plan.clone());
        Ok(plan)
    }
}
