//! The command line as people type it. Every flag of `serve` can also be set as `RELAY_<FLAG>`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use model::Role;

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
    Serve(Serve),
    /// Manage the people who can sign in
    #[command(subcommand)]
    User(UserCommand),
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
    /// Where the rows are.
    #[command(flatten)]
    pub place: Place,
    /// The vault's private key, readable by its owner alone; `-` reads it from standard input.
    /// The key itself may also be in `RELAY_VAULT_KEY`, which is erased from the environment
    /// [default: vault.key in the data directory]
    #[arg(long, env = "RELAY_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// The address people use, when it is not the one listened on, such as `https://relay.example`
    #[arg(long, env = "RELAY_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<PublicUrl>,
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

    #[test]
    fn a_flag_that_does_nothing_does_not_exist() {
        for flag in [
            "--runner=process",
            "--role=web",
            "--metadata-listen=127.0.0.1:1",
        ] {
            assert!(
                Cli::try_parse_from(["relay", "serve", flag]).is_err(),
                "{flag}"
            );
        }
    }
}
