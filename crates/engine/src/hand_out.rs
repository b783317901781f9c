//! Handing a value to a step: the ledger first, then whoever masks, then the step; and refusals.

use std::sync::Arc;

use serde_json::json;
use store::ledger::{self, Actor, Entry};
use store::uses::{self, NewUse};
use store::{Tx, connections, grants, secrets};
use tokio::sync::OwnedMutexGuard;
use tokio::task::spawn_blocking;

use crate::core::Core;
use crate::live::{HandedOut, Known, Live};
use crate::opening::{self, Held, OpenFailure, Opening, Refusal, Subject};
use crate::seen::Seen;
use crate::unopenable;

/// How many refusals of one attempt the ledger tells by name, before it tells that there are more. A
/// step that tries thousands of names is told apart from one that tries a few, and fills nothing.
const REFUSALS: usize = 100;

/// Characters of a name that a refusal tells; names that exist have at most 200.
const TOLD: usize = 201;

/// A value for a step, and when it was seen to be what is stored.
pub(crate) struct Given {
    pub(crate) value: language::Value,
    pub(crate) seen: Seen,
}

/// Hands `subject` to the step; `None` when there is no such thing for this step, or no longer a
/// step. The answer exists only after the ledger has been committed.
pub(crate) async fn hand_out(
    core: &Core,
    live: &Live,
    subject: &Subject,
) -> Result<Option<Given>, OpenFailure> {
    let mut known = Arc::clone(&live.known).lock_owned().await;
    if live.is_over() {
        return Ok(None);
    }
    let written = live
        .written()
        .is_some_and(|step| subject.is_read_by(&step.reads));
    if !written {
        refuse(core, live, known, subject, Refusal::NotWritten).await?;
        return Ok(None);
    }
    let before = known
        .handed_out
        .iter()
        .position(|handed_out| handed_out.subject == *subject);
    let seen = Seen::now(core);
    if let Some(at) = before {
        let before = &mut known.handed_out[at];
        let counts = before.seen.counts(core);
        if counts || is_current(core, live, subject, &before.held).await? {
            if !counts {
                before.seen = seen;
            }
            return Ok((!live.is_over()).then(|| before.given()));
        }
        known.handed_out.swap_remove(at);
    }
    let mut tx = core.store.begin().await?;
    let held = match opening::open(core, &mut tx, &live.workflow, subject).await {
        Ok(Opening::Held(held)) => held,
        Ok(Opening::Refused(why)) => {
            drop(tx);
            refuse(core, live, known, subject, why).await?;
            return Ok(None);
        }
        Err(failure) => {
            drop(tx);
            if failure.is_shut() {
                refuse(core, live, known, subject, Refusal::Unopenable).await?;
            }
            return Err(unopenable::noted(core, &live.workflow, subject, failure).await);
        }
    };
    let new = NewUse {
        attempt: &live.attempt,
        kind: subject.kind(),
        subject: &held.id,
        type_name: subject.type_name(),
        name: subject.name(),
        revision: held.revision,
    };
    let detail = json!({
        "run": live.run.as_str(),
        "workflow": live.workflow.as_str(),
        "step": live.step,
        "kind": subject.kind(),
        "type": subject.type_name(),
        "name": subject.name(),
        "revision": held.revision,
    });
    let entry = entry(core, live, "step.read", held.id.clone(), &detail);
    match uses::add(&mut tx, &new, &entry).await {
        Ok(()) => {}
        Err(store::Error::AttemptOver) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let redactor = live.redactor.clone();
    let subject = subject.clone();
    let masking = apart(move || {
        // Before the step can print it.
        held.to_mask().for_each(|value| redactor.learn(value));
        let handed_out = HandedOut {
            subject: subject.clone(),
            held,
            seen,
        };
        let given = handed_out.given();
        known.handed_out.push(handed_out);
        // Refused once more, it is told once more.
        known.refused.remove(&subject);
        given
    });
    let given = finished(tx, masking).await?;
    // The process may have exited meanwhile; nobody is left who may be answered.
    Ok((!live.is_over()).then_some(given))
}

impl HandedOut {
    fn given(&self) -> Given {
        Given {
            value: self.held.value(),
            seen: self.seen,
        }
    }
}

/// Tells the ledger that a step asked for what it may not have, once for each name until it is handed
/// out.
async fn refuse(
    core: &Core,
    live: &Live,
    mut known: OwnedMutexGuard<Known>,
    subject: &Subject,
    why: Refusal,
) -> Result<(), OpenFailure> {
    // The one behind the last says that there are more.
    if known.refused.len() > REFUSALS || known.refused.contains(subject) {
        return Ok(());
    }
    let mut detail = json!({
        "run": live.run.as_str(),
        "workflow": live.workflow.as_str(),
        "step": live.step,
    });
    if known.refused.len() < REFUSALS {
        detail["kind"] = subject.kind().into();
        detail["type"] = told(live, subject.type_name()).into();
        detail["name"] = told(live, subject.name()).into();
        detail["reason"] = why.as_str().into();
    } else {
        detail["more"] = true.into();
    }
    let entry = entry(
        core,
        live,
        "step.refused",
        live.attempt.to_string(),
        &detail,
    );
    let mut tx = core.store.begin().await?;
    ledger::append(&mut tx, &entry).await?;
    let subject = subject.clone();
    let noting = async move {
        known.refused.insert(subject);
        Ok(())
    };
    finished(tx, noting).await
}

/// Commits what the ledger is told, and does `then` with it: apart from the request, which may be
/// dropped while the database already counts it.
async fn finished<T: Send + 'static>(
    tx: Tx,
    then: impl Future<Output = Result<T, OpenFailure>> + Send + 'static,
) -> Result<T, OpenFailure> {
    let finishing = tokio::spawn(async move {
        tx.commit().await?;
        then.await
    });
    // The panic hook has told where.
    finishing.await.map_err(|_| OpenFailure::Unfinished)?
}

