//! What is said to whoever sends bytes that are no request.
//!
//! hyper answers those itself, before any route or layer of ours exists for them: a bare status with
//! none of the headers that every answer has to carry. [`Refusing`] stands between hyper and the
//! connection, and says what Relay says instead. It knows such an answer by when it is written: while
//! no request is being answered, everything that hyper writes is its own.
//!
//! After its answer hyper closes. Whoever is still sending then would be told that the connection is
//! broken, perhaps before having read why; so what still arrives is let in for a moment and dropped.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::http::{StatusCode, header};
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// How long whoever was refused may go on sending.
const LINGER: Duration = Duration::from_secs(2);

/// How many bytes of that are let in: more than the longest head that hyper reads.
const LINGER_BYTES: usize = 1024 * 1024;

/// The statuses that hyper answers with by itself.
const STATUSES: [StatusCode; 3] = [
    StatusCode::BAD_REQUEST,
    StatusCode::URI_TOO_LONG,
    StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
];

/// The whole answers, ready to be sent but for the date.
#[derive(Clone)]
pub(crate) struct Refusals(Arc<[(StatusCode, Vec<u8>)]>);

impl Refusals {
    /// What `answer` answers for each of the statuses.
    pub(crate) async fn of(answer: impl Fn(StatusCode) -> Response) -> Self {
        let mut all = Vec::new();
        for status in STATUSES {
            all.push((status, written(answer(status)).await));
        }
        Self(all.into())
    }

    /// The answer in place of hyper's own, whose date it keeps.
    fn instead_of(&self, hypers: &[u8]) -> Vec<u8> {
        let mut lines = hypers.split(|byte| *byte == b'\n');
        let status = lines.next().and_then(|line| line.get(9..12));
        let is_it = |(one, _): &&(StatusCode, Vec<u8>)| Some(one.as_str().as_bytes()) == status;
        let known = self.0.iter().find(is_it).or_else(|| self.0.first());
        let Some((_, answer)) = known else {
            return hypers.to_vec();
        };
        let mut all = answer.clone();
        let date = lines.find(|line| line.len() > 5 && line[..5].eq_ignore_ascii_case(b"date:"));
        if let (Some(date), Some(at)) = (date, all.iter().position(|byte| *byte == b'\n')) {
            let line = [date, b"\n"].concat();
            all.splice(at + 1..=at, line);
        }
        all
    }
}

/// An answer as it is sent, and that it is the last one.
async fn written(answer: Response) -> Vec<u8> {
    let (head, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let reason = head.status.canonical_reason().unwrap_or_default();
    let mut all = format!("HTTP/1.1 {} {reason}\r\n", head.status.as_str()).into_bytes();
    for (name, value) in &head.headers {
        if name != header::CONTENT_LENGTH {
            let line = [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"];
            all.extend(line.concat());
        }
    }
    all.extend(
        format!(
            "content-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        )
        .into_bytes(),
    );
    all.extend(body);
    all
}

/// What a connection is about.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing(Arc<AtomicU8>);

/// Nothing is being answered.
const SILENT: u8 = 0;
/// A request is being answered.
const ANSWERING: u8 = 1;
/// An answer is complete, and not all of it has been sent.
const ANSWERED: u8 = 2;

impl Standing {
    /// A request has come.
    pub(super) fn begin(&self) {
        self.0.store(ANSWERING, Ordering::Relaxed);
    }

    /// The answer, watched to its end.
    pub(super) fn watch(&self, answer: Response) -> Response {
        let standing = self.clone();
        answer.map(|inner| Body::new(Watched { inner, standing }))
    }

    fn is(&self, what: u8) -> bool {
        self.0.load(Ordering::Relaxed) == what
    }
}

/// A body that tells when hyper has taken all of it.
struct Watched {
    inner: Body,
    standing: Standing,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.inner).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.standing.0.store(ANSWERED, Ordering::Relaxed);
    }
}

/// A connection on which hyper's own answers are replaced.
pub(super) struct Refusing<Io> {
    io: Io,
    standing: Standing,
    refusals: Refusals,
    /// What is still to be sent of the answer in place of hyper's.
    left: Option<Vec<u8>>,
    /// For as long as what still arrives is let in.
    lingering: Option<(Pin<Box<Sleep>>, usize)>,
}

impl<Io: AsyncRead + AsyncWrite + Unpin> Refusing<Io> {
    pub(super) fn new(io: Io, standing: Standing, refusals: Refusals) -> Self {
        Self {
            io,
            standing,
            refusals,
            left: None,
            lingering: None,
        }
    }

    /// Whether what is written now is hyper's own.
    fn is_hypers(&self) -> bool {
        self.left.is_some() || self.standing.is(SILENT)
    }

    /// Takes in what hyper says, whose head it writes at once.
    fn replace(&mut self, hypers: &[u8]) {
        if self.left.is_none() {
            self.left = Some(self.refusals.instead_of(hypers));
        }
    }

    /// Sends what is left of the answer in place of hyper's.
    fn poll_left(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(left) = self.left.as_mut().filter(|left| !left.is_empty()) {
            let written = ready!(Pin::new(&mut self.io).poll_write(context, left))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            left.drain(..written);
        }
        Poll::Ready(Ok(()))
    }

    /// Lets in what still arrives, until the other side has ended, or for a moment.
    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let (until, room) = self
            .lingering
            .get_or_insert_with(|| (Box::pin(sleep(LINGER)), LINGER_BYTES));
        let mut dropped = [0; 4096];
        loop {
            let mut buffer = ReadBuf::new(&mut dropped);
            match Pin::new(&mut self.io).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    *room = room.saturating_sub(buffer.filled().len());
                    if *room == 0 {
                        return Poll::Ready(());
                    }
                }
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => return until.as_mut().poll(context),
            }
        }
    }
}

impl<Io: AsyncRead + Unpin> AsyncRead for Refusing<Io> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl<Io: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Refusing<Io> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.is_hypers() {
            self.replace(bytes);
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.is_hypers() {
            let length = pieces.iter().map(|piece| piece.len()).sum();
            if let Some(first) = pieces.iter().find(|piece| !piece.is_empty()) {
                self.replace(first);
            }
            return Poll::Ready(Ok(length));
        }
        Pin::new(&mut self.io).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_left(context))?;
        ready!(Pin::new(&mut self.io).poll_flush(context))?;
        // hyper asks for this when it has nothing more to write: the answer has been sent.
        if self.standing.is(ANSWERED) {
            self.standing.0.store(SILENT, Ordering::Relaxed);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.left.is_none() {
            return Pin::new(&mut self.io).poll_shutdown(context);
        }
        if self.lingering.is_none() {
            ready!(self.poll_left(context))?;
            ready!(Pin::new(&mut self.io).poll_shutdown(context))?;
        }
        self.poll_linger(context).map(Ok)
    }
}
