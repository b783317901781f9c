//! Measures masking: megabytes a second of an ordinary log, while 100 values are known, and of the
//! same bytes when they are only copied. For `make bench`; prints one line of JSON.

use std::hint::black_box;
use std::time::Instant;

use engine::redaction::Redactor;

const VALUES: u64 = 100;
const LOG: usize = 64 * 1024 * 1024;
const PIECE: usize = 64 * 1024;
const ROUNDS: usize = 5;

fn main() {
    let redactor = Redactor::new();
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    for _ in 0..VALUES {
        redactor.learn(format!("{:016x}{:016x}/+{:08x}", next(), next(), next() >> 32).as_bytes());
    }
    let mut log = Vec::with_capacity(LOG + PIECE);
    while log.len() < LOG {
        let line = format!(
            "2026-11-22T{:02}:00:00Z INFO [worker-{}] fetched {:x} in {} ms, {} left\n",
            next() % 24,
            next() % 8,
            next(),
            next() % 1000,
            next() % 100_000
        );
        log.extend_from_slice(line.as_bytes());
    }
    let masked = median(|| {
        let mut stream = redactor.stream();
        let mut out = Vec::with_capacity(2 * PIECE);
        for piece in log.chunks(PIECE) {
            out.clear();
            stream.push(piece, &mut out);
            black_box(&out);
        }
        stream.finish(&mut out);
    });
    let copied = median(|| {
        let mut out = Vec::with_capacity(2 * PIECE);
        for piece in log.chunks(PIECE) {
            out.clear();
            out.extend_from_slice(piece);
            black_box(&out);
        }
    });
    let rate = |seconds| megabytes(&log) / seconds;
    let (masked, copied) = (rate(masked), rate(copied));
    println!(r#"{{"masked": {masked:.0}, "copied": {copied:.0}}}"#);
}

/// The seconds that it takes in the middle of several rounds.
fn median(work: impl Fn()) -> f64 {
    let mut rounds = [0.0; ROUNDS];
    for round in &mut rounds {
        let started = Instant::now();
        work();
        *round = started.elapsed().as_secs_f64();
    }
    rounds.sort_by(f64::total_cmp);
    rounds.get(ROUNDS / 2).copied().unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
fn megabytes(log: &[u8]) -> f64 {
    log.len() as f64 / 1e6
}
