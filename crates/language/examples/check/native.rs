//! The measurement with the machine's own clock.

use std::fs;
use std::hint::black_box;
use std::thread;
use std::time::Instant;

use language::VOCABULARY;
use model::Holdings;
use serde_json::{Value, json};

use crate::{memory, text, work};

/// Rounds; in each the three kinds of work take turns. The first only warms up.
const ROUNDS: usize = 101;

/// For each hostile text; these are slower and need no second digit.
const HOSTILE_ROUNDS: usize = 6;

/// Milliseconds of every round, in order.
pub(crate) fn measure() -> Value {
    let text = text::workflow();
    let holdings = work::holdings();
    assert_eq!((work::parse(&text), work::check(&text)), (0, 0));

    let (mut parse, mut check, mut compare) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        parse.push(milliseconds(|| work::parse(&text)));
        check.push(milliseconds(|| work::check(&text)));
        compare.push(milliseconds(|| work::check_and_compare(&text, &holdings)));
    }
    json!({
        "lines": text.lines().count(),
        "bytes": text.len(),
        "clock": if processor_time().is_some() { "processor" } else { "wall" },
        "parse": parse.split_off(1),
        "check": check.split_off(1),
        "compare": compare.split_off(1),
        "workflow": text,
        "vocabulary": VOCABULARY,
        "hostile": text::hostile().iter().map(|one| hostile(one, &holdings)).collect::<Vec<_>>(),
    })
}

fn hostile((name, text): &(&str, String), holdings: &Holdings) -> Value {
    let mut times = rounds(|| work::check(text));
    let place = |place| rounds(|| work::assist(text, holdings, VOCABULARY, place));
    json!({
        "name": name,
        "text": text,
        "check": times.split_off(1),
        "assist": (0..work::PLACES).map(place).collect::<Vec<_>>(),
        "memory": memory::taken(memory::CHECK, text),
        "assistMemory": memory::taken(memory::ASSIST, text),
    })
}

/// Milliseconds of every round.
fn rounds(work: impl Fn() -> usize) -> Vec<f64> {
    (0..HOSTILE_ROUNDS).map(|_| milliseconds(&work)).collect()
}

fn milliseconds(mut work: impl FnMut() -> usize) -> f64 {
    let (busy, started) = (processor_time(), Instant::now());
    black_box(work());
    let elapsed = started.elapsed().as_secs_f64() * 1000.0;
    match (busy, processor_time()) {
        (Some(before), Some(after)) => after - before,
        _ => elapsed,
    }
}

/// Milliseconds that this thread has computed: what other programs take meanwhile is not in it.
/// `None` where the kernel does not say.
fn processor_time() -> Option<f64> {
    // The kernel brings the figure up to date when it chooses what runs next.
    thread::yield_now();
    let line = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = line.split(' ').next()?.parse().ok()?;
    Some(nanoseconds / 1e6)
}
