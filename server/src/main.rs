//! The binary `relay`.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::run()
}
