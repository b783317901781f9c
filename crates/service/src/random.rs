//! Randomness of the operating system, for ids and the setup code.

use model::Problem;

/// `N` random bytes. Without randomness nothing is made.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], Problem> {
    let mut bytes = [0; N];
    match getrandom::fill(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error) => {
            tracing::error!(%error, "the system gives no randomness");
            Err(Problem::internal())
        }
    }
}
