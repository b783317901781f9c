//! The value form in a dialog: adds or overwrites what Setup asked for, with type and name fixed.
//!
//! What is typed never gets into this code: the script that seals reads the controls when the form
//! is submitted, and posts what it sealed. Closing the dialog empties the controls and takes them
//! away.

#![expect(unreachable_pub, reason = "the component macro makes its props public")]

use leptos::either::EitherOf5;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Problem, value::SECRET};

use super::super::checked::Need;
use super::super::functions::{new_secret, secret_revision};
use super::Bench;
use crate::connections::WRITE_ONLY;
use crate::connections::functions::{connection_fields, new_connection};
use crate::connections::overwrite_fields::OverwriteFields;
use crate::connections::value_field::ValueField;
use crate::refused::Refused;
use crate::ui::notice::Notice;

/// What saving has to name: a fresh id, or the revision that is overwritten.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Context {
    Add {
        id: String,
    },
    Overwrite {
        id: String,
        revision: u64,
        stored: Vec<String>,
    },
}

async fn context(bench: Bench, need: &Need) -> Result<Context, Refused> {
    let existing = need.id.clone().filter(|_| need.held_type.is_none());
    match (existing, need.type_name.is_some()) {
        (None, true) => Ok(Context::Add {
            id: new_connection().await?,
        }),
        (None, false) => Ok(Context::Add {
            id: new_secret().await?,
        }),
        (Some(id), true) => {
            let (revision, stored) = connection_fields(id.clone()).await?;
            Ok(Context::Overwrite {
                id,
                revision,
                stored,
            })
        }
        (Some(id), false) => {
            let revision = secret_revision(bench.workflow.get_value(), id.clone()).await?;
            Ok(Context::Overwrite {
                id,
                revision,
                stored: Vec::new(),
            })
        }
    }
}

/// The dialog; empty while nothing is asked.
#[component]
pub(super) fn ValueDialog(bench: Bench) -> impl IntoView {
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| super::browser::show(dialog, bench.asked.get().is_some()));
    let cancelled = move |event: leptos::ev::Event| {
        // Escape: ask first when something was typed.
        event.prevent_default();
        #[cfg(feature = "hydrate")]
        super::browser::close_unless_typed(bench, dialog);
    };
    view! {
        <dialog class="value-dialog" node_ref=dialog aria-labelledby="value-dialog-title" on:cancel=cancelled>
            {move || bench.asked.get().map(|need| view! { <ValueForm bench need/> })}
        </dialog>
    }
}

#[component]
fn ValueForm(bench: Bench, need: Need) -> impl IntoView {
    let problem = RwSignal::new(None::<Problem>);
    let busy = RwSignal::new(false);
    let ready = RwSignal::new(None::<Context>);
    let form = NodeRef::<leptos::html::Form>::new();
    let overwrites = need.id.is_some() && need.held_type.is_none();
    let verb = if overwrites { "Overwrite" } else { "Add" };
    let title = format!("{verb} {} {}", need.noun(), need.full_name());
    let is_connection = need.type_name.is_some();
    let known = need.type_name.as_deref().and_then(model::connection_type);
    let has_form = !is_connection || known.is_some();
    let noun = if is_connection {
        "connection"
    } else {
        "secret"
    };
    let action = format!(
        "/fn/{}_{noun}",
        if overwrites { "overwrite" } else { "add" }
    );
    let type_name = need.type_name.clone();
    let need = StoredValue::new(need);

    spawn_local(async move {
        #[cfg(feature = "hydrate")]
        super::browser::prepare_sealing();
        match context(bench, &need.get_value()).await {
            Ok(context) => ready.set(Some(context)),
            Err(refused) => problem.set(Some(refused.0)),
        }
    });

    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || ready.with_untracked(Option::is_none) {
            return;
        }
        busy.set(true);
        #[cfg(feature = "hydrate")]
        spawn_local(async move {
            // Closing the dialog ends what belongs to this form.
            let need = need.get_value();
            match super::browser::seal_and_save(form).await {
                Ok(()) => {
                    let verb = if overwrites { "overwritten" } else { "added" };
                    let noun = if is_connection {
                        "Connection"
                    } else {
                        "Secret"
                    };
                    bench.said.set(format!("{noun} {verb}. No value is shown."));
                    bench.asked.set(None);
                    bench.refresh().await;
                    super::browser::focus_need(&need);
                }
                Err(wrong) => {
                    problem.set(Some(wrong));
                    busy.set(false);
                    super::browser::focus_problem(form);
                }
            }
        });
    };
    let cancel = move |_| {
        #[cfg(feature = "hydrate")]
        super::browser::discard_unless_typed(bench, form);
        #[cfg(not(feature = "hydrate"))]
        bench.asked.set(None);
    };
    let wrong = move |name: String| {
        Signal::derive(move || {
            problem.with(|problem| problem.as_ref()?.for_field(&name).map(str::to_owned))
        })
    };
    let named = move || {
        ready.get().map(|context| {
            let (id, revision) = match context {
                Context::Add { id } => (id, None),
                Context::Overwrite { id, revision, .. } => (id, Some(revision)),
            };
            view! {
                <input type="hidden" name="id" value=id/>
                {revision.map(|revision| view! { <input type="hidden" name="revision" value=revision/> })}
            }
        })
    };
    let controls = move || match (known, ready.get()) {
        (_, None) => EitherOf5::A(view! { <p class="quiet">"One moment…"</p> }),
        (Some(of), Some(Context::Overwrite { stored, .. })) => {
            EitherOf5::B(view! { <OverwriteFields of stored problem/> })
        }
        (Some(of), Some(Context::Add { .. })) => {
            let control = |field: &'static model::Field| {
                view! { <ValueField field name=format!("values[{}]", field.name) problem=wrong(format!("values[{}]", field.name))/> }
            };
            EitherOf5::C(view! {
                <p class="advice">{of.advice}</p>
                {of.fields.iter().map(control).collect_view()}
            })
        }
        (None, Some(_)) if is_connection => EitherOf5::D(
            view! { <p class="wrong">"Relay does not know this type of connection, so it has no form."</p> },
        ),
        (None, Some(_)) => EitherOf5::E(
            view! { <ValueField field=&SECRET name="value" problem=wrong("value".to_owned())/> },
        ),
    };
    view! {
        <form
            class="form"
            method="post"
            action=action
            data-seal=noun
            node_ref=form
            on:submit=submit
            autocomplete="off"
            novalidate=true
        >
            <h2 id="value-dialog-title">{title}</h2>
            {move || problem.get().map(|problem| view! { <Notice problem/> })}
            <div class="field">
                <label for="value-dialog-name">"Name"</label>
                <input id="value-dialog-name" name="name" type="text" readonly=true value=need.with_value(|need| need.name.clone())/>
            </div>
            {type_name.map(|name| view! { <input type="hidden" name="type_name" value=name/> })}
            {(!is_connection).then(|| view! {
                <input type="hidden" name="workflow" value=bench.workflow.get_value()/>
            })}
            {named}
            {controls}
            <p class="write-only">{WRITE_ONLY}</p>
            <div class="actions">
                {has_form.then(|| view! {
                    <button class="primary" type="submit" disabled=move || busy.get()>
                        {if is_connection { "Save connection" } else { "Save secret" }}
                    </button>
                })}
                <button type="button" on:click=cancel>"Cancel"</button>
            </div>
        </form>
    }
}
