//! Holding back whoever guesses passwords, without locking anybody out.
//!
//! Failures are counted per address typed and per network. From some number on, each closes its gate
//! for a while, twice as long each time; a try at a closed gate is refused without a look at the
//! password, is not counted, costs a read, and is answered at leisure. Ten tries in a quarter of an
//! hour for one person and a hundred in an hour from one network are the most that ever get through.
//!
//! Somebody who fills a person's gate on purpose keeps that person out from browsers the person has
//! never signed in with, and not from the others: each of those has a gate of its own, and so has
//! each session that asks for the password once more.
//!
//! What is counted falls into buckets by a hash with a key that nobody outside knows, so that neither
//! the rows grow with what is typed nor somebody can aim at another one's bucket.

use std::time::Duration;

use model::{Email, Problem, ProblemKind, Timestamp, UserId};
use sha2::{Digest, Sha256};
use store::sign_ins::{self, Count, Gate};

use crate::failures::DRAWERS;
use crate::password::Place;
use crate::permission::Caller;
use crate::service::broken;
use crate::{Client, Service, random};

/// Buckets of each kind; a power of two.
const BUCKETS: u32 = 1 << 16;

/// How a gate closes. Times are milliseconds.
struct Rule {
    /// So many failures close nothing.
    free: u64,
    /// How long the first failure after those closes it.
    first: i64,
    /// How long any failure closes it at most.
    longest: i64,
    /// Open for so long, it has forgotten everything.
    forgets: i64,
}

/// How long a refusal is held back.
const LEISURE: Duration = Duration::from_millis(250);

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

/// For one person: four tries, then 10, 20, 40 seconds and so on between two.
const PERSON: Rule = Rule {
    free: 3,
    first: 10 * SECOND,
    longest: 15 * MINUTE,
    forgets: 15 * MINUTE,
};

/// For one site of IPv6, which has 65,536 networks.
const SITE: Rule = Rule {
    free: 199,
    ..ADDRESS
};

/// For one network, behind which there may be a whole office.
const ADDRESS: Rule = Rule {
    free: 49,
    first: SECOND,
    longest: 90 * SECOND,
    forgets: 60 * MINUTE,
};

impl Rule {
    /// How many failures still count.
    fn remembered(&self, count: Count, now: Timestamp) -> u64 {
        if now >= count.closed_until.plus(self.forgets) {
            0
        } else {
            count.failures
        }
    }

    /// After one more failure.
    fn after(&self, count: Count, now: Timestamp) -> Count {
        let failures = self.remembered(count, now).saturating_add(1);
        let wait = match failures.checked_sub(self.free + 1) {
            None => 0,
            Some(over) => {
                let doubled = 1_i64.checked_shl(u32::try_from(over).unwrap_or(u32::MAX));
                doubled.map_or(self.longest, |times| {
                    self.first.saturating_mul(times).clamp(0, self.longest)
                })
            }
        };
        Count {
            failures,
            closed_until: now.plus(wait),
        }
    }
}

/// A try that has been let through, and counts as a failure until it turns out to be none.
pub(crate) struct Guess {
    /// Where it comes from, then whose password it is about.
    gates: Vec<(Gate, &'static Rule)>,
    /// Which of the ledger's drawers it falls into, should it fail.
    pub(crate) drawer: Gate,
}

impl Service {
    /// Lets a try to sign in through, or says how long to wait. `typed` is what was typed as the
    /// address, in the spelling all spellings have in common; `user` is whose it is, if anybody's.
    pub(crate) async fn may_sign_in(
        &self,
        typed: &str,
        user: Option<&UserId>,
        client: &Client,
    ) -> Result<(Guess, Place), Problem> {
        let key = self.gate_key().await?;
        // It takes the same for nobody.
        let nobody = UserId::from_bytes([0; 16]);
        let device = client.device.unwrap_or_default();
        let user = user.unwrap_or(&nobody);
        let known = store::devices::is_known(&self.store, &self.account, user, &device);
        let person = if known.await.map_err(broken)? {
            gate(key, "device", &[typed.as_bytes(), &device])
        } else {
            gate(key, "person", &[typed.as_bytes()])
        };
        self.may_guess(person, drawer(key, typed), client).await
    }

