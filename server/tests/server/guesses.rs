//! Somebody guesses passwords for more than an hour, through the router, several at a time and each time
//! as soon as they are let: how many guesses get through. Time passes as they are told to wait.

use std::sync::atomic::{AtomicI64, Ordering};

use axum::http::StatusCode;
use model::{Role, Timestamp};
use server::state::Doors;

use crate::harness::{Browser, PASSWORD, TestApp, own_origin};

/// The time of the server under test, in milliseconds; no other test looks at it.
static NOW: AtomicI64 = AtomicI64::new(1_760_000_000_000);

fn clock() -> Timestamp {
    Timestamp(NOW.load(Ordering::Relaxed))
}

const MINUTE: i64 = 60_000;

/// Guesses, by what they have in common.
struct Attack {
    kind: &'static str,
    /// Whose password the guess of that number is about.
    email: fn(usize) -> String,
    /// Where it comes from.
    from: fn(usize) -> String,
    /// How many are made at one time.
    at_once: usize,
    /// How long it goes on.
    lasts: i64,
    /// So many at most get through in any stretch of so long.
    most: (usize, i64),
}

const ATTACKS: [Attack; 2] = [
    Attack {
        kind: "one person, from everywhere",
        email: |_| VICTIM.to_owned(),
        from: |number| format!("10.7.{}.{}", number / 256, number % 256),
        at_once: 8,
        lasts: 120 * MINUTE,
        most: (10, 15 * MINUTE),
    },
    Attack {
        kind: "everybody, from one network",
        email: |number| format!("somebody{number}@example.com"),
        from: |_| "192.0.2.1".to_owned(),
        at_once: 4,
        lasts: 75 * MINUTE,
        most: (100, 60 * MINUTE),
    },
];

const VICTIM: &str = "victim@example.com";

/// One try to sign in: `None` when the password was looked at and was wrong, else the seconds to wait.
async fn guess(mut browser: Browser, email: String, from: String) -> Option<i64> {
    let fields = [
        ("email", email.as_str()),
        ("password", "a guess at a password"),
    ];
    let headers = [
        own_origin(),
        ("accept", "application/json"),
        ("x-forwarded-for", from.as_str()),
    ];
    let answer = browser.post("log_in", &fields, &headers).await;
    match (answer.status, answer.code().as_str()) {
        (StatusCode::UNPROCESSABLE_ENTITY, "wrong_credentials") => None,
        (StatusCode::TOO_MANY_REQUESTS, "too_many_tries") => {
            Some(answer.header("retry-after").parse().unwrap())
        }
        _ => panic!("{answer:?}"),
    }
}

impl Attack {
    /// Makes it, and says when guesses got through, and how many were refused.
    async fn make(&self, app: &TestApp) -> (Vec<i64>, usize) {
        let (mut through, mut refused, mut number) = (Vec::new(), 0, 0);
        let end = clock().plus(self.lasts);
        while clock() < end {
            let next = number + self.at_once;
            let guesses: Vec<_> = (number..next)
                .map(|number| {
                    let (email, from) = ((self.email)(number), (self.from)(number));
                    tokio::spawn(guess(app.stranger(), email, from))
                })
                .collect();
            number = next;
            let mut wait = None;
            for told in guesses {
                match told.await.unwrap() {
                    None => through.push(clock().0),
                    Some(seconds) => {
                        refused += 1;
                        wait = Some(wait.map_or(seconds, |least: i64| least.min(seconds)));
                    }
                }
            }
            NOW.fetch_add(wait.unwrap_or(0) * 1_000, Ordering::Relaxed);
        }
        (through, refused)
    }
}

/// The most that fall into any stretch of so long.
fn most_in(stretch: i64, times: &[i64]) -> usize {
    let from = |start: &i64| {
        let inside = times
            .iter()
            .filter(|at| (*start..*start + stretch).contains(at));
        inside.count()
    };
    times.iter().map(from).max().unwrap_or(0)
}

#[tokio::test]
async fn only_so_many_guesses_get_through() {
    let doors = Doors {
        loopback_only: true,
        trusted_proxies: vec!["0.0.0.0/0".parse().unwrap()],
        ..Doors::default()
    };
    let app = TestApp::on_file(doors, clock).await;
    app.add(VICTIM, Role::Viewer).await;
    for attack in ATTACKS {
        let (through, refused) = attack.make(&app).await;
        let (most, stretch) = attack.most;
        let found = most_in(stretch, &through);
        let kind = attack.kind;
        assert!(found <= most, "{kind}: {found} in a stretch");
        // The limit was reached, so that there was something to hold.
        assert!(
            found * 10 >= most * 9 && refused > 50,
            "{kind}: {found}, {refused}"
        );
        // Whoever comes from elsewhere is let in meanwhile, and after the longest wait anybody is.
        NOW.fetch_add(15 * MINUTE, Ordering::Relaxed);
        let right = [("email", VICTIM), ("password", PASSWORD)];
        let answer = app.stranger().call("log_in", &right).await;
        assert!(answer.status.is_success(), "{kind}: {answer:?}");
    }
}