/// Teaches the redactor everything that the step is written to read, before anything it printed is
/// kept. This is no hand-out: the values stay here. One that does not open is left out: the step does
/// not get it either, and should it open later, the redactor learns it before the step does.
pub(crate) async fn learn_all(core: &Core, live: &Live) -> Result<(), OpenFailure> {
    let mut known = Arc::clone(&live.known).lock_owned().await;
    if known.masked {
        return Ok(());
    }
    let mut all = Vec::new();
    if let Some(step) = live.written() {
        let mut tx = core.store.begin().await?;
        for subject in Subject::of(&step.reads) {
            match opening::open(core, &mut tx, &live.workflow, &subject).await {
                Ok(Opening::Held(held)) => all.push(held),
                Ok(Opening::Refused(_)) => {}
                Err(failure) if failure.is_shut() => {}
                Err(failure) => return Err(failure),
            }
        }
    }
    let redactor = live.redactor.clone();
    apart(move || {
        for held in all {
            held.to_mask().for_each(|value| redactor.learn(value));
        }
        known.masked = true;
    })
    .await
}

/// Learning the forms of a long value takes a while, so it holds up neither requests of other attempts
/// nor a transaction. What is `done` keeps the lock on what is known of the attempt: a step that asks
/// and hangs up again and again keeps one thread busy, and what the ledger tells was handed out stays
/// known.
async fn apart<T: Send + 'static>(
    done: impl FnOnce() -> T + Send + 'static,
) -> Result<T, OpenFailure> {
    // The panic hook has told where.
    spawn_blocking(done)
        .await
        .map_err(|_| OpenFailure::Unfinished)
}

/// Whether what was handed out is still what a step would be handed out now.
async fn is_current(
    core: &Core,
    live: &Live,
    subject: &Subject,
    held: &Held,
) -> Result<bool, store::Error> {
    let now = match subject {
        Subject::Connection { .. } => match held.id.parse() {
            Ok(id) if !grants::permit(&core.store, &id, &live.workflow).await? => None,
            Ok(id) => connections::find(&core.store, &core.account, &id)
                .await?
                .map(|row| (row.name.to_string(), row.revision)),
            Err(_) => None,
        },
        Subject::Secret { .. } => match held.id.parse() {
            Ok(id) => secrets::find(&core.store, &live.workflow, &id)
                .await?
                .map(|row| (row.name.to_string(), row.revision)),
            Err(_) => None,
        },
    };
    Ok(now.is_some_and(|(name, revision)| name == subject.name() && revision == held.revision))
}

fn entry(
    core: &Core,
    live: &Live,
    act: &'static str,
    subject: String,
    detail: &serde_json::Value,
) -> Entry {
    Entry {
        account: core.account.clone(),
        at: core.now(),
        actor: Actor::Step(live.attempt.clone()),
        act,
        subject,
        detail: detail.to_string(),
    }
}

/// A name as the ledger tells it. The step makes names up, perhaps of what it was handed out.
fn told(live: &Live, name: &str) -> String {
    live.redactor.mask_text(name).chars().take(TOLD).collect()
}
