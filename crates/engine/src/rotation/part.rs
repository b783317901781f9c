//! The part of a rotation that takes time: data keys are opened with the older key and sealed with
//! the new one. It needs no database, and is divided among threads.

use std::num::NonZeroUsize;
use std::sync::Arc;

use opener::{KeyRing, OpenError};
use store::resealing::{Resealed, SealedRow};
use tokio::task::{JoinHandle, spawn_blocking};

use super::{RotationError, key_id, place};

/// What has become of some data keys.
#[derive(Default)]
pub(super) struct Part {
    /// Those that are sealed to the new key.
    pub(super) resealed: Vec<Resealed>,
    /// Those that do not open.
    pub(super) unopenable: Vec<SealedRow>,
    /// Why some are still as they were, although nothing is wrong with them.
    pub(super) left: Option<OpenError>,
}

impl Part {
    /// One is left as it was. That sealing has failed is told rather than that a key is away, for which
    /// nobody has to try again.
    fn leave(&mut self, error: OpenError) {
        if !matches!(self.left, Some(OpenError::NotSealed(_))) {
            self.left = Some(error);
        }
    }
}

/// The rows in parts of at most so many, which is not 0.
pub(super) fn split(mut rows: Vec<SealedRow>, most: usize) -> Vec<Vec<SealedRow>> {
    let mut parts = Vec::new();
    while rows.len() > most {
        let rest = rows.split_off(most);
        parts.push(rows);
        rows = rest;
    }
    parts.push(rows);
    parts
}

/// Seals the data keys of these rows to the current key of the ring, on so many threads.
pub(super) async fn seal_again(
    ring: &Arc<KeyRing>,
    rows: Vec<SealedRow>,
    threads: NonZeroUsize,
) -> Result<Part, RotationError> {
    let share = rows.len().div_ceil(threads.get()).max(1);
    let begun: Vec<_> = split(rows, share)
        .into_iter()
        .map(|rows| {
            let ring = Arc::clone(ring);
            spawn_blocking(move || on_this_thread(&ring, rows))
        })
        .collect();
    let mut whole = Part::default();
    for share in begun {
        let part = carried_out(share).await?;
        whole.resealed.extend(part.resealed);
        whole.unopenable.extend(part.unopenable);
        if let Some(error) = part.left {
            whole.leave(error);
        }
    }
    Ok(whole)
}

/// What a thread has done. One that has panicked is another thing than one that was given up.
async fn carried_out<T>(share: JoinHandle<T>) -> Result<T, RotationError> {
    // The panic hook has told where; words of the panic may hold a value.
    share.await.map_err(|error| {
        if error.is_panic() {
            RotationError::Panicked
        } else {
            RotationError::Ending
        }
    })
}

fn on_this_thread(ring: &KeyRing, rows: Vec<SealedRow>) -> Part {
    let mut part = Part::default();
    for row in rows {
        let sealed = key_id(&row.sealed.key_id)
            .ok()
            .map(|id| ring.seal_again(id, &row.sealed.sealed_data_key, &place(&row)));
        match sealed {
            Some(Ok(after)) => part.resealed.push(Resealed {
                owner: row.owner,
                before: row.sealed.sealed_data_key,
                after,
            }),
            // Without randomness, or without the key, nothing is wrong with the value.
            Some(Err(error @ (OpenError::NotSealed(_) | OpenError::UnknownKey { .. }))) => {
                part.leave(error);
            }
            Some(Err(OpenError::Refused)) | None => part.unopenable.push(row),
        }
    }
    part
}

#[cfg(test)]
mod tests {
    use opener::KeyRing;
    use vault::SealError;

    use super::*;

    #[test]
    fn what_could_not_be_sealed_is_told_before_a_key_that_is_away() {
        let key_id = KeyRing::generate().unwrap().key_id();
        let away = || OpenError::UnknownKey { key_id };
        let not_sealed = || OpenError::NotSealed(SealError::NoRandomness);
        for errors in [[away(), not_sealed()], [not_sealed(), away()]] {
            let mut part = Part::default();
            for error in errors {
                part.leave(error);
            }
            assert!(matches!(part.left, Some(OpenError::NotSealed(_))));
        }
        let mut part = Part::default();
        part.leave(away());
        assert!(matches!(part.left, Some(OpenError::UnknownKey { .. })));
    }

    #[tokio::test]
    async fn a_panic_is_no_end_of_the_process() {
        let panicked = carried_out(spawn_blocking(|| assert_eq!(1, 2))).await;
        assert!(matches!(panicked, Err(RotationError::Panicked)));
        let given_up = tokio::spawn(std::future::pending::<()>());
        given_up.abort();
        let given_up = carried_out(given_up).await;
        assert!(matches!(given_up, Err(RotationError::Ending)));
        assert_eq!(carried_out(spawn_blocking(|| 1)).await.ok(), Some(1));
    }
}
