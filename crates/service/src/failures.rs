//! What the ledger is told of wrong passwords.
//!
//! The first wrong password for an address is told at once, and those that follow as one number,
//! after a quarter of an hour. Neither the answer to a try nor the work that it makes may tell
//! which addresses there are, so what decides between the two is the same for everybody: the
//! address that was typed, whether anybody has it or not, falls into one of a few [drawers](DRAWERS)
//! by a hash with a secret key. A try whose drawer is empty is told at once and shuts the drawer for
//! a while; any other try is collected. Both write the same rows for a person as for nobody, and of
//! nobody's try they keep nothing of what was typed: people type passwords there.
//!
//! A flood of invented addresses fills the drawers, and then adds to one number. A person's failure
//! during the flood is told as a number, too, and so late.

use model::{Problem, Timestamp};
use serde_json::json;
use store::ledger::{self, Actor};
use store::sign_ins::{self, Count, Failures, Gate};

use crate::service::broken;
use crate::{Client, Service};

/// How long failures are collected before the ledger tells how many there were, and for how long the
/// next one of a drawer is not told at once (milliseconds).
pub(crate) const WINDOW: i64 = 15 * 60 * 1_000;

/// How many entries there are at most for failures that are told at once, in each [`WINDOW`]. Two
/// addresses seldom share one.
pub(crate) const DRAWERS: u32 = 256;

impl Service {
    /// Tells or collects a failure. The subject is the person whose password was not known, or empty
    /// for an address that nobody has; `drawer` is the one of the address.
    pub(crate) async fn failed(
        &self,
        drawer: Gate,
        subject: &str,
        client: &Client,
    ) -> Result<(), Problem> {
        let from = json!({ "from": client.address.to_string() });
        let entry = self.entry(Actor::System, "user.sign_in_failed", subject, &from);
        let mut tx = self.begin_as_system().await?;
        let told = async {
            if sign_ins::look(&mut tx, drawer).await?.closed_until > entry.at {
                sign_ins::collect(&mut tx, &self.account, subject, entry.at).await
            } else {
                ledger::append(&mut tx, &entry).await?;
                let shut = Count {
                    failures: 0,
                    closed_until: entry.at.plus(WINDOW),
                };
                sign_ins::set(&mut tx, drawer, shut).await
            }
        };
        told.await.map_err(broken)?;
        tx.commit().await.map_err(broken)
    }

    /// Tells the failures that were collected for long enough; for a task of the server.
    pub async fn sign_ins_sweep(&self) -> Result<(), Problem> {
        let due = self.now().plus(-WINDOW);
        let waiting = sign_ins::collected_before(&self.store, &self.account, due).await;
        if waiting.map_err(broken)?.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin_as_system().await?;
        self.tell_before(&mut tx, due).await.map_err(broken)?;
        tx.commit().await.map_err(broken)
    }

    async fn tell_before(&self, tx: &mut store::Tx, due: Timestamp) -> Result<(), store::Error> {
        // Asked again: another server may have told them meanwhile.
        for collected in sign_ins::collected_before(&mut *tx, &self.account, due).await? {
            let Failures {
                subject,
                since,
                failures,
            } = collected;
            let detail = json!({ "more": failures, "since": since.to_string() });
            let entry = self.entry(Actor::System, "user.sign_in_failed", &subject, &detail);
            ledger::append(tx, &entry).await?;
            sign_ins::told(tx, &self.account, &subject).await?;
        }
        Ok(())
    }
}
