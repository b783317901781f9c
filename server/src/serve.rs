//! `relay serve`: from flags to a listening server, and back to nothing at SIGTERM.
//!
//! The order matters: nothing is written before it is certain that the key fits the database and
//! that the addresses are free; nothing runs before it is certain that no other server runs steps
//! of the same SQLite database.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use engine::{Engine, Limits, Settings};
use opener::Keys;
use service::Service;
use store::Store;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::assets::Site;
use crate::cidr::Cidr;
use crate::config::{Serve, Steps};
use crate::failure::Failure;
use crate::key::{Decision, KeySource};
use crate::listener::{Crowd, Listener, Refusals};
use crate::place::Place;
use crate::public_key::PublicKeys;
use crate::state::{AppState, Doors};
use crate::stop::{Stop, Stopper};
use crate::tls::Tls;
use crate::{
    Outcome, environment, installation, listener, logging, metadata, open_files, place, routes,
    session,
};

/// Attempts under way at one time: steps mostly wait for others, so there are more than cores.
const SLOTS_PER_CORE: usize = 2;

/// Even a small machine lets some steps wait beside one that works.
const FEWEST_SLOTS: usize = 4;

/// Connections of people that are open at one time; those that come later wait for a place.
const PAGE_CONNECTIONS: usize = 4096;

/// Connections of people from one network that are open at one time; those that come later are closed.
const PEER_CONNECTIONS: usize = 256;

/// Connections of steps that are open at one time.
const STEP_CONNECTIONS: usize = 1024;

/// How long requests in flight may go on after the signal.
const FAREWELL: Duration = Duration::from_secs(8);

/// How long a step's request may go on when no step is left.
const STEPS_FAREWELL: Duration = Duration::from_millis(500);

/// Pages without an engine would show runs, or a rotation, that never go on.
const ENGINE_ENDED: &str = "a part of the engine, which carries out runs, has failed, as the lines \
                            before tell, so it ends; started again, it goes on with every run";

/// Serves until it is told to stop.
pub(crate) fn run(options: Serve) -> Outcome {
    if options.role.runs_steps() {
        environment::take_key_out(options.key_file.is_some())?;
        if options.public_key_file.is_some() {
            return Err(Failure::Usage(
                "--public-key-file is for --role web: every other role has the private key"
                    .to_owned(),
            ));
        }
    } else {
        environment::refuse_key(options.key_file.is_some())?;
    }
    if !logging::start() {
        tracing::warn!("RUST_LOG cannot be understood and is ignored");
    }
    place::keep_unreadable();
    open_files::raise();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start: {error}")))?;
    runtime.block_on(serve(options))
}

async fn serve(options: Serve) -> Outcome {
    let place = Place::of(&options.place)?;
    let role = options.role;
    let keys = options.key_file.iter().chain(&options.tls_key);
    let hidden = place.hidden(keys.cloned());
    let known = Known::of(&options, &place).await?;
    let site = Site::embedded().map_err(|error| Failure::failed(error.to_string()))?;
    if !site.is_built() {
        tracing::warn!("this relay was built without its scripts and styles");
    }
    let tls = match options.tls_cert.zip(options.tls_key) {
        Some((certificate, key)) => Some(Tls::of(certificate, key)?),
        None => None,
    };
    let (listener, address) = bind(options.listen).await?;
    let metadata_listener = if role.runs_steps() {
        Some(bind(options.metadata_listen).await?)
    } else {
        None
    };
    // Asked for before anybody can know that we run, so that no signal is lost.
    let mut signals = Signals::new()?;

    place.make()?;
    let store = Store::open(&place.database_url).await?;
    let (mut service, keys) = known.carry_out(&store).await?;
    if options.require_browser_sealing {
        service = service.requiring_browser_sealing();
    }
    let mut engine = None;
    let mut steps = None;
    if let (Some((listener, address)), Some(keys)) = (metadata_listener, keys) {
        let settings = settings(options.steps, hidden, address);
        // The private half goes to the engine; nothing else keeps it.
        let started = start_engine(&store, &service, keys, settings).await?;
        steps = Some((listener, metadata::router(Arc::clone(&started))));
        engine = Some(started);
    }
    let setup_code = if role.serves_pages() {
        service.setup_code().await?
    } else {
        None
    };

    let (stopper, stop) = Stopper::new();
    let (steps_stopper, steps_stop) = Stopper::new();
    let doors = Doors {
        public_url: options.public_url,
        loopback_only: address.ip().is_loopback(),
        tls: tls.is_some(),
        trusted_proxies: options.trusted_proxy,
    };
    warn_about(&doors);
    let scheme = doors.scheme();
    let (tls, renewal) = tls.unzip();
    let renewing = renewal.map(|renewal| tokio::spawn(renewal.keep()));
    let listener = Listener {
        tcp: listener,
        tls,
        crowd: Some(Crowd::new(PEER_CONNECTIONS, everybody_behind(&doors))),
    };
    let clock = installation::now;
    let state = AppState::new(service.clone(), clock, site, doors, stop.clone());
    let refusals = Refusals::of(|status| routes::unreadable(&state.doors, status)).await;
    let sweeping = tokio::spawn(session::sweep(service));
    tell(&format!("listening on {scheme}://{address}"))?;
    if let Some(code) = setup_code {
        tell(&format!("setup code: {code}"))?;
    }
    let front = if role.serves_pages() {
        routes::router(state)
    } else {
        routes::without_pages(state)
    };
    let ((), (), ended) = tokio::join!(
        listener::serve(
            listener,
            PAGE_CONNECTIONS,
            front,
            refusals,
            stop.requested(),
            FAREWELL
        ),
        serve_steps(steps, steps_stop),
        async {
            let ended = tokio::select! {
                () = signals.any() => Ok(()),
                () = ended(engine.as_deref()) => Err(Failure::failed(ENGINE_ENDED)),
            };
            stopper.stop();
            if let Some(engine) = engine {
                engine.stop().await;
            }
            steps_stopper.stop();
            ended
        }
    );
    sweeping.abort();
    if let Some(renewing) = renewing {
        renewing.abort();
    }
    store.close().await;
    ended
}

