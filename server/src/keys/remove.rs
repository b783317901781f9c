//! `relay keys remove`

use opener::KeyRing;
use service::CommandLine;

use super::{Remove, block_on, open, places};
use crate::Outcome;
use crate::key::refused;
use crate::serve::tell;

/// Where a key may be besides its file.
const ELSEWHERE: &str = "take it out of wherever else you keep it, too: other servers, a credential of \
                         systemd, RELAY_VAULT_KEY";

/// Lets a key go: first in the database, which refuses while a value needs it, then its file. One
/// that was killed between the two goes on when it is called again.
pub(super) fn run(options: &Remove) -> Outcome {
    let (place, source) = places(&options.source)?;
    block_on(async {
        let opened = open(&place).await?;
        let this = CommandLine::of_this_process();
        let done = opened
            .service
            .remove_key(this, &options.id, options.lose_values)
            .await;
        opened.store.close().await;
        let before = match done {
            Err(problem) if problem.code == "key_removed" => Some(problem),
            done => {
                done?;
                None
            }
        };
        let (Some(path), Ok(id)) = (source.path(), options.id.parse()) else {
            return tell(&format!("removed from the database; {ELSEWHERE}"));
        };
        let file = KeyRing::remove_file(path, &id).map_err(refused)?;
        if KeyRing::from_file(path).is_ok_and(|own| own.key_id() == id) {
            return tell(&format!(
                "removed from the database; the file {} holds it still: put the current key in its \
                 place, and {ELSEWHERE}",
                path.display()
            ));
        }
        match (file, before) {
            (Some(file), _) => tell(&format!(
                "removed, with the file {}; {ELSEWHERE}",
                file.display()
            )),
            (None, None) => tell(&format!("removed; there was no file of it; {ELSEWHERE}")),
            (None, Some(problem)) => Err(problem.into()),
        }
    })
}
