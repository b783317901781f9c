//! The command line as people type it. Every flag of `serve` can also be set as `RELAY_<FLAG>`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use engine::RunnerChoice;
use model::Role;

use crate::backup::{Backup, Restore};
use crate::cidr::Cidr;
use crate::keys::KeysCommand;
use crate::ledger::LedgerCommand;
use crate::public_url::PublicUrl;

/// Workflows that hold credentials nobody can read again.
#[derive(Debug, Parser)]
#[command(name = "relay", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the pages until SIGTERM or SIGINT
    Serve(Box<Serve>),
    /// Manage the people who can sign in
    #[command(subcommand)]
    User(UserCommand),
    /// Copy a SQLite database beside a running server; no key is in the copy
    Backup(Backup),
    /// Put a copy into an empty data directory
    Restore(Restore),
    /// Prove that the ledger is the one that was written
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// See the vault's keys, and rotate them
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Work with workflow texts
    #[command(subcommand)]
    Workflow(WorkflowCommand),
}

/// Flags of `relay serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(
        long,
        env = "RELAY_LISTEN",
        default_value = "127.0.0.1:3000",
        value_name = "ADDRESS"
    )]
    pub listen: SocketAddr,
    /// Address and port where steps ask for their values; port 0 takes a free one
    #[arg(
        long,
        env = "RELAY_METADATA_LISTEN",
        default_value = "127.0.0.1:3001",
        value_name = "ADDRESS"
    )]
    pub metadata_listen: SocketAddr,
    /// What runs steps
    #[command(flatten)]
    pub steps: Steps,
    /// Where the rows are.
    #[command(flatten)]
    pub place: Place,
    /// The vault's private key, readable by its owner alone; `-` reads it from standard input.
    /// The key itself may also be in `RELAY_VAULT_KEY`, which is erased from the environment
    /// [default: vault.key in the data directory]
    #[arg(long, env = "RELAY_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// What this process does: `web` serves the pages and knows the public key alone, `engine` runs
    /// steps and serves no pages
    #[arg(long, env = "RELAY_ROLE", value_enum, default_value_t)]
    pub role: ServerRole,
    /// The public key that a server of role `web` seals values to, as `relay keys public` printed it
    /// [default: what the database says]
    #[arg(long, env = "RELAY_PUBLIC_KEY_FILE", value_name = "FILE")]
    pub public_key_file: Option<PathBuf>,
    /// Take values only when the browser has sealed them; forms then need JavaScript
    #[arg(
        long,
        env = "RELAY_REQUIRE_BROWSER_SEALING",
        value_parser = BoolishValueParser::new()
    )]
    pub require_browser_sealing: bool,
    /// The address people use, when it is not the one listened on, such as `https://relay.example`
    #[arg(long, env = "RELAY_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<PublicUrl>,
    /// Speak TLS with this certificate, in PEM, followed by those that vouch for it; a renewed file is
    /// taken up by itself
    #[arg(
        long,
        env = "RELAY_TLS_CERT",
        value_name = "FILE",
        requires = "tls_key"
    )]
    pub tls_cert: Option<PathBuf>,
    /// The private key of the certificate, in PEM
    #[arg(
        long,
        env = "RELAY_TLS_KEY",
        value_name = "FILE",
        requires = "tls_cert"
    )]
    pub tls_key: Option<PathBuf>,
    /// Addresses of proxies that are believed when they say for whom they ask (`X-Forwarded-For`), such
    /// as `10.0.0.0/8`. Can be given several times, in the variable separated by commas
    #[arg(
        long,
        env = "RELAY_TRUSTED_PROXY",
        value_name = "CIDR",
        value_delimiter = ','
    )]
    pub trusted_proxy: Vec<Cidr>,
}

/// What one process of Relay does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ServerRole {
    /// Everything
    #[default]
    All,
    /// The pages, without the private key
    Web,
    /// The steps and what they ask for, without pages
    Engine,
}

impl ServerRole {
    /// Whether people find their pages here.
    pub fn serves_pages(self) -> bool {
        self != Self::Engine
    }

    /// Whether steps run here, and the private key is loaded.
    pub fn runs_steps(self) -> bool {
        self != Self::Web
    }
}

/// How steps run.
#[derive(Debug, Args)]
pub struct Steps {
    /// What runs steps: `process` runs what they carry themselves in a sandbox of bubblewrap, and
    /// `auto` does so where that works
    #[arg(long, env = "RELAY_RUNNER", value_enum, default_value_t)]
    pub runner: Runner,
    /// Run steps without a sandbox where there is none. They can then read whatever this user can
    #[arg(
        long,
        env = "RELAY_ALLOW_UNSANDBOXED",
        value_parser = BoolishValueParser::new()
    )]
    pub allow_unsandboxed: bool,
    /// Directory of programs that steps can read; its `bin` comes first in their PATH. Can be given
    /// several times, in the variable separated by colons
    #[arg(
        long,
        env = "RELAY_STEP_TOOLS",
        value_name = "DIR",
        value_delimiter = ':'
    )]
    pub step_tools: Vec<PathBuf>,
    /// Fetch the `inputFile` of a step from private networks and this machine too
    #[arg(
        long,
        env = "RELAY_ALLOW_PRIVATE_INPUT_FILES",
        value_parser = BoolishValueParser::new()
    )]
    pub allow_private_input_files: bool,
}

