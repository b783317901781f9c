//! `relay keys public`: the public key for servers that must not have the private one.

use super::{Source, block_on, places};
use crate::Outcome;
use crate::failure::Failure;
use crate::key::Decision;
use crate::public_key::PublicKeys;

/// Prints the lines of a public key file. They come from the private key, so that the database is
/// not believed about them.
pub(super) fn run(source: &Source) -> Outcome {
    let (place, keys) = places(source)?;
    block_on(async {
        let found = store::inspect(&place.database_url).await?;
        match keys.decide(&found)? {
            Decision::Use(keys) => {
                let text = PublicKeys::of(&keys.ring()).to_text();
                crate::serve::tell(text.trim_end())
            }
            Decision::Make { .. } => Err(Failure::failed(
                "there is no key yet: the first `relay serve` makes one",
            )),
        }
    })
}
