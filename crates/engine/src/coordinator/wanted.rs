//! Values that a condition asks for, opened before there is an attempt.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use store::ledger::{self, Actor, Entry};
use store::runs::RunRow;
use store::{Tx, told, uses};

use super::Message;
use crate::core::Core;
use crate::opening::{self, OpenFailure, Opening, Refusal, Subject};
use crate::unopenable;
use crate::view::Values;

/// What the condition of a step asks for, and only the vault knows.
pub(crate) struct Wanted {
    /// What is written there.
    pub(super) subjects: BTreeSet<Subject>,
    /// Whether it also works out names that are not written there. Those are refused.
    pub(super) beyond: bool,
}

/// What opening values for a condition has come to.
#[derive(Default)]
pub(crate) struct Opened {
    /// Values; `None` for what there is not, and for what cannot be opened.
    pub(super) values: Values,
    /// What there is, but cannot be opened.
    pub(super) shut: BTreeSet<Subject>,
    /// The ledger has it that names were refused which are not written. Once is enough: a condition
    /// may work out other ones each time it is looked at.
    pub(super) told_beyond: bool,
}

impl Opened {
    /// Takes what another one has.
    pub(super) fn extend(&mut self, other: Self) {
        self.values.extend(other.values);
        self.shut.extend(other.shut);
        self.told_beyond |= other.told_beyond;
    }
}

/// How long until the next try when the database failed.
const PAUSE: Duration = Duration::from_secs(1);

/// Opens what the condition of a step asks for, and tells the coordinator. The ledger has it first,
/// also what is refused; no step is handed anything here. Whoever looks at the condition again, after
/// a restart or in another engine, tells nothing that the ledger has of this run already.
pub(super) async fn open(core: Arc<Core>, run: RunRow, step: String, wanted: Wanted) {
    let asking = Asking {
        core: &core,
        run: &run,
        step: &step,
    };
    let mut opened = Opened::default();
    for subject in wanted.subjects {
        let value = loop {
            match asking.open(&subject).await {
                Ok(value) => break value,
                Err(error) => {
                    logged(&error);
                    // One that does not open will not do so later either.
                    if error.is_shut() {
                        opened.shut.insert(subject.clone());
                        break None;
                    }
                }
            }
            tokio::time::sleep(PAUSE).await;
        };
        opened.values.insert(subject, value);
    }
    if wanted.beyond {
        while let Err(error) = asking.refuse_beyond().await {
            logged(&error.into());
            tokio::time::sleep(PAUSE).await;
        }
        opened.told_beyond = true;
    }
    core.tell(Message::Opened {
        run: run.id,
        step,
        opened,
    });
}

fn logged(error: &OpenFailure) {
    tracing::error!(
        error = error as &(dyn std::error::Error + 'static),
        "a value that a condition asks for could not be opened"
    );
}

/// The condition of a step that asks.
struct Asking<'a> {
    core: &'a Core,
    run: &'a RunRow,
    step: &'a str,
}

impl Asking<'_> {
    async fn open(&self, subject: &Subject) -> Result<Option<language::Value>, OpenFailure> {
        let (core, run) = (self.core, self.run);
        let mut tx = core.store.begin().await?;
        let held = match opening::open(core, &mut tx, &run.workflow_id, subject).await {
            Ok(Opening::Held(held)) => held,
            Ok(Opening::Refused(why)) => {
                self.tell(tx, &self.refusal(Some(subject), why)).await?;
                return Ok(None);
            }
            Err(failure) if failure.is_shut() => {
                let entry = self.refusal(Some(subject), Refusal::Unopenable);
                self.tell(tx, &entry).await?;
                return Err(unopenable::noted(core, &run.workflow_id, subject, failure).await);
            }
            Err(failure) => return Err(failure),
        };
        let mut detail = self.detail(Some(subject));
        detail["revision"] = held.revision.into();
        let entry = self.entry("condition.read", held.id.clone(), &detail);
        let kind = subject.kind();
        if !told::of_run(&mut tx, &run.id, &entry).await? {
            uses::by_condition(&mut tx, kind, &held.id, &run.id, self.step, &entry).await?;
            tx.commit().await?;
        }
        Ok(Some(held.value()))
    }

    /// Tells that names were refused which are not written. They are not told: they may have been
    /// worked out of values.
    async fn refuse_beyond(&self) -> Result<(), store::Error> {
        let tx = self.core.store.begin().await?;
        self.tell(tx, &self.refusal(None, Refusal::NotWritten))
            .await
    }

    /// Tells the ledger in this transaction, which began after every other that writes the ledger had
    /// ended: two engines cannot both find that nothing was told.
    async fn tell(&self, mut tx: Tx, entry: &Entry) -> Result<(), store::Error> {
        if told::of_run(&mut tx, &self.run.id, entry).await? {
            return Ok(());
        }
        ledger::append(&mut tx, entry).await?;
        tx.commit().await
    }

    fn refusal(&self, subject: Option<&Subject>, why: Refusal) -> Entry {
        let mut detail = self.detail(subject);
        detail["reason"] = why.as_str().into();
        self.entry("condition.refused", self.run.id.to_string(), &detail)
    }

    fn detail(&self, subject: Option<&Subject>) -> Json {
        let mut detail = json!({
            "run": self.run.id.as_str(),
            "workflow": self.run.workflow_id.as_str(),
            "step": self.step,
        });
        if let Some(subject) = subject {
            detail["kind"] = subject.kind().into();
            detail["type"] = subject.type_name().into();
            detail["name"] = subject.name().into();
        }
        detail
    }

    fn entry(&self, act: &'static str, subject: String, detail: &Json) -> Entry {
        Entry {
            account: self.core.account.clone(),
            at: self.core.now(),
            actor: Actor::System,
            act,
            subject,
            detail: detail.to_string(),
        }
    }
}
