//! `GET /ledger.csv[?kind=&actor=&about=&from=&to=]`: the entries that are looked for as a table for
//! other programs. It is made part after part, and who asks is looked at before each.

use std::collections::HashMap;
use std::io;

use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use model::Problem;
use service::{LedgerLine, LedgerSearch, Piece, Service};

use super::csv;
use crate::parts::{self, Sender};
use crate::problem::ProblemAnswer;
use crate::standing::Standing;

/// How many entries are read from the database at once.
const PART: u32 = 500;

/// What the columns are called.
const COLUMNS: [&str; 12] = [
    "number",
    "time",
    "event",
    "act",
    "actor_kind",
    "actor_id",
    "who",
    "what",
    "object_id",
    "workflow_id",
    "run_id",
    "detail",
];

/// The entries, newest first. Those that are added meanwhile are not among them.
pub(crate) async fn answer(
    State(service): State<Service>,
    standing: Standing,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, ProblemAnswer> {
    let administrator = standing.caller().administrator();
    let administrator = administrator.map_err(ProblemAnswer)?;
    let search = LedgerSearch::read(|name| query.get(name).cloned());
    let first = service.ledger(&administrator, &search, None, PART).await;
    let first = first.map_err(ProblemAnswer)?;
    let (sender, body) = parts::body(&standing);
    let export = Export {
        service,
        standing,
        search,
    };
    tokio::spawn(export.send(first, sender));
    let headers = [
        (
            header::CONTENT_TYPE,
            "text/csv; charset=utf-8; header=present",
        ),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"relay-ledger.csv\"",
        ),
    ];
    Ok((headers, body).into_response())
}

struct Export {
    service: Service,
    standing: Standing,
    search: LedgerSearch,
}

impl Export {
    /// Sends part after part, until there is no more, nobody takes them, or whoever asked may not
    /// have them any more.
    async fn send(self, first: Vec<LedgerLine>, sender: Sender) {
        let mut text = String::new();
        csv::line(&mut text, COLUMNS);
        let mut lines = first;
        loop {
            for line in &lines {
                write(&mut text, line);
            }
            let part = std::mem::take(&mut text);
            if !part.is_empty() && sender.send(Ok(part.into())).await.is_err() {
                return;
            }
            let Some(last) = lines.last().filter(|_| lines.len() >= PART as usize) else {
                return;
            };
            match self.next(last.number).await {
                Ok(more) => lines = more,
                Err(problem) => {
                    let _ = sender.send(Err(io::Error::other(problem))).await;
                    return;
                }
            }
        }
    }

    /// The next part. Taking the ones before may have lasted longer than a session, or a role.
    async fn next(&self, before: u64) -> Result<Vec<LedgerLine>, Problem> {
        let administrator = self.standing.now().await?.administrator()?;
        let search = &self.search;
        let lines = self
            .service
            .ledger(&administrator, search, Some(before), PART);
        lines.await
    }
}

fn write(to: &mut String, line: &LedgerLine) {
    let (who, what) = (words(&line.who), words(&line.what));
    let cells = [
        &*line.number.to_string(),
        &*line.at.to_string(),
        line.kind.map_or("", service::EventKind::as_str),
        &*line.act,
        &*line.actor_kind,
        &*line.actor,
        &*who,
        &*what,
        &*line.subject,
        &*line.id_of("workflow"),
        &*line.id_of("run"),
        &*line.detail,
    ];
    csv::line(to, cells);
}

fn words(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| &*piece.words).collect()
}
