//! `relay keys remove`

use opener::KeyRing;
use service::CommandLine;

use super::{Remove, block_on, open, places};
use crate::Outcome;
use crate::key::refused;
use crate::serve::tell;

/// Lets a key go: first in the database, which refuses while a value needs it, then its file.
pub(super) fn run(options: &Remove) -> Outcome {
    let (place, source) = places(&options.source)?;
    block_on(async {
        let opened = open(&place).await?;
        let this = CommandLine::of_this_process();
        opened
            .service
            .remove_key(this, &options.id, options.lose_values)
            .await?;
        opened.store.close().await;
        let (Some(path), Ok(id)) = (source.path(), options.id.parse()) else {
            return tell("removed from the database; take it out of where you keep it, too");
        };
        let file = KeyRing::remove_file(path, &id).map_err(refused)?;
        match file {
            Some(file) => tell(&format!("removed, with the file {}", file.display())),
            None => tell("removed; there was no file of it"),
        }
    })
}
