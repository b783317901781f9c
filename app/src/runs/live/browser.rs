//! What only a browser can do: follow the server's events, and keep the lines of the log.

mod rows;

use js_sys::Date;
use leptos::prelude::*;
use leptos::serde_json;
use model::Timestamp;
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use web_sys::{EventSource, MessageEvent};

use super::log::LogView;
use super::{Connection, Live, ShownLog};
use crate::runs::snapshot::RunSnapshot;
use rows::Rows;

/// A piece of the log, as the server sends it.
#[derive(Deserialize)]
struct Piece {
    attempt: u64,
    offset: u64,
    at: Timestamp,
    text: String,
}

/// Follows a run that goes on, on the tabs without a log.
pub(super) fn follow(live: Live, shown: Option<&ShownLog>) {
    tick(live);
    let is_final = live.run.with_untracked(|run| run.state.is_final());
    if shown.is_none() && !is_final {
        let url = live
            .run
            .with_untracked(|run| format!("{}/events", run.path()));
        let _ = connect(live, &url);
    }
}

/// Follows the run and the log that is shown, and gives the toolbar its meaning.
pub(super) fn wake(live: Live, view: LogView, shown: Option<ShownLog>) {
    let Some(shown) = shown else { return };
    let Some(rows) = Rows::of(view, shown.lines.clone()) else {
        return;
    };
    Effect::new(move |_| view.awake.set(true));
    let mut attempt = shown.attempt;
    let asked = match attempt {
        0 => String::new(),
        number => format!("&attempt={number}"),
    };
    let url = live.run.with_untracked(|run| {
        let (position, offset) = (shown.position, shown.next_offset);
        format!(
            "{}/events?step={position}&offset={offset}{asked}",
            run.path()
        )
    });
    let Some(source) = connect(live, &url) else {
        return;
    };
    // A connection that was lost may bring a piece once more.
    let mut next = shown.next_offset;
    on(&source, "log", move |text| {
        let Ok(piece) = serde_json::from_str::<Piece>(&text) else {
            return;
        };
        if piece.attempt != attempt {
            // Nobody asked for one attempt, and this is the next: its log begins anew.
            attempt = piece.attempt;
            next = 0;
            rows.clear();
            view.attempt.set(attempt);
        }
        if piece.offset >= next {
            next = piece.offset + 1;
            rows.add(piece.at, &piece.text);
        }
    });
}

/// Durations of what goes on are told anew each second.
fn tick(live: Live) {
    let begun = Date::now();
    let Timestamp(start) = live.now.get_untracked();
    let tick = move || {
        if live.run.with_untracked(|run| !run.state.is_final()) {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "nobody looks at a page for thousands of years"
            )]
            let passed = (Date::now() - begun) as i64;
            live.now.set(Timestamp(start).plus(passed));
        }
    };
    set_interval(tick, std::time::Duration::from_secs(1));
}

fn connect(live: Live, url: &str) -> Option<EventSource> {
    let source = EventSource::new(url).ok()?;
    on(&source, "run", move |text| {
        if let Ok(run) = serde_json::from_str::<RunSnapshot>(&text) {
            live.connection.set(Connection::Fine);
            if run.state.is_final() {
                live.now.set(run.now);
            }
            live.run.set(run);
        }
    });
    let failing = source.clone();
    let failed = Closure::<dyn FnMut()>::new(move || {
        if live.run.with_untracked(|run| run.state.is_final()) {
            // Everything was sent; the browser would only ask for it again.
            failing.close();
        } else if failing.ready_state() == EventSource::CLOSED {
            live.connection.set(Connection::Ended);
        } else {
            live.connection.set(Connection::Lost);
        }
    });
    source.set_onerror(Some(failed.into_js_value().unchecked_ref()));
    Some(source)
}

/// Calls `handle` with the data of each event of that name, as long as the page lives.
fn on(source: &EventSource, name: &str, mut handle: impl FnMut(String) + 'static) {
    let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(text) = event.data().as_string() {
            handle(text);
        }
    });
    // A source that cannot be listened to is noticed by its silence.
    let _ = source.add_event_listener_with_callback(name, listener.into_js_value().unchecked_ref());
}
