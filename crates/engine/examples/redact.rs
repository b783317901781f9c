//! Measures masking: megabytes a second of an ordinary log, while 100 values are known.
//!
//! `cargo run --release -p engine --example redact` prints one line.

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
    let mut rates: Vec<f64> = (0..ROUNDS).map(|_| rate(&redactor, &log)).collect();
    rates.sort_by(f64::total_cmp);
    println!(
        "masking with {VALUES} values: {:.0} MB/s",
        rates.get(ROUNDS / 2).copied().unwrap_or_default()
    );
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
fn rate(redactor: &Redactor, log: &[u8]) -> f64 {
    let mut stream = redactor.stream();
    let mut out = Vec::with_capacity(2 * PIECE);
    let started = Instant::now();
    for piece in log.chunks(PIECE) {
        out.clear();
        stream.push(piece, &mut out);
        black_box(&out);
    }
    stream.finish(&mut out);
    log.len() as f64 / 1e6 / started.elapsed().as_secs_f64()
}
