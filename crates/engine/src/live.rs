//! An attempt that is under way, as its door and its token know it.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use language::RunnableStep;
use model::{AttemptId, RunId, WorkflowId};
use tokio::sync::{Mutex, Semaphore};

use crate::answers::Answers;
use crate::facts::Facts;
use crate::opening::{Held, Subject};
use crate::plans::Plan;
use crate::redaction::Redactor;
use crate::seen::Seen;

/// An attempt that is under way.
pub(crate) struct Live {
    /// The attempt.
    pub(crate) attempt: AttemptId,
    /// Its number, from 1.
    pub(crate) number: u64,
    /// The run.
    pub(crate) run: RunId,
    /// The workflow.
    pub(crate) workflow: WorkflowId,
    /// The name of the step.
    pub(crate) step: String,
    /// What the run follows.
    plan: Arc<Plan>,
    /// What masks the output of the step.
    pub(crate) redactor: Redactor,
    /// What was looked up for it. Whoever hands something out holds this, so that two requests at
    /// the same moment make one entry.
    pub(crate) known: Arc<Mutex<Known>>,
    /// What it was answered.
    pub(crate) answers: Answers,
    /// Whoever evaluates something for it holds this: however much a step asks for at one time, it
    /// keeps one thread busy.
    pub(crate) evaluating: Arc<Semaphore>,
    over: AtomicBool,
}

/// What was looked up for an attempt. It is wiped when the attempt is gone.
#[derive(Default)]
pub(crate) struct Known {
    /// Parameters, outputs and states, once somebody asked.
    pub(crate) facts: Option<Arc<Facts>>,
    /// What was handed out, with its revision.
    pub(crate) handed_out: Vec<HandedOut>,
    /// What was refused and told, and not handed out since.
    pub(crate) refused: HashSet<Subject>,
    /// Whether the redactor knows everything the step may read.
    pub(crate) masked: bool,
}

/// Something that was handed out, and when it was last seen to be what is stored.
pub(crate) struct HandedOut {
    /// What was asked for.
    pub(crate) subject: Subject,
    /// The opened values.
    pub(crate) held: Held,
    /// When.
    pub(crate) seen: Seen,
}

impl Live {
    /// An attempt at the step of that name; `None` when the plan has no such step.
    pub(crate) fn new(claim: &store::steps::Claim, step: &str, plan: Arc<Plan>) -> Option<Self> {
        plan.step(step)?;
        Some(Self {
            attempt: claim.attempt.clone(),
            number: claim.number,
            run: claim.run.clone(),
            workflow: claim.workflow_id.clone(),
            step: step.to_owned(),
            plan,
            redactor: Redactor::new(),
            known: Arc::default(),
            answers: Answers::default(),
            evaluating: Arc::new(Semaphore::new(1)),
            over: AtomicBool::new(false),
        })
    }

    /// The step as it is written.
    pub(crate) fn written(&self) -> Option<&RunnableStep> {
        self.plan.step(&self.step)
    }

    /// What the run follows.
    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// From now on nothing is handed out.
    pub(crate) fn end(&self) {
        self.over.store(true, Ordering::SeqCst);
        self.answers.clear();
    }

    /// Whether its process has exited.
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }
}