/// Answers steps, where there is an engine, until the last one has ended.
async fn serve_steps(steps: Option<(TcpListener, Router)>, stop: Stop) {
    if let Some((listener, steps)) = steps {
        let refusals = Refusals::of(metadata::unreadable).await;
        listener::serve(
            listener,
            STEP_CONNECTIONS,
            steps,
            refusals,
            stop.requested(),
            STEPS_FAREWELL,
        )
        .await;
    }
}

/// The networks that many people may come from: proxies that say so, and this machine, where a proxy
/// may stand that nobody has told us of.
fn everybody_behind(doors: &Doors) -> Vec<Cidr> {
    let here = [
        Cidr::of(Ipv4Addr::LOCALHOST.into(), 8),
        Cidr::of(Ipv6Addr::LOCALHOST.into(), 128),
    ];
    here.into_iter()
        .chain(doors.trusted_proxies.iter().copied())
        .collect()
}

/// What has to be said about how people reach the server.
fn warn_about(doors: &Doors) {
    if doors.https() && !doors.tls && doors.trusted_proxies.is_empty() {
        tracing::warn!(
            "people reach this server through a proxy, and no --trusted-proxy is named: it takes \
             everybody for one client, and whoever guesses passwords keeps all of them from \
             signing in"
        );
    }
}

/// Waits until the engine has failed; for ever where there is none.
async fn ended(engine: Option<&Engine>) {
    match engine {
        Some(engine) => engine.ended().await,
        None => std::future::pending().await,
    }
}

/// What this process knows of the vault's key, by its role.
enum Known {
    /// The private half.
    Private(Decision),
    /// The public half: of a file, or else of the database.
    Public(Option<PublicKeys>),
}

impl Known {
    /// Decides before anything is written. A server of role `web` looks at no private key, wherever
    /// one may lie.
    async fn of(options: &Serve, place: &Place) -> Result<Self, Failure> {
        if options.role.runs_steps() {
            let source = KeySource::of(options.key_file.clone(), place.key_file())?;
            let found = store::inspect(&place.database_url).await?;
            source.decide(&found).map(Self::Private)
        } else {
            let found = store::inspect(&place.database_url).await?;
            let file = options.public_key_file.as_deref();
            PublicKeys::decide(file, &found).map(Self::Public)
        }
    }

    /// The use cases, and the private keys where there are any.
    async fn carry_out(self, store: &Store) -> Result<(Service, Option<Keys>), Failure> {
        let clock = installation::now;
        match self {
            Self::Private(decision) => {
                let keys = decision.carry_out()?;
                let service = installation::service(store, &keys.ring(), clock).await?;
                Ok((service, Some(keys)))
            }
            Self::Public(pinned) => {
                let service = installation::sealing_service(store, pinned, clock).await?;
                Ok((service, None))
            }
        }
    }
}

async fn bind(wanted: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
    let cannot = |error| Failure::failed(format!("cannot listen on {wanted}: {error}"));
    let listener = TcpListener::bind(wanted).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    Ok((listener, address))
}

fn settings(flags: Steps, hidden: Vec<PathBuf>, metadata: SocketAddr) -> Settings {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Settings {
        runner: flags.runner.into(),
        allow_unsandboxed: flags.allow_unsandboxed,
        hidden,
        metadata: reachable(metadata),
        slots: (cores * SLOTS_PER_CORE).max(FEWEST_SLOTS),
        tools: flags.step_tools,
        limits: Limits::default(),
        allow_private_input_files: flags.allow_private_input_files,
    }
}

/// The address under which steps of this machine reach a listener.
fn reachable(bound: SocketAddr) -> SocketAddr {
    let ip = match bound.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, bound.port())
}

async fn start_engine(
    store: &Store,
    service: &Service,
    keys: Keys,
    settings: Settings,
) -> Result<Arc<Engine>, Failure> {
    tracing::info!(address = %settings.metadata, "steps reach the metadata API");
    let (store, account) = (store.clone(), service.account().clone());
    let engine = Engine::start(store, account, keys, settings, installation::now)
        .await
        .map_err(|error| Failure::failed(error.to_string()))?;
    let reason = engine.runner_words().reason();
    if !reason.is_empty() {
        tracing::warn!(reason, "no step can run here, and runs are refused");
    }
    Ok(Arc::new(engine))
}

/// One line on stdout, for the person or the program that started the server.
pub(crate) fn tell(line: &str) -> Outcome {
    writeln!(std::io::stdout(), "{line}")
        .map_err(|error| Failure::failed(format!("cannot write to standard output: {error}")))
}

/// What ends a server.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From now on the signals end nothing by themselves. To be called inside a runtime.
    pub(crate) fn new() -> Result<Self, Failure> {
        let listen = |kind| {
            signal(kind).map_err(|error| Failure::failed(format!("cannot take signals: {error}")))
        };
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    /// Waits for one of them.
    pub(crate) async fn any(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
