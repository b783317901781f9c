//! `relay keys`: the vault's keys, beside a running server as well as without one.

mod new;
mod public;
mod remove;
mod rotate;
mod status;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use service::Service;
use store::{Inspection, Store};

use crate::config;
use crate::failure::Failure;
use crate::installation::keyless_service;
use crate::key::KeySource;
use crate::place::Place;
use crate::{Outcome, environment};

/// What can be done about keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Tell which keys there are, how many values are sealed to each, and how far a rotation is
    Status(Source),
    /// Seal new values to a new key from now on, and everything else again; waits until that is done
    Rotate(Source),
    /// Let an older key go that no value needs any more, and remove its file
    Remove(Remove),
    /// Print the public key, for `relay serve --role web --public-key-file`. It is no secret
    Public(Source),
    /// Write a new key to a new file, for a rotation of keys that are not in the data directory
    New(New),
}

/// Where the rows and the keys are.
#[derive(Debug, Args)]
pub struct Source {
    /// Where the rows are.
    #[command(flatten)]
    pub place: config::Place,
    /// The vault's private key; see `relay serve --help`
    #[arg(long, env = "RELAY_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}

/// Flags of `relay keys remove`.
#[derive(Debug, Args)]
pub struct Remove {
    /// The id of the key, as `relay keys status` tells it
    #[arg(value_name = "ID")]
    pub id: String,
    /// Give up the values that can only be opened with this key. They have to be typed again
    #[arg(long)]
    pub lose_values: bool,
    /// Where the rows and the keys are.
    #[command(flatten)]
    pub source: Source,
}

/// Flags of `relay keys new`.
#[derive(Debug, Args)]
pub struct New {
    /// The file to make; one that exists is not touched
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Does one of them.
pub(crate) fn run(command: KeysCommand) -> Outcome {
    match command {
        KeysCommand::Status(source) => status::run(&source),
        KeysCommand::Rotate(source) => {
            environment::take_key_out(source.key_file.is_some())?;
            rotate::run(source)
        }
        KeysCommand::Remove(options) => remove::run(&options),
        KeysCommand::Public(source) => {
            environment::take_key_out(source.key_file.is_some())?;
            public::run(&source)
        }
        KeysCommand::New(options) => new::run(&options),
    }
}

/// A database that has a key, and its use cases.
struct Opened {
    found: Inspection,
    store: Store,
    service: Service,
}

async fn open(place: &Place) -> Result<Opened, Failure> {
    let found = store::inspect(&place.database_url).await?;
    if !found.ever_held_key {
        return Err(Failure::failed(
            "this database has no key yet: the first `relay serve` makes one",
        ));
    }
    let store = Store::open(&place.database_url).await?;
    let service = keyless_service(&store).await?;
    Ok(Opened {
        found,
        store,
        service,
    })
}

/// The source of the keys and the place of the rows.
fn places(source: &Source) -> Result<(Place, KeySource), Failure> {
    let place = Place::of(&source.place)?;
    let keys = KeySource::of(source.key_file.clone(), place.key_file())?;
    Ok((place, keys))
}

fn block_on(work: impl Future<Output = Outcome>) -> Outcome {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start: {error}")))?
        .block_on(work)
}
