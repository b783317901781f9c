//! What `make` calls: builds the site and the binary, runs the server, the checks and the measurements.
//!
//! `scripts/setup.sh` comes first; from there on everything a build needs is on this machine.

mod bench;
mod corpus;
mod failure;
mod files;
mod fuzz;
mod server;
mod shell;
mod site;
mod soak;
mod stamp;
mod test;

use failure::{Failure, Result};
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask VERB
  site         build dist/site: WASM, editor bundle, style sheet, precompressed
  build        build dist/relay: one binary with the site inside
  run [ARGS]   build site and server for development, then relay serve ARGS
  test         every check, in order, with its time
  fuzz N       every fuzz target of crates/language/fuzz for N seconds
  corpus       check the workflow files of the folder CORPUS against its manifest
  bench        build dist/relay and run the measurements of scripts/bench
  soak         build dist/relay and run the long rounds; adds their result to docs/soak.md";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let verb = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    match dispatch(&verb, &rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("relay: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(verb: &str, rest: &[String]) -> Result<()> {
    match (verb, rest) {
        ("site", []) => site::build(),
        ("build", []) => server::build().map(drop),
        ("run", arguments) => server::run(arguments),
        ("test", []) => test::run(),
        ("fuzz", [seconds]) => fuzz::run(seconds),
        ("corpus", []) => corpus::run(),
        ("bench", []) => bench::run(),
        ("soak", []) => soak::run(),
        _ => Err(Failure::new(USAGE)),
    }
}
