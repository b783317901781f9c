//! Waking up: telling this process, and on PostgreSQL the others too, that something has changed.
//!
//! A change is announced after its transaction has been committed, and may be lost when a process
//! dies in between or a connection breaks. Whoever listens therefore also looks by itself now and
//! then: an announcement saves waiting and nothing depends on it.

use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::{AttemptId, RunId};
use sqlx::any::AnyConnectOptions;
use sqlx::postgres::PgListener;
use sqlx::{AnyConnection, ConnectOptions};
use tokio::sync::{broadcast, mpsc};
use tokio::task::JoinHandle;

use crate::Store;
use crate::address::Address;

/// What has changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Change {
    /// A step may be waiting for an engine.
    Queue,
    /// Something about this run, or about one of its steps.
    Run(RunId),
    /// This attempt has printed something.
    Log(AttemptId),
}

impl Change {
    fn text(&self) -> String {
        match self {
            Self::Queue => "queue".into(),
            Self::Run(id) => format!("run {id}"),
            Self::Log(id) => format!("log {id}"),
        }
    }
}

impl FromStr for Change {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.split_once(' ') {
            None if text == "queue" => Ok(Self::Queue),
            Some(("run", id)) => id.parse().map(Self::Run).map_err(|_| ()),
            Some(("log", id)) => id.parse().map(Self::Log).map_err(|_| ()),
            _ => Err(()),
        }
    }
}

impl Store {
    /// Announces a change, after the transaction that made it was committed. Never waits.
    pub fn announce(&self, change: Change) {
        self.wake.announce(change);
    }

    /// The changes from now on, of this process and on PostgreSQL of all others. A receiver that
    /// lags behind has missed some, and looks at everything again.
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.wake.changes()
    }
}

/// PostgreSQL's name for where changes are announced.
const CHANNEL: &str = "relay_changes";

/// How many changes a receiver may lag behind, and how many may wait to be sent.
const CAPACITY: usize = 1_024;

/// After a failure, how long until the next try.
const PAUSE: Duration = Duration::from_secs(1);

/// Who in this process wants to know, and how other processes are told.
pub(crate) struct Wake {
    here: broadcast::Sender<Change>,
    elsewhere: Option<Elsewhere>,
}

/// Other processes at the same PostgreSQL server. Nothing runs before it is needed, so that a
/// command line which asks one question makes no connection for this.
struct Elsewhere {
    url: String,
    /// PostgreSQL's number of the connection that announces: what it says need not be heard.
    own: Arc<AtomicU32>,
    tasks: Mutex<Tasks>,
}

#[derive(Default)]
struct Tasks {
    closed: bool,
    notifier: Option<(mpsc::Sender<Change>, JoinHandle<()>)>,
    listener: Option<JoinHandle<()>>,
}

impl Wake {
    pub(crate) fn new(address: &Address) -> Self {
        let elsewhere = match address {
            Address::Sqlite(_) => None,
            Address::Postgres(url) => Some(Elsewhere {
                url: url.clone(),
                own: Arc::default(),
                tasks: Mutex::default(),
            }),
        };
        Self {
            here: broadcast::Sender::new(CAPACITY),
            elsewhere,
        }
    }

    fn announce(&self, change: Change) {
        if let Some(elsewhere) = &self.elsewhere {
            elsewhere.announce(change.clone());
        }
        // Nobody may be listening.
        let _ = self.here.send(change);
    }

    fn changes(&self) -> broadcast::Receiver<Change> {
        let receiver = self.here.subscribe();
        if let Some(elsewhere) = &self.elsewhere {
            elsewhere.listen(&self.here);
        }
        receiver
    }

    /// Sends what waits to be sent, and listens no more.
    pub(crate) async fn close(&self) {
        if let Some(elsewhere) = &self.elsewhere {
            elsewhere.close().await;
        }
    }
}

