//! What is looked for: a form that makes an address to share.

use leptos::prelude::*;
use model::Problem;
use service::{ACTORS, EventKind, LedgerSearch};

use crate::ui::field::TextField;
use crate::ui::notice::field_id;

/// The form. `people` are ids and names of everybody who may have acted.
pub(super) fn form(
    search: &LedgerSearch,
    people: Vec<(String, String)>,
    problem: Option<&Problem>,
) -> impl IntoView + use<> {
    let wrong = |name: &str| problem.and_then(|problem| problem.for_field(name).map(str::to_owned));
    let query = search.query();
    let download = if query.is_empty() {
        "/ledger.csv".to_owned()
    } else {
        format!("/ledger.csv?{query}")
    };
    let kinds = EventKind::ALL.map(|kind| (kind.as_str().to_owned(), kind.label().to_owned()));
    let others = ACTORS.map(|(word, label)| (word.to_owned(), label.to_owned()));
    let actors: Vec<_> = others.into_iter().chain(people).collect();
    let clear =
        (!search.is_empty()).then(|| view! { <a class="button" href="/ledger">"Clear"</a> });
    let download = problem.is_none().then(|| {
        view! { <a class="button" href=download download="">"Download CSV"</a> }
    });
    view! {
        <search>
            <form class="ledger-filter card" method="get" action="/ledger" aria-label="Filter">
                {choice("kind", "Event", "Every kind", kinds.to_vec(), &search.kind)}
                {choice("actor", "Done by", "Everybody", actors, &search.actor)}
                <TextField name="from" label="From" kind="date" value=search.from.clone() problem=wrong("from")/>
                <TextField name="to" label="To" kind="date" value=search.to.clone() problem=wrong("to")/>
                <div class="about">
                    <TextField
                        name="about"
                        label="About"
                        help="A connection, secret, workflow, run or person: “aws / my-aws-account”, “my-workflow #7”."
                        value=search.about.clone()
                        problem=wrong("about")
                    />
                </div>
                <div class="actions">
                    <button class="primary" type="submit">"Show"</button>
                    {clear}
                    {download}
                </div>
            </form>
        </search>
    }
}

/// A control to choose from; a value that is none of them is offered as it is, so that it is not lost.
fn choice(
    name: &'static str,
    label: &'static str,
    any: &'static str,
    mut all: Vec<(String, String)>,
    chosen: &str,
) -> impl IntoView + use<> {
    let id = field_id(name);
    if !chosen.is_empty() && all.iter().all(|(word, _)| word != chosen) {
        all.push((chosen.to_owned(), chosen.to_owned()));
    }
    let chosen = chosen.to_owned();
    let option = move |(word, label): (String, String)| {
        let selected = word == chosen;
        view! { <option value=word selected=selected>{label}</option> }
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select id=id name=name>
                <option value="">{any}</option>
                {all.into_iter().map(option).collect_view()}
            </select>
        </div>
    }
}
