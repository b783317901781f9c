//! `relay keys new`

use opener::KeyRing;

use super::New;
use crate::Outcome;
use crate::key::refused;
use crate::serve::tell;

/// Writes a new key to a file of its own.
pub(super) fn run(options: &New) -> Outcome {
    let ring = KeyRing::generate().map_err(refused)?;
    ring.save_new(&options.file).map_err(refused)?;
    tell(&format!("{}", ring.key_id()))
}