/// The runners there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Runner {
    /// The first one that works here; without any, runs are refused with the reason
    #[default]
    Auto,
    /// Processes on this machine; where that does not work the server refuses to start
    Process,
}

impl From<Runner> for RunnerChoice {
    fn from(runner: Runner) -> Self {
        match runner {
            Runner::Auto => Self::Auto,
            Runner::Process => Self::Process,
        }
    }
}

/// Where the rows are; the same for every command.
#[derive(Debug, Args)]
pub struct Place {
    /// Directory of the database and the key [default: relay in the user's data folder]
    #[arg(long, env = "RELAY_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Database to use instead of SQLite in the data directory, such as `postgres://…`
    #[arg(
        long,
        env = "RELAY_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
}

/// What can be done with workflow texts.
#[derive(Debug, Subcommand)]
pub enum WorkflowCommand {
    /// Check files and show what is wrong with them; needs no server and no database
    Validate(Validate),
}

/// Flags of `relay workflow validate`.
#[derive(Debug, Args)]
pub struct Validate {
    /// The files to check
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Print one line of JSON per file instead of sentences
    #[arg(long)]
    pub json: bool,
}

/// What can be done about people.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add a person; works before the first start and beside a running server
    Add(AddUser),
    /// Give a person another password and end their sessions
    SetPassword(SetPassword),
}

/// Flags of `relay user add`.
#[derive(Debug, Args)]
pub struct AddUser {
    /// The address they sign in with
    #[arg(long, value_name = "ADDRESS")]
    pub email: String,
    /// How they want to be called
    #[arg(long)]
    pub name: String,
    /// viewer, operator, approver or administrator
    #[arg(long)]
    pub role: Role,
    /// Where the password comes from.
    #[command(flatten)]
    pub password: Password,
    /// Where the rows are.
    #[command(flatten)]
    pub place: Place,
}

/// Flags of `relay user set-password`.
#[derive(Debug, Args)]
pub struct SetPassword {
    /// The address they sign in with
    #[arg(long, value_name = "ADDRESS")]
    pub email: String,
    /// Where the password comes from.
    #[command(flatten)]
    pub password: Password,
    /// Where the rows are.
    #[command(flatten)]
    pub place: Place,
}

/// Where a password comes from. Not from an argument: every user of the machine can read those.
#[derive(Debug, Args)]
pub struct Password {
    /// Read the password from standard input; one newline at its end is dropped
    #[arg(long, required = true)]
    pub password_stdin: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_flag_of_serve_is_also_a_variable() {
        let cli = Cli::command();
        let serve = cli.find_subcommand("serve").unwrap();
        for flag in serve
            .get_arguments()
            .filter(|flag| flag.get_long().is_some_and(|l| l != "help"))
        {
            let long = flag.get_long().unwrap();
            let variable = format!("RELAY_{}", long.replace('-', "_").to_uppercase());
            assert_eq!(
                flag.get_env().unwrap().to_str(),
                Some(variable.as_str()),
                "--{long}"
            );
        }
    }

    fn serve(arguments: &[&str]) -> Serve {
        let all = ["relay", "serve"].iter().chain(arguments);
        match Cli::try_parse_from(all).unwrap().command {
            Command::Serve(options) => *options,
            _ => panic!("another command"),
        }
    }

    #[test]
    fn steps_run_in_a_sandbox_unless_somebody_says_otherwise() {
        let usual = serve(&[]);
        assert_eq!(usual.metadata_listen.to_string(), "127.0.0.1:3001");
        assert_eq!(usual.steps.runner, Runner::Auto);
        assert!(!usual.steps.allow_unsandboxed && !usual.steps.allow_private_input_files);
        let other = serve(&[
            "--runner=process",
            "--allow-unsandboxed",
            "--step-tools=/a:/b",
            "--step-tools",
            "/c",
        ]);
        assert_eq!(other.steps.runner, Runner::Process);
        assert!(other.steps.allow_unsandboxed);
        assert_eq!(
            other.steps.step_tools,
            ["/a", "/b", "/c"].map(PathBuf::from)
        );
    }

    #[test]
    fn a_flag_that_does_nothing_does_not_exist() {
        let flag = "--runner=docker";
        assert!(Cli::try_parse_from(["relay", "serve", flag]).is_err());
    }

    #[test]
    fn a_certificate_needs_its_key_and_the_other_way_round() {
        for flag in ["--tls-cert=a", "--tls-key=b", "--trusted-proxy=10.0.0.0/33"] {
            let refused = Cli::try_parse_from(["relay", "serve", flag]);
            assert!(refused.is_err(), "{flag}");
        }
        let both = serve(&[
            "--tls-cert=a",
            "--tls-key=b",
            "--trusted-proxy=10.0.0.0/8,::1",
        ]);
        assert_eq!(both.trusted_proxy.len(), 2);
        assert!(both.tls_cert.is_some() && both.tls_key.is_some());
    }
}
