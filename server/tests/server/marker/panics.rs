//! A panic tells where it happened, and nothing of what was being worked on: neither on stderr, nor
//! to whoever waits for what has panicked.

use std::process::Command;
use std::str::FromStr;

use super::search::found_in;
use super::values::CANARIES;

/// Says to the program of these tests that it is the one that has to panic.
const PANICS: &str = "RELAY_TEST_PANICS";

/// Reads nothing, and complains with what it was given.
struct NeverRead;

impl FromStr for NeverRead {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Err(text.to_owned())
    }
}

/// Panics with every value in the words, in the ways in which a program does so by accident.
#[test]
fn panics_when_it_is_told_to() {
    if std::env::var_os(PANICS).is_none() {
        return;
    }
    server::panics::tell_no_values();
    for canary in CANARIES.iter() {
        let value = canary.value.clone();
        let panicked: [fn(String); 3] = [
            // In the middle of a character.
            |value| drop(format!("é{value}")[1..].to_owned()),
            |value| value.parse::<NeverRead>().map(drop).unwrap(),
            |value| assert_eq!(value, ""),
        ];
        for panics in panicked {
            let value = value.clone();
            assert!(std::thread::spawn(move || panics(value)).join().is_err());
        }
    }
    // Fixed words are told.
    let fixed =
        std::thread::spawn(|| assert!(std::env::args().count() > 1000, "words that are fixed"));
    assert!(fixed.join().is_err());
}

#[test]
fn a_panic_tells_where_and_no_value() {
    let name = "marker::panics::panics_when_it_is_told_to";
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(PANICS, "1")
        .env("RUST_BACKTRACE", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{}", said.len());
    assert_eq!(found_in(&output.stderr), [""; 0]);
    assert_eq!(found_in(&output.stdout), [""; 0]);
    let places = said.matches("relay: panicked at ").count();
    assert_eq!(places, 3 * CANARIES.len() + 1, "{said}");
    assert!(
        said.contains("marker/panics.rs") && said.contains("withheld"),
        "{said}"
    );
    assert!(said.contains(": words that are fixed"), "{said}");
}
