//! The binary `relay`: the command line, and the server that owns every door.
//!
//! A reader who looks for
//! - the routes and the layers around them finds all of them in [`routes`],
//! - the command line in [`config`], what its commands do in [`serve`], [`users`] and [`validate`],
//! - the pages and server functions in [`pages`]; their content is the crate `app`,
//! - what steps ask for in [`metadata`].
//!
//! What this crate refuses to do:
//! - It opens no sealed value. It loads the private key to prove at the start that it is the right
//!   one, hands it to the engine once, and keeps the public half.
//! - It decides no permission: sessions end in an `Option<Caller>`, and `service` asks it for more.
//! - It writes no SQL, and no line about a request's query, body or cookies.
//! - No flag exists before it does something.

// Optimised, the deeply nested types of `app`'s views are laid out here.
#![recursion_limit = "512"]

pub mod assets;
mod backup;
pub mod cidr;
pub mod client;
pub mod config;
mod cookies;
mod environment;
pub mod failure;
pub mod headers;
mod health;
mod hex;
pub mod host;
pub mod installation;
mod key;
mod keys;
mod ledger;
pub mod limit;
mod listener;
pub mod logging;
pub mod metadata;
pub mod method;
mod open_files;
pub mod origin;
pub mod pages;
pub mod panics;
mod parts;
mod place;
pub mod problem;
pub mod public_key;
pub mod public_url;
pub mod routes;
mod runs;
mod serve;
pub mod session;
mod standing;
pub mod state;
pub mod stop;
mod tls;
mod users;
mod validate;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use crate::config::{Cli, Command, UserCommand, WorkflowCommand};
use crate::failure::Failure;

/// Runs the command line. Exit code 0: done; 1: failed; 2: wrong usage.
///
/// Must be called before any thread is started: the file mode mask belongs to the whole process.
pub fn run() -> ExitCode {
    panics::tell_no_values();
    place::keep_private();
    let done = match Cli::parse().command {
        Command::Serve(options) => serve::run(*options),
        Command::User(UserCommand::Add(options)) => users::add(options),
        Command::User(UserCommand::SetPassword(options)) => users::set_password(options),
        Command::User(UserCommand::Enable(options)) => users::enable(&options),
        Command::Backup(options) => backup::make::run(&options),
        Command::Restore(options) => backup::restore::run(options),
        Command::Ledger(command) => ledger::run(command),
        Command::Keys(command) => keys::run(command),
        Command::Workflow(WorkflowCommand::Validate(options)) => validate::run(options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody is left to tell when stderr is gone.
            let _ = writeln!(std::io::stderr(), "relay: {failure}");
            failure.exit_code()
        }
    }
}

/// What ends a command early.
type Outcome = Result<(), Failure>;
