//! Setup: what the text needs, what of it is missing, and the buttons that add it.

#![expect(unreachable_pub, reason = "the component macro makes its props public")]

use leptos::either::Either;
use leptos::prelude::*;
use model::{HeldSecret, ProblemKind, RequirementState, Unopenable};

use super::super::checked::{Need, missing_sentence};
use super::Bench;
use crate::connections::functions::grant_connection;
use crate::ui::icon::{Icon, Symbol};
use crate::ui::state::{State, Tone, tone};

/// The line that says that something is missing; it comes and goes while one types.
#[component]
pub(super) fn Banner(bench: Bench) -> impl IntoView {
    let line = move |count: usize, noun: &'static str, link: &'static str| {
        let open = move |event: leptos::ev::MouseEvent| {
            event.prevent_default();
            bench.setup_open.set(true);
        };
        let href = format!("/workflows/{}?setup=open#setup", bench.workflow.get_value());
        (count > 0).then(|| {
            view! {
                <p class="banner">
                    <Symbol icon=Icon::Alert/>
                    <span>{missing_sentence(count, noun)}</span>
                    " "
                    <a href=href on:click=open>{link}</a>
                </p>
            }
        })
    };
    // Offline nothing is known to be missing.
    let count = move |of: fn(&super::Checked) -> usize| {
        Memo::new(move |_| {
            if bench.trouble.with(Option::is_none) {
                bench.checked.with(of)
            } else {
                0
            }
        })
    };
    let connections = count(super::Checked::missing_connections);
    let secrets = count(super::Checked::missing_secrets);
    view! {
        <div class="banners" aria-live="polite">
            {move || line(connections.get(), "connection", "Fill in missing connections")}
            {move || line(secrets.get(), "secret", "Fill in missing secrets")}
        </div>
    }
}

/// The region beside the text.
#[component]
pub(super) fn Setup(bench: Bench) -> impl IntoView {
    let connections = Memo::new(move |_| bench.checked.with(|checked| checked.connections.clone()));
    let secrets = Memo::new(move |_| bench.checked.with(|checked| checked.secrets.clone()));
    let unused = Memo::new(move |_| bench.checked.with(|checked| checked.unused_secrets.clone()));
    let close = move |_| bench.setup_open.set(false);
    let unreadable = move || {
        let readable = bench.checked.with(|checked| checked.readable);
        let trouble = bench.trouble.get();
        let sentence = if let Some(problem) = trouble {
            match problem.kind {
                ProblemKind::NotSignedIn => {
                    "Can't check right now: your session has ended. Log in in another tab."
                }
                ProblemKind::NotFound => "Can't check: this workflow was renamed or deleted.",
                _ => "Can't check right now: the server can't be reached.",
            }
        } else if !readable {
            "The text can't be read yet; mend its errors first. Below is what was understood."
        } else {
            return None;
        };
        Some(view! { <p class="note">{sentence}</p> })
    };
    let dynamic = move || {
        let sentence = match bench.checked.with(|checked| checked.unknown) {
            0 => return None,
            1 => "1 reference is computed when the workflow runs: unknown until then.".to_owned(),
            several => format!(
                "{several} references are computed when the workflow runs: unknown until then."
            ),
        };
        Some(view! { <p class="note">{sentence}</p> })
    };
    view! {
        <section id="setup" class="setup" aria-label="Setup" hidden=move || !bench.setup_open.get()>
            <div class="setup-heading">
                <h2>"Setup"</h2>
                <button type="button" class="plain" aria-label="Close" on:click=close>
                    <Symbol icon=Icon::Close/>
                </button>
            </div>
            {unreadable}
            <h3 id="setup-connections">"Connections"</h3>
            {move || needs(bench, connections.get(), Vec::new(), "setup-connections", "This workflow needs no connection.")}
            <h3 id="setup-secrets">"Secrets"</h3>
            {move || needs(bench, secrets.get(), unused.get(), "setup-secrets", "This workflow needs no secret.")}
            {dynamic}
            {(!bench.can_edit).then(|| view! {
                <p class="note">"Administrators add and overwrite connections and secrets."</p>
            })}
        </section>
    }
}

fn needs(
    bench: Bench,
    needs: Vec<Need>,
    unused: Vec<HeldSecret>,
    labelled_by: &'static str,
    none: &'static str,
) -> impl IntoView {
    if needs.is_empty() && unused.is_empty() {
        return Either::Left(view! { <p class="quiet">{none}</p> });
    }
    let items = needs
        .into_iter()
        .map(|need| item(bench, need))
        .collect_view();
    let unused = unused
        .into_iter()
        .map(|secret| leftover(bench, secret))
        .collect_view();
    Either::Right(view! { <ul class="needs" aria-labelledby=labelled_by>{items}{unused}</ul> })
}

