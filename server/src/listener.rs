//! Accepts connections until it is told to stop, and gives the open ones time to finish. Only so
//! many are open at one time; the system keeps the next ones waiting.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::ServiceExt;

use crate::client::Peer;
use crate::listener::patient::Patient;
use crate::listener::refusing::{Refusing, Standing};
use crate::tls::Tls;

mod crowd;
mod hangup;
mod patient;
mod refusing;

pub(crate) use crowd::Crowd;
pub(crate) use hangup::Hangup;
pub(crate) use refusing::Refusals;

/// How long a connection may take to say what it wants, or stay open without wanting anything.
const SILENCE: Duration = Duration::from_secs(10);

/// How long the other side may take nothing of an answer.
const STALL: Duration = Duration::from_secs(30);

/// Pause after a failed accept: out of file descriptors, the next one fails as well.
const BREATH: Duration = Duration::from_millis(50);

/// A bound address, and how it is spoken to.
pub(crate) struct Listener {
    /// Bound.
    pub(crate) tcp: TcpListener,
    /// TLS, unless it is spoken to in the clear.
    pub(crate) tls: Option<Tls>,
    /// How many each network may have open, if that is limited.
    pub(crate) crowd: Option<Crowd>,
}

impl From<TcpListener> for Listener {
    fn from(tcp: TcpListener) -> Self {
        Self {
            tcp,
            tls: None,
            crowd: None,
        }
    }
}

/// Serves `app` to at most `most` connections at one time until `stop` is ready, and then for at
/// most `farewell` what has begun. Each request carries the [`Peer`] it comes from and the [`Hangup`]
/// of its connection; what is none is answered by `refusals`.
pub(crate) async fn serve(
    listener: impl Into<Listener>,
    most: usize,
    app: Router,
    refusals: Refusals,
    stop: impl Future<Output = ()>,
    farewell: Duration,
) {
    let Listener {
        tcp: listener,
        tls,
        crowd,
    } = listener.into();
    let open = GracefulShutdown::new();
    let (going_on, stopping) = watch::channel(());
    let places = Arc::new(Semaphore::new(most));
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, peer, place)) => {
                let Ok(guest) = crowd.as_ref().map_or(Ok(None), |crowd| crowd.enter(peer.0)) else {
                    tracing::debug!(peer = %peer.0, "a network has too many connections");
                    continue;
                };
                let served = (app.clone(), refusals.clone());
                let tls = tls.clone().map(|tls| (tls, stopping.clone()));
                let attending = attend(stream, peer, tls, served, open.watcher());
                tokio::spawn(async move {
                    attending.await;
                    drop((guest, place));
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    drop((listener, going_on));
    tracing::info!(open = open.count(), "stopping");
    if tokio::time::timeout(farewell, open.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("requests were still open and have been cut off");
    }
}

/// The next connection, once there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, Peer, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await;
    let place = place.map_err(io::Error::other)?;
    let (stream, address) = listener.accept().await?;
    Ok((stream, Peer(address.ip()), place))
}

/// One connection to its end.
async fn attend(
    stream: TcpStream,
    peer: Peer,
    tls: Option<(Tls, watch::Receiver<()>)>,
    served: (Router, Refusals),
    watcher: Watcher,
) {
    // Answers are written whole; waiting for more to send would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot switch off delaying");
    }
    let Some((tls, mut stopping)) = tls else {
        return converse(stream, peer, served, watcher).await;
    };
    let begun = tokio::select! {
        begun = tokio::time::timeout(SILENCE, tls.accept(stream)) => begun,
        // It has asked for nothing, and nothing waits for it.
        _ = stopping.changed() => return,
    };
    match begun {
        Ok(Ok(stream)) => converse(stream, peer, served, watcher).await,
        Ok(Err(error)) => tracing::debug!(%error, "a connection does not speak TLS"),
        Err(_) => tracing::debug!("a connection began no TLS in time"),
    }
}

/// Answers the requests of a connection.
async fn converse<Io>(io: Io, peer: Peer, (app, refusals): (Router, Refusals), watcher: Watcher)
where
    Io: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let standing = Standing::default();
    let (asked, answered) = (standing.clone(), standing.clone());
    let hangup = Hangup::default();
    let carried = hangup.clone();
    let io = Refusing::new(Patient::new(io, STALL), standing, refusals);
    let app = app
        .map_request(move |mut request: hyper::Request<Incoming>| {
            asked.begin();
            request.extensions_mut().insert(peer);
            request.extensions_mut().insert(carried.clone());
            request
        })
        .map_response(move |answer: Response| answered.watch(answer));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(SILENCE)
        .serve_connection(TokioIo::new(io), TowerToHyperService::new(app));
    tokio::select! {
        ended = watcher.watch(connection) => if let Err(error) = ended {
            tracing::debug!(%error, "connection ended");
        },
        () = hangup.wanted() => tracing::debug!("a connection outlived its session"),
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::timeout;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    const ASKING: &[u8] = b"GET / HTTP/1.1\r\nhost: here\r\n\r\n";

    /// Asks on a connection that stays open.
    async fn ask(stream: &mut TcpStream) {
        stream.write_all(ASKING).await.unwrap();
    }

    async fn is_answered(stream: &mut TcpStream) {
        let mut answer = [0; 12];
        let read = timeout(PATIENCE, stream.read_exact(&mut answer)).await;
        read.unwrap().unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
    }

    #[tokio::test]
    async fn one_too_many_of_a_network_is_turned_away() {
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = tcp.local_addr().unwrap();
        let listener = Listener {
            tcp,
            tls: None,
            crowd: Some(Crowd::new(2, vec![])),
        };
        let app = Router::new().route("/", get(async || "here"));
        let never = std::future::pending();
        let refusals = Refusals::of(IntoResponse::into_response).await;
        let serving = tokio::spawn(serve(listener, 9, app, refusals, never, Duration::ZERO));
        let mut open = Vec::new();
        for _ in 0..2 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            ask(&mut stream).await;
            is_answered(&mut stream).await;
            open.push(stream);
        }
        let mut third = TcpStream::connect(address).await.unwrap();
        // One that is let in and says nothing is closed too, after a while. This one asks; that may fail already.
        let _ = third.write_all(ASKING).await;
        let read = timeout(PATIENCE, third.read(&mut [0; 12])).await.unwrap();
        assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
        serving.abort();
    }

    #[tokio::test]
    async fn one_too_many_waits_until_another_has_ended() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().route("/", get(async || "here"));
        let never = std::future::pending();
        let refusals = Refusals::of(IntoResponse::into_response).await;
        let serving = tokio::spawn(serve(listener, 2, app, refusals, never, Duration::ZERO));
        let mut open = Vec::new();
        for _ in 0..2 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            ask(&mut stream).await;
            is_answered(&mut stream).await;
            open.push(stream);
        }
        let mut third = TcpStream::connect(address).await.unwrap();
        ask(&mut third).await;
        let soon = timeout(Duration::from_millis(200), third.readable()).await;
        assert!(soon.is_err(), "there is no place yet");
        open.pop();
        is_answered(&mut third).await;
        serving.abort();
    }
}
