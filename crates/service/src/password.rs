//! Passwords: argon2id with OWASP's parameters, a few at a time, off the threads that serve.

use std::sync::Arc;

use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use model::{FieldProblem, Problem, ProblemKind};
use store::users::PasswordHash;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

/// Memory in KiB, passes and lanes: OWASP's recommendation for argon2id.
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// How many passwords may wait to be hashed. Whoever comes after those is asked to come again, so
/// that people who sign in do not stand behind a crowd of guesses for long.
const WAITING: usize = 32;

/// Hash of no password, at the same cost: what an address nobody has is checked against.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$\
    AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Shortest and longest password, in characters. There are no other rules.
const LENGTH: std::ops::RangeInclusive<usize> = 12..=256;

/// Hashes and checks passwords. Cheap to clone; clones share the limit.
#[derive(Clone)]
pub(crate) struct Passwords {
    permits: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

/// A place in the line of those that wait to be hashed.
pub(crate) struct Place(OwnedSemaphorePermit);

/// How many passwords are hashed at once. Each takes 19 MiB and one core, and half of the cores are
/// left for everybody else.
fn at_once() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    (cores / 2).max(1)
}

/// The answer to a password.
pub(crate) enum Answer {
    /// Not the right one.
    Wrong,
    /// The right one. When it was hashed at another cost than today's, here is a new hash.
    Right(Option<PasswordHash>),
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            permits: Arc::new(Semaphore::new(at_once())),
            places: Arc::new(Semaphore::new(WAITING)),
        }
    }
}

impl Passwords {
    /// The hash of a new password. It waits for its turn however long the line is: nobody gets here
    /// without a permission or a code.
    pub(crate) async fn hash(&self, password: Zeroizing<String>) -> Result<PasswordHash, Problem> {
        self.run(move || hash(&password)).await
    }

    /// A place in the line, if there is one.
    pub(crate) fn place(&self) -> Result<Place, Problem> {
        match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => Ok(Place(place)),
            Err(_) => Err(Problem {
                retry_after: Some(5),
                ..Problem::new(
                    ProblemKind::TooMany,
                    "too_many_sign_ins",
                    "Too many people are signing in at this moment. Try again in a few seconds.",
                )
            }),
        }
    }

    /// Checks a password against a stored hash, or at the same cost against nobody's.
    pub(crate) async fn check(
        &self,
        place: Place,
        password: Zeroizing<String>,
        stored: Option<PasswordHash>,
    ) -> Result<Answer, Problem> {
        self.run(move || {
            let _place = place.0;
            check(
                &password,
                stored.as_ref().map_or(NOBODY, |stored| &stored.0),
            )
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, argon2::password_hash::Error> + Send + 'static,
    ) -> Result<T, Problem> {
        // Held until the hashing is over, even when nobody waits for the answer any more.
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        match done.await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                tracing::error!(%error, "a password could not be hashed");
                Err(Problem::internal())
            }
            Err(error) => {
                tracing::error!(%error, "hashing a password was cut short");
                Err(Problem::internal())
            }
        }
    }
}

fn argon2id() -> Result<Argon2<'static>, argon2::password_hash::Error> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str) -> Result<PasswordHash, argon2::password_hash::Error> {
    Ok(PasswordHash(
        argon2id()?.hash_password(password.as_bytes())?.to_string(),
    ))
}

fn check(password: &str, stored: &str) -> Result<Answer, argon2::password_hash::Error> {
    let stored = phc::PasswordHash::new(stored)?;
    let params = Params::try_from(&stored)?;
    match argon2id()?.verify_password(password.as_bytes(), &stored) {
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(Answer::Wrong),
        Err(error) => Err(error),
        Ok(()) if (params.m_cost(), params.t_cost(), params.p_cost()) == COST => {
            Ok(Answer::Right(None))
        }
        Ok(()) => hash(password).map(|better| Answer::Right(Some(better))),
    }
}

/// What is wrong with a new password in the control `password`, if anything.
pub(crate) fn problem(password: &str) -> Option<FieldProblem> {
    problem_of("password", password)
}

/// What is wrong with a new password in the control `field`, if anything.
pub(crate) fn problem_of(field: &str, password: &str) -> Option<FieldProblem> {
    let (code, detail) = match password.chars().count() {
        0 => ("required", "Enter a password."),
        short if short < *LENGTH.start() => ("too_short", "Use at least 12 characters."),
        long if long > *LENGTH.end() => ("too_long", "Use at most 256 characters."),
        _ => return None,
    };
    Some(FieldProblem::new(field, code, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(password: &str, stored: &str) -> &'static str {
        match check(password, stored).unwrap() {
            Answer::Wrong => "wrong",
            Answer::Right(None) => "right",
            Answer::Right(Some(_)) => "rehash",
        }
    }

    #[test]
    fn hashes_have_the_recommended_cost_and_their_own_salt() {
        let (one, other) = (
            hash("pässwörd pässwörd").unwrap(),
            hash("pässwörd pässwörd").unwrap(),
        );
        assert!(
            one.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{}",
            one.0
        );
        assert_ne!(one, other);
        assert_eq!(outcome("pässwörd pässwörd", &one.0), "right");
        assert_eq!(outcome("pässwörd pässword", &one.0), "wrong");
        assert_eq!(format!("{one:?}"), "PasswordHash(…)");
    }

    #[test]
    fn nobody_has_no_password_at_the_same_cost() {
        let (memory, passes, lanes) = COST;
        assert!(NOBODY.starts_with(&format!("$argon2id$v=19$m={memory},t={passes},p={lanes}$")));
        for guess in ["", "password password", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(outcome(guess, NOBODY), "wrong");
        }
    }

    #[test]
    fn an_older_cost_is_replaced_at_the_next_sign_in() {
        let cheap = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(8_192, 1, 1, None).unwrap(),
        );
        let old = cheap
            .hash_password(b"a long enough password")
            .unwrap()
            .to_string();
        assert_eq!(outcome("a long enough password", &old), "rehash");
        assert_eq!(outcome("another password", &old), "wrong");
    }

    #[test]
    fn only_the_length_counts() {
        let code = |password: &str| problem(password).map(|problem| problem.code);
        assert_eq!(code(""), Some("required".into()));
        assert_eq!(code("elevenchars"), Some("too_short".into()));
        assert_eq!(code("            "), None);
        assert_eq!(code(&"é".repeat(12)), None);
        assert_eq!(code(&"é".repeat(256)), None);
        assert_eq!(code(&"é".repeat(257)), Some("too_long".into()));
    }
}
