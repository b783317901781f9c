//! Accepts connections until it is told to stop, and gives the open ones time to finish.

use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};

/// How long a connection may take to say what it wants, or stay open without wanting anything.
const SILENCE: Duration = Duration::from_secs(10);

/// Pause after a failed accept: out of file descriptors, the next one fails as well.
const BREATH: Duration = Duration::from_millis(50);

/// Serves `app` until `stop` is ready, and then for at most `farewell` what has begun.
pub(crate) async fn serve(
    listener: TcpListener,
    app: Router,
    stop: impl Future<Output = ()>,
    farewell: Duration,
) {
    let open = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, _)) => attend(stream, app.clone(), &open),
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    drop(listener);
    tracing::info!(open = open.count(), "stopping");
    if tokio::time::timeout(farewell, open.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("requests were still open and have been cut off");
    }
}

fn attend(stream: TcpStream, app: Router, open: &GracefulShutdown) {
    // Answers are written whole; waiting for more to send would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot switch off delaying");
    }
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(SILENCE)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    let connection = open.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "connection ended");
        }
    });
}