    /// Lets somebody try to enter their own password once more, or says how long to wait. It counts
    /// for the session that they do it in, and for no other.
    pub(crate) async fn may_prove(
        &self,
        caller: &Caller,
        client: &Client,
    ) -> Result<(Guess, Place), Problem> {
        let key = self.gate_key().await?;
        let session = gate(key, "session", &[caller.session()]);
        let drawer = drawer(key, &caller.email().key());
        self.may_guess(session, drawer, client).await
    }

    /// Lets a try at what `last` is about through, with a place to be hashed.
    async fn may_guess(
        &self,
        last: Gate,
        drawer: Gate,
        client: &Client,
    ) -> Result<(Guess, Place), Problem> {
        let key = self.gate_key().await?;
        let network = gate(key, "address", &[client.network().as_bytes()]);
        let mut gates = vec![(network, &ADDRESS)];
        if let Some(site) = client.site() {
            gates.push((gate(key, "site", &[site.as_bytes()]), &SITE));
        }
        gates.push((last, &PERSON));
        let only: Vec<_> = gates.iter().map(|(gate, _)| *gate).collect();
        let now = self.now();
        let closed = |counts: &[Count]| {
            let latest = counts.iter().map(|count| count.closed_until).max();
            latest.filter(|until| *until > now)
        };
        // A look first, so that those who are refused write nothing, and take nobody's place in the
        // line while they wait for their answer.
        let counts = sign_ins::read(&self.store, &only).await.map_err(broken)?;
        if let Some(until) = closed(&counts) {
            return Err(refused_at_leisure(until, now).await);
        }
        let place = self.passwords.place()?;
        let mut refused = None;
        sign_ins::change(&self.store, &only, |counts| {
            refused = closed(counts);
            if refused.is_some() {
                return counts.to_vec();
            }
            let pairs = counts.iter().zip(&gates);
            pairs
                .map(|(count, (_, rule))| rule.after(*count, now))
                .collect()
        })
        .await
        .map_err(broken)?;
        match refused {
            Some(until) => {
                drop(place);
                Err(refused_at_leisure(until, now).await)
            }
            None => Ok((Guess { gates, drawer }, place)),
        }
    }

    /// The password was right: the failures of whom it is about are forgotten, and this try counts for
    /// nothing against where it came from.
    pub(crate) async fn guessed_right(&self, guess: Guess) -> Result<(), Problem> {
        let now = self.now();
        let only: Vec<_> = guess.gates.iter().map(|(gate, _)| *gate).collect();
        sign_ins::change(&self.store, &only, |counts| {
            let last = counts.len().saturating_sub(1);
            let opened = |(at, count): (usize, &Count)| Count {
                failures: if at == last {
                    0
                } else {
                    count.failures.saturating_sub(1)
                },
                closed_until: now,
            };
            counts.iter().enumerate().map(opened).collect()
        })
        .await
        .map_err(broken)
    }

    /// Forgets how often somebody's password was not known.
    pub(crate) async fn forget_guesses(&self, email: &Email) -> Result<(), Problem> {
        let key = self.gate_key().await?;
        let person = gate(key, "person", &[email.key().as_bytes()]);
        let now = self.now();
        sign_ins::change(&self.store, &[person], |counts| {
            let opened = Count {
                failures: 0,
                closed_until: now,
            };
            vec![opened; counts.len()]
        })
        .await
        .map_err(broken)
    }

