//! `relay serve`: from flags to a listening server, and back to nothing at SIGTERM.
//!
//! The order matters: nothing is written before it is certain that the key fits the database and
//! that the address is free.

use std::io::Write;

use store::Store;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::assets::Site;
use crate::config::Serve;
use crate::failure::Failure;
use crate::key::KeySource;
use crate::place::Place;
use crate::state::{AppState, Doors};
use crate::{Outcome, environment, installation, listener, logging, place, routes, session};

/// Serves until it is told to stop.
pub(crate) fn run(options: Serve) -> Outcome {
    environment::take_key_out(options.key_file.is_some())?;
    if !logging::start() {
        tracing::warn!("RUST_LOG cannot be understood and is ignored");
    }
    place::keep_unreadable();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start: {error}")))?;
    runtime.block_on(serve(options))
}

async fn serve(options: Serve) -> Outcome {
    let place = Place::of(&options.place)?;
    let source = KeySource::of(options.key_file, place.key_file())?;
    let found = store::inspect(&place.database_url).await?;
    let decision = source.decide(&found)?;
    let site = Site::embedded().map_err(|error| Failure::failed(error.to_string()))?;
    if !site.is_built() {
        tracing::warn!("this relay was built without its scripts and styles");
    }
    let listener = TcpListener::bind(options.listen).await.map_err(|error| {
        Failure::failed(format!("cannot listen on {}: {error}", options.listen))
    })?;
    let address = listener.local_addr().map_err(|error| {
        Failure::failed(format!("cannot listen on {}: {error}", options.listen))
    })?;
    // Asked for before anybody can know that we run, so that no signal is lost.
    let mut signals = Signals::new()?;

    place.make()?;
    let store = Store::open(&place.database_url).await?;
    let ring = decision.carry_out()?;
    let service = installation::service(&store, &ring, installation::now).await?;
    // Nothing here opens a value yet, so nothing keeps the private half.
    drop(ring);
    let setup_code = service.setup_code().await?;

    let doors = Doors {
        public_url: options.public_url,
        loopback_only: address.ip().is_loopback(),
    };
    let state = AppState::new(service.clone(), installation::now, site, doors);
    let sweeping = tokio::spawn(session::sweep(service));
    tell(&format!("listening on http://{address}"))?;
    if let Some(code) = setup_code {
        tell(&format!("setup code: {code}"))?;
    }
    listener::serve(listener, routes::router(state), signals.any()).await;
    sweeping.abort();
    store.close().await;
    Ok(())
}

/// One line on stdout, for the person or the program that started the server.
fn tell(line: &str) -> Outcome {
    writeln!(std::io::stdout(), "{line}")
        .map_err(|error| Failure::failed(format!("cannot write to standard output: {error}")))
}

/// What ends a server.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> Result<Self, Failure> {
        let listen = |kind| {
            signal(kind).map_err(|error| Failure::failed(format!("cannot take signals: {error}")))
        };
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    async fn any(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
