//! `/ledger`: the newest entries first, a page at a time.

use leptos::prelude::*;
use model::ProblemKind;
use service::{LedgerLine, LedgerPlace, LedgerSearch, Piece};

use super::form::form;
use super::standing::standing;
use crate::page::{Answer, Page, Request, Section};
use crate::ui::icon::{Icon, Symbol};
use crate::ui::notice::Notice;
use crate::ui::time::Time;

/// How many entries a page has.
const PAGE: u32 = 50;

/// The entries that `?kind=&actor=&about=&from=&to=` look for, in front of number `before`.
pub async fn page(request: Request) -> Answer {
    let administrator = request.caller.administrator()?;
    let service = &request.service;
    let search = LedgerSearch::read(|name| request.query(name).map(str::to_owned));
    let before = request
        .query("before")
        .and_then(|number| number.parse().ok());
    let found = service.ledger(&administrator, &search, before, PAGE + 1);
    let (mut lines, problem) = match found.await {
        Ok(lines) => (lines, None),
        Err(problem) if problem.kind == ProblemKind::Input => (Vec::new(), Some(problem)),
        Err(problem) => return Err(problem),
    };
    let more = lines.len() > PAGE as usize;
    lines.truncate(PAGE as usize);
    let stands = service.ledger_standing(&administrator).await?;
    let people = service.ledger_people(&administrator).await?;
    let you = request.caller.user_id().to_string();
    Ok(Page::new("Ledger", Section::Ledger, move || {
        let older = lines.last().filter(|_| more).map(|last| last.number);
        let entries = if lines.is_empty() {
            empty(problem.is_some()).into_any()
        } else {
            table(lines, &you).into_any()
        };
        view! {
            <div class="heading">
                <div>
                    <h1>"Ledger"</h1>
                    <p class="lead">"Who or what did what, and when: it names fields, and holds no values."</p>
                </div>
            </div>
            <div class="parts">
                {standing(stands)}
                {problem.clone().map(|problem| view! { <Notice problem/> })}
                {form(&search, people, problem.as_ref())}
                {entries}
            </div>
            <p class="pages">
                {before.is_some().then(|| view! { <a href=address(&search, None)>"Newest entries"</a> })}
                {older.map(|number| view! { <a href=address(&search, Some(number))>"Older entries"</a> })}
            </p>
        }
    }))
}

fn address(search: &LedgerSearch, before: Option<u64>) -> String {
    let mut query = search.query();
    if let Some(number) = before {
        let between = if query.is_empty() { "" } else { "&" };
        query = format!("{query}{between}before={number}");
    }
    if query.is_empty() {
        return "/ledger".to_owned();
    }
    format!("/ledger?{query}")
}

fn empty(refused: bool) -> impl IntoView {
    let sentence = if refused {
        "Nothing was looked for."
    } else {
        "Choose another kind of event, or other days."
    };
    view! {
        <div class="empty card">
            <Symbol icon=Icon::List/>
            <h2>"No entries"</h2>
            <p>{sentence}</p>
        </div>
    }
}

fn table(lines: Vec<LedgerLine>, you: &str) -> impl IntoView + use<> {
    let you = you.to_owned();
    let row = move |line: LedgerLine| {
        let kind = line.kind.map_or(line.act, |kind| kind.label().to_owned());
        view! {
            <tr>
                <td data-label="When"><Time at=line.at seconds=true/></td>
                <td data-label="Who">{pieces(line.who, &you)}</td>
                <td data-label="What">{pieces(line.what, &you)}</td>
                <td data-label="Event"><span class="quiet">{kind}</span></td>
                <th scope="row" data-label="Entry">{line.number}</th>
            </tr>
        }
    };
    view! {
        <div class="table-scroll">
            <table class="ledger">
                <thead>
                    <tr>
                        <th scope="col">"When"</th>
                        <th scope="col">"Who"</th>
                        <th scope="col">"What"</th>
                        <th scope="col">"Event"</th>
                        <th scope="col">"Entry"</th>
                    </tr>
                </thead>
                <tbody>{lines.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}

fn pieces(pieces: Vec<Piece>, you: &str) -> impl IntoView + use<> {
    let piece = |piece: Piece| match piece.place {
        Some(place) => {
            let href = href(&place, you);
            view! { <a href=href>{piece.words}</a> }.into_any()
        }
        None => piece.words.into_any(),
    };
    pieces.into_iter().map(piece).collect_view()
}

/// The page of something that an entry names.
fn href(place: &LedgerPlace, you: &str) -> String {
    match place {
        LedgerPlace::Connection(id) => format!("/connections/{id}"),
        LedgerPlace::Secret { workflow, id } => format!("/workflows/{workflow}/secrets/{id}"),
        LedgerPlace::Workflow(name) => format!("/workflows/{name}"),
        LedgerPlace::Run { workflow, number } => format!("/workflows/{workflow}/runs/{number}"),
        LedgerPlace::Step {
            workflow,
            number,
            position,
        } => format!("/workflows/{workflow}/runs/{number}?tab=logs&step={position}"),
        // Nobody changes their own role.
        LedgerPlace::Person(id) if id == you => "/profile".to_owned(),
        LedgerPlace::Person(id) => format!("/access-control/{id}"),
    }
}
