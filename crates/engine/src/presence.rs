//! Announcing this engine to others.

use model::EngineId;
use store::Store;
use store::engines::{NewEngine, Presence};

use crate::random;
use crate::settings::{RunnerWords, StartError};

/// Begins a life as an engine.
pub(crate) async fn announce(
    store: &Store,
    words: &RunnerWords,
    clock: fn() -> model::Timestamp,
) -> Result<(EngineId, Presence), StartError> {
    let id = EngineId::from_bytes(random::id().map_err(|_| StartError::NoRandomness)?);
    let new = NewEngine {
        id: &id,
        runner: words.word(),
        note: words.reason(),
        at: clock(),
    };
    let presence = Presence::announce(store, &new).await?;
    Ok((id, presence))
}
