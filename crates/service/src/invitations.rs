//! Invitations: a link for one person, shown to the administrator once, good once and for three days.
//!
//! The code in it is 130 random bits; the database has its hash. It stands behind the `#` of the link,
//! which browsers send to nobody, or is typed.

use model::{Email, InvitationId, Problem, ProblemKind, Role, Timestamp, UserId};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::invitations::{self, CodeHash, InvitationRow, NewInvitation};
use store::ledger::{self, Actor};
use store::users;
use zeroize::Zeroizing;

use crate::field::{self};
use crate::people::person;
use crate::permission::{Administrator, Recent};
use crate::service::broken;
use crate::session::Proof;
use crate::{Client, Service, random};

/// How long an invitation is good for, in milliseconds.
const LIFETIME: i64 = 3 * 24 * 60 * 60 * 1_000;

/// Digits and letters that cannot be taken for one another: five bits each.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new invitation. The code is nowhere else.
pub struct Invited {
    /// For the link.
    pub code: Zeroizing<String>,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// What somebody who was invited types.
pub struct Joining {
    /// The code of the invitation.
    pub code: Zeroizing<String>,
    /// How the person wants to be called.
    pub name: String,
    /// The address that was invited.
    pub email: String,
    /// The person's password.
    pub password: Zeroizing<String>,
}

impl Service {
    /// Invites somebody. An earlier invitation of the same address ends.
    pub async fn invite(&self, by: &Recent, email: &str, role: Role) -> Result<Invited, Problem> {
        let email: Email = field::parse("email", email)?;
        let id = InvitationId::from_bytes(random::bytes()?);
        let code = write(&random::bytes()?);
        let mut tx = self.begin(by).await?;
        let somebody = users::by_email(&mut tx, &self.account, &email).await;
        if somebody.map_err(broken)?.is_some() {
            return Err(Problem::field(
                "email",
                "taken",
                format!("Somebody has the address {email} already."),
            ));
        }
        let replaces = invitations::remove_for(&mut tx, &self.account, &email).await;
        let detail = json!({
            "role": role.as_str(),
            "replaces": replaces.map_err(broken)?.iter().map(InvitationId::as_str).collect::<Vec<_>>(),
        });
        let entry = self.entry(by.actor(), "invitation.add", id.as_str(), &detail);
        let expires_at = entry.at.plus(LIFETIME);
        let new = NewInvitation {
            id: &id,
            code: &hash(&code),
            email: &email,
            role,
            expires_at,
        };
        invitations::add(&mut tx, &new, by.user_id(), &entry)
            .await
            .map_err(broken)?;
        tx.commit().await.map_err(broken)?;
        Ok(Invited { code, expires_at })
    }

    /// The invitations that are still good, the newest first.
    pub async fn invitations(&self, _: &Administrator) -> Result<Vec<InvitationRow>, Problem> {
        invitations::list(&self.store, &self.account, self.now())
            .await
            .map_err(broken)
    }

    /// Takes an invitation back.
    pub async fn withdraw_invitation(
        &self,
        by: &Administrator,
        id: &InvitationId,
    ) -> Result<(), Problem> {
        let mut tx = self.begin(by).await?;
        let entry = self.entry(by.actor(), "invitation.withdraw", id.as_str(), &json!({}));
        let there = invitations::remove(&mut tx, id, &entry)
            .await
            .map_err(broken)?;
        if !there {
            return Err(Problem::not_found("invitation"));
        }
        tx.commit().await.map_err(broken)
    }

    /// Adds the person who shows an invitation, and tells that they sign in.
    pub async fn join(&self, joining: Joining, client: &Client) -> Result<Proof, Problem> {
        let (name, email) = person(&joining.name, &joining.email, &joining.password)?;
        let code = hash(&joining.code);
        let found = invitations::by_code(&self.store, &self.account, &code, self.now()).await;
        let found = found.map_err(broken)?;
        // Nobody makes the server hash passwords without a good code.
        if found.is_none_or(|found| found.email.key() != email.key()) {
            return Err(no_invitation());
        }
        let hash = self.passwords.hash(joining.password).await?;
        let id = UserId::from_bytes(random::bytes()?);

        let mut tx = self.begin_as_system().await?;
        let found = invitations::by_code(&mut tx, &self.account, &code, self.now()).await;
        let invitation = found.map_err(broken)?.ok_or_else(no_invitation)?;
        let used = json!({ "user": id.as_str() });
        let used = self.entry(
            Actor::System,
            "invitation.use",
            invitation.id.as_str(),
            &used,
        );
        invitations::remove(&mut tx, &invitation.id, &used)
            .await
            .map_err(broken)?;
        let new = users::NewUser {
            id: &id,
            email: &email,
            name: &name,
            role: invitation.role,
            password_hash: &hash,
        };
        let detail = json!({ "role": invitation.role.as_str() });
        let entry = self.entry(Actor::User(id.clone()), "user.add", id.as_str(), &detail);
        match users::add(&mut tx, &new, &entry).await {
            Err(store::Error::Unique) => {
                let detail = format!("Somebody has the address {email} already. Log in instead.");
                return Err(Problem::field("email", "taken", detail));
            }
            done => done.map_err(broken)?,
        }
        let entry = self.sign_in_entry(&id, client);
        ledger::append(&mut tx, &entry).await.map_err(broken)?;
        tx.commit().await.map_err(broken)?;
        Ok(Proof::by(&id, &hash))
    }
}

/// The same for a wrong code, a wrong address and an invitation that has ended.
fn no_invitation() -> Problem {
    Problem {
        kind: ProblemKind::Input,
        ..Problem::field(
            "code",
            "wrong_code",
            "This code does not invite this address, or it was used, withdrawn, or is older than \
             three days. Ask an administrator for a new invitation.",
        )
    }
}

/// What is stored of a code, however it was typed.
fn hash(typed: &str) -> CodeHash {
    let plain: Zeroizing<String> = Zeroizing::new(
        typed
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect(),
    );
    Sha256::new()
        .chain_update(b"relay.invitation.v1")
        .chain_update(plain.as_bytes())
        .finalize()
        .into()
}

fn write(random: &[u8; 26]) -> Zeroizing<String> {
    let letters = random.map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
    Zeroizing::new(letters.iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_can_be_typed_carelessly() {
        let code = write(&[24; 26]);
        assert_eq!(code.len(), 26);
        let careless = format!(" {}-{} ", code[..9].to_lowercase(), &code[9..]);
        assert_eq!(hash(&code), hash(&careless));
        assert_ne!(hash(&code), hash(&code[1..]));
    }
}