impl Elsewhere {
    fn tasks(&self) -> MutexGuard<'_, Tasks> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn announce(&self, change: Change) {
        let mut tasks = self.tasks();
        if tasks.closed {
            return;
        }
        let (sender, _) = tasks.notifier.get_or_insert_with(|| {
            let (sender, inbox) = mpsc::channel(CAPACITY);
            let task = tokio::spawn(notify(self.url.clone(), inbox, Arc::clone(&self.own)));
            (sender, task)
        });
        // Full: the server cannot be reached, or is slow. The others look by themselves then.
        let _ = sender.try_send(change);
    }

    fn listen(&self, here: &broadcast::Sender<Change>) {
        let mut tasks = self.tasks();
        if !tasks.closed {
            tasks.listener.get_or_insert_with(|| {
                tokio::spawn(listen(
                    self.url.clone(),
                    here.clone(),
                    Arc::clone(&self.own),
                ))
            });
        }
    }

    async fn close(&self) {
        let (notifier, listener) = {
            let mut tasks = self.tasks();
            tasks.closed = true;
            (tasks.notifier.take(), tasks.listener.take())
        };
        if let Some(task) = listener {
            task.abort();
        }
        if let Some((sender, task)) = notifier {
            drop(sender);
            let _ = tokio::time::timeout(PAUSE, task).await;
        }
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        if let Some(task) = self.tasks().listener.take() {
            task.abort();
        }
    }
}

/// Tells other processes until nobody can announce any more.
async fn notify(url: String, mut inbox: mpsc::Receiver<Change>, own: Arc<AtomicU32>) {
    let mut connection = None;
    while let Some(first) = inbox.recv().await {
        let mut changes = vec![first];
        while let Ok(next) = inbox.try_recv() {
            if !changes.contains(&next) {
                changes.push(next);
            }
        }
        if let Err(error) = tell(&url, &mut connection, &changes, &own).await {
            tracing::warn!(%error, "changes could not be announced to other servers");
            connection = None;
            tokio::time::sleep(PAUSE).await;
        }
    }
}

async fn tell(
    url: &str,
    connection: &mut Option<AnyConnection>,
    changes: &[Change],
    own: &AtomicU32,
) -> Result<(), sqlx::Error> {
    let connection = match connection {
        Some(connection) => connection,
        none => {
            let options: AnyConnectOptions = url.parse()?;
            let mut new = options.disable_statement_logging().connect().await?;
            let number: i64 = sqlx::query_scalar("select pg_backend_pid()::bigint")
                .fetch_one(&mut new)
                .await?;
            own.store(u32::try_from(number).unwrap_or(0), Ordering::Relaxed);
            none.insert(new)
        }
    };
    for change in changes {
        sqlx::query("select pg_notify($1, $2)::text")
            .bind(CHANNEL)
            .bind(change.text())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Hears other processes for as long as the store is open.
async fn listen(url: String, here: broadcast::Sender<Change>, own: Arc<AtomicU32>) {
    loop {
        if let Err(error) = hear(&url, &here, &own).await {
            tracing::warn!(%error, "changes of other servers cannot be heard");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Hears until the connection breaks.
async fn hear(
    url: &str,
    here: &broadcast::Sender<Change>,
    own: &AtomicU32,
) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen(CHANNEL).await?;
    // What was announced before is lost: let an engine look whether there is work.
    let _ = here.send(Change::Queue);
    while let Some(notification) = listener.try_recv().await? {
        if notification.process_id() == own.load(Ordering::Relaxed) {
            continue;
        }
        if let Ok(change) = notification.payload().parse() {
            let _ = here.send(change);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_is_understood_as_it_was_meant() {
        for change in [
            Change::Queue,
            Change::Run(RunId::from_bytes([7; 16])),
            Change::Log(AttemptId::from_bytes([8; 16])),
        ] {
            assert_eq!(change.text().parse(), Ok(change));
        }
        for noise in ["", "queue 1", "run", "run x", "steps"] {
            assert_eq!(noise.parse::<Change>(), Err(()), "{noise}");
        }
    }
}
