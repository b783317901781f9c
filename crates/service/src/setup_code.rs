//! The setup code: printed where the server was started, typed by who becomes the first administrator.

use model::Problem;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::ledger::Actor;

use crate::Service;
use crate::random;
use crate::service::broken;

/// How long a code is good for, in milliseconds.
const LIFETIME: i64 = 60 * 60 * 1_000;

/// Digits and letters that cannot be taken for one another (Crockford's base 32): five bits each.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl Service {
    /// A fresh code in the place of any earlier one, `XXXX-XXXX-XXXX`, good for an hour and one use;
    /// `None` when there are people already.
    pub async fn setup_code(&self) -> Result<Option<String>, Problem> {
        let code = write(&random::bytes()?);
        let mut tx = self.begin_as_system().await?;
        if store::users::any(&mut tx, &self.account)
            .await
            .map_err(broken)?
        {
            return Ok(None);
        }
        let entry = self.entry(
            Actor::System,
            "setup_code.add",
            self.account.as_str(),
            &json!({}),
        );
        store::setup_code::replace(&mut tx, &hash(&code), entry.at.plus(LIFETIME), &entry)
            .await
            .map_err(broken)?;
        tx.commit().await.map_err(broken)?;
        Ok(Some(code))
    }
}

/// What is stored of a code, however it was typed. It holds 60 random bits for an hour, so a plain
/// hash cannot be searched in time.
pub(crate) fn hash(typed: &str) -> [u8; 32] {
    let plain: String = typed
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    Sha256::new()
        .chain_update(b"relay.setup-code.v1")
        .chain_update(plain)
        .finalize()
        .into()
}

fn write(random: &[u8; 12]) -> String {
    let letters = random.map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|four| four.iter().collect())
        .collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_groups_of_four() {
        assert_eq!(
            write(&[0, 31, 32, 255, 9, 10, 1, 2, 3, 4, 5, 6]),
            "0Z0Z-9A12-3456"
        );
    }

    #[test]
    fn a_code_can_be_typed_carelessly() {
        assert_eq!(hash("0Z0Z-9A12-3456"), hash(" ozoz 9al2 3456\n"));
        assert_ne!(hash("0Z0Z-9A12-3456"), hash("0Z0Z-9A12-3457"));
    }
}
