//! Beginning what changes something: the one place where a transaction starts that writes the ledger.
//!
//! Writers stand in one line, and whoever asked may have lost the role or the session by the time it
//! is their turn. So a transaction is begun with what allows it, which is looked at once more inside,
//! where it stays true until the commit. Clippy refuses `Store::begin` everywhere else in this crate
//! (`clippy.toml` beside `src`).

use model::Problem;
use store::users::UserRow;
use store::{Store, Tx, sessions, users};

use crate::Service;
use crate::permission::{CommandLine, Permission};
use crate::service::broken;
use crate::session::Proof;

impl Service {
    /// The transaction of an act by whoever holds this permission. Refuses who has lost it since they
    /// were given it, or the session that they asked from.
    pub(crate) async fn begin<P: Permission>(&self, by: &P) -> Result<Tx, Problem> {
        let mut tx = as_system(&self.store).await?;
        let holder = by.holder();
        let user = users::find(&mut tx, &self.account, holder.user_id())
            .await
            .map_err(broken)?;
        let user = user.filter(|user| user.disabled_at.is_none());
        P::allows(user.ok_or_else(Problem::not_signed_in)?.role)?;
        let session = sessions::person(&mut tx, &self.account, holder.session(), self.now());
        match session.await.map_err(broken)? {
            Some((user, _)) if user.id == *holder.user_id() => Ok(tx),
            _ => Err(Problem::not_signed_in()),
        }
    }

    /// The transaction of somebody who has just shown who they are, and that person as of now.
    /// Refuses when what they have shown is worth nothing any more.
    pub(crate) async fn begin_proved(&self, proof: &Proof) -> Result<(Tx, UserRow), Problem> {
        let mut tx = as_system(&self.store).await?;
        let user = self.still(&mut tx, proof).await?;
        Ok((tx, user))
    }

    /// The transaction of the command line.
    pub(crate) async fn begin_here(&self, _: CommandLine) -> Result<Tx, Problem> {
        as_system(&self.store).await
    }

    /// The transaction of what Relay does by itself, or of somebody who is not signed in: a code that
    /// they show has to be looked at inside.
    pub(crate) async fn begin_as_system(&self) -> Result<Tx, Problem> {
        as_system(&self.store).await
    }
}

/// The transaction of what Relay does by itself before there is a [`Service`].
#[expect(
    clippy::disallowed_methods,
    reason = "everything in this crate begins here"
)]
pub(crate) async fn as_system(store: &Store) -> Result<Tx, Problem> {
    store.begin().await.map_err(broken)
}