    /// What buckets are drawn with.
    async fn gate_key(&self) -> Result<&[u8; 32], Problem> {
        let drawn = async || {
            let fresh = random::bytes()?;
            sign_ins::key(&self.store, &fresh).await.map_err(broken)
        };
        self.gate_key.get_or_try_init(drawn).await
    }
}

fn gate(key: &[u8; 32], counted: &'static str, what: &[&[u8]]) -> Gate {
    let mut hash = Sha256::new()
        .chain_update(b"relay.gate.v2")
        .chain_update(key)
        .chain_update(counted);
    for part in what {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let hash: [u8; 32] = hash.finalize().into();
    let [a, b, c, d, ..] = hash;
    Gate {
        counted,
        bucket: u32::from_be_bytes([a, b, c, d]) % BUCKETS,
    }
}

/// The drawer of an address in the spelling that all spellings have in common.
fn drawer(key: &[u8; 32], typed: &str) -> Gate {
    let Gate { counted, bucket } = gate(key, "told", &[typed.as_bytes()]);
    Gate {
        counted,
        bucket: bucket % DRAWERS,
    }
}

/// The refusal of a try that came too early, after a while: whoever asks again and again as soon as
/// they are answered takes next to nothing from others that way.
async fn refused_at_leisure(until: Timestamp, now: Timestamp) -> Problem {
    tokio::time::sleep(LEISURE).await;
    too_many(until, now)
}

fn too_many(until: Timestamp, now: Timestamp) -> Problem {
    let seconds = u64::try_from(until.0.saturating_sub(now.0)).unwrap_or(0);
    let seconds = seconds.div_ceil(1_000);
    let wait = match seconds {
        0..=1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        more => format!("{} minutes", more.div_ceil(60)),
    };
    Problem {
        retry_after: Some(seconds),
        ..Problem::new(
            ProblemKind::TooMany,
            "too_many_tries",
            format!("There were too many tries with a wrong password. Wait {wait} and try again."),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When tries get through that are made as soon as the gate is open, until `end` (seconds).
    fn tries(rule: &Rule, end: i64) -> Vec<i64> {
        let (mut count, mut made) = (Count::default(), Vec::new());
        let mut now = Timestamp(0);
        while now.0 < end * SECOND {
            made.push(now.0 / SECOND);
            count = rule.after(count, now);
            now = count.closed_until;
        }
        made
    }

    /// The most that fall into any stretch of so many seconds.
    fn most_in(stretch: i64, made: &[i64]) -> usize {
        let from = |start: &i64| {
            let inside = made
                .iter()
                .filter(|at| (*start..*start + stretch).contains(at));
            inside.count()
        };
        made.iter().map(from).max().unwrap_or(0)
    }

    #[test]
    fn waiting_doubles_and_has_an_end() {
        assert_eq!(tries(&PERSON, 700), [0, 0, 0, 0, 10, 30, 70, 150, 310, 630]);
        let later = tries(&PERSON, 100_000);
        let waits: Vec<_> = later.windows(2).map(|two| two[1] - two[0]).collect();
        assert_eq!(
            waits.iter().max(),
            Some(&900),
            "nobody is locked out for longer"
        );
    }

    #[test]
    fn the_limits_hold_in_every_stretch() {
        assert!(most_in(15 * 60, &tries(&PERSON, 100_000)) <= 10);
        assert!(most_in(60 * 60, &tries(&ADDRESS, 100_000)) <= 100);
    }

    #[test]
    fn waiting_for_it_to_be_forgotten_gains_nothing() {
        for (rule, stretch, most) in [(&PERSON, 15 * 60, 10), (&ADDRESS, 60 * 60, 100)] {
            for burst in 1..120 {
                let (mut count, mut made, mut now) = (Count::default(), Vec::new(), Timestamp(0));
                for number in 0..600 {
                    if number % burst == 0 {
                        now = count.closed_until.plus(rule.forgets);
                    }
                    made.push(now.0 / SECOND);
                    count = rule.after(count, now);
                    now = count.closed_until;
                }
                assert!(most_in(stretch, &made) <= most, "bursts of {burst}");
            }
        }
    }

    #[test]
    fn a_person_is_told_how_long() {
        let told = |milliseconds| {
            let problem = too_many(Timestamp(milliseconds), Timestamp(0));
            (problem.retry_after.unwrap(), problem.detail)
        };
        assert!(told(1).1.contains("Wait a second and"));
        assert_eq!(told(9_001).0, 10);
        assert!(told(640_000).1.contains("Wait 11 minutes and"));
    }
}