/// A secret that nothing needs. It is in nobody's way, so it has no state.
fn leftover(bench: Bench, secret: HeldSecret) -> impl IntoView {
    let button = bench.can_edit.then(|| {
        let workflow = bench.workflow.get_value();
        let href = format!("/workflows/{workflow}/secrets/{}/delete", secret.id);
        deletion(href, format!("Delete secret {}", secret.name))
    });
    view! {
        <li>
            <div>
                <code class="need-name">{secret.name}</code>
                <p class="quiet">"not used by this workflow"</p>
            </div>
            {button}
        </li>
    }
}

fn item(bench: Bench, need: Need) -> impl IntoView {
    let words = need.words();
    let full = need.full_name();
    let used_in = format!("used in {}", need.used_in);
    let state_tone = if need.unopenable.is_some() {
        Tone::Bad
    } else {
        tone(need.state)
    };
    let allow = need
        .id
        .clone()
        .filter(|_| bench.can_edit && need.state == RequirementState::NoPermission)
        .map(|id| allow(bench, id, &full));
    let button = bench.can_edit.then(|| button(bench, need));
    view! {
        <li>
            <div>
                <code class="need-name">{full}</code>
                <State tone=state_tone words/>
                <p class="quiet">{used_in}</p>
                {allow}
            </div>
            {button}
        </li>
    }
}

/// Lets this workflow use a connection; the text in the editor stays as it is.
fn allow(bench: Bench, id: String, full: &str) -> impl IntoView + use<> {
    let label = format!("Allow this workflow to use {full}");
    let words = "Allow this workflow";
    let sent = id.clone();
    let grant = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let id = sent.clone();
        leptos::task::spawn_local(async move {
            match grant_connection(id, bench.workflow.get_value()).await {
                Ok(()) => bench.refresh().await,
                Err(refused) => bench.trouble.set(Some(refused.0)),
            }
        });
    };
    view! {
        <form method="post" action="/fn/grant_connection" on:submit=grant>
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="workflow" value=bench.workflow.get_value()/>
            <button type="submit" aria-label=label>{words}</button>
        </form>
    }
}

/// Leads to the question whether it is to be deleted.
fn deletion(href: String, label: String) -> impl IntoView {
    view! {
        <a class="icon-button" href=href aria-label=label.clone() title=label>
            <Symbol icon=Icon::Trash/>
        </a>
    }
}

/// Opens the value form; without JavaScript, its page. What has to be deleted first leads there.
fn button(bench: Bench, need: Need) -> impl IntoView {
    let overwrites = need.id.is_some() && need.held_type.is_none();
    let deletes = overwrites && need.unopenable == Some(Unopenable::Altered);
    let verb = match (deletes, overwrites) {
        (true, _) => "Delete",
        (false, true) => "Overwrite",
        (false, false) => "Add",
    };
    let label = format!("{verb} {} {}", need.noun(), need.full_name());
    let workflow = bench.workflow.get_value();
    let act = if deletes { "delete" } else { "overwrite" };
    let action = match (&need.type_name, need.id.as_deref().filter(|_| overwrites)) {
        (Some(_), Some(id)) => format!("/connections/{id}/{act}"),
        (Some(_), None) => "/connections/new".to_owned(),
        (None, Some(id)) => format!("/workflows/{workflow}/secrets/{id}/{act}"),
        (None, None) => format!("/workflows/{workflow}/secrets/new"),
    };
    if deletes {
        return Either::Left(deletion(action, label));
    }
    let id = format!(
        "need-{}-{}",
        need.noun(),
        crate::ui::notice::field_id(&need.full_name())
    );
    let icon = if overwrites { Icon::Pencil } else { Icon::Plus };
    let type_name = need.type_name.clone();
    let name = need.name.clone();
    let open = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        bench.asked.set(Some(need.clone()));
    };
    Either::Right(view! {
        <form method="get" action=action>
            {type_name.map(|type_name| view! { <input type="hidden" name="type" value=type_name/> })}
            <input type="hidden" name="name" value=name/>
            <button type="submit" id=id class="icon-button" aria-label=label.clone() title=label on:click=open>
                <Symbol icon/>
            </button>
        </form>
    })
}
