//! The value form in a dialog: adds or overwrites what Setup asked for, with type and name fixed.
//!
//! What is typed is read from the controls when the form is submitted, goes straight into the
//! request, and is in no signal: closing the dialog takes the controls, and so the values, away.

#![expect(unreachable_pub, reason = "the component macro makes its props public")]

use std::collections::HashMap;

use leptos::either::EitherOf5;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::Problem;

use super::super::checked::Need;
use super::super::functions::{add_secret, new_secret, overwrite_secret, secret_revision};
use super::super::secret_field::VALUE;
use super::Bench;
use crate::connections::WRITE_ONLY;
use crate::connections::functions::{
    add_connection, connection_fields, new_connection, overwrite_connection,
};
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

async fn send(
    bench: Bench,
    need: &Need,
    context: Context,
    mut typed: HashMap<String, String>,
) -> Result<(), Refused> {
    let workflow = bench.workflow.get_value();
    let part = |typed: &mut HashMap<String, String>, prefix: &str| {
        let strip = |name: &str| Some(name.strip_prefix(prefix)?.strip_suffix(']')?.to_owned());
        let names: Vec<String> = typed
            .keys()
            .filter(|name| strip(name).is_some())
            .cloned()
            .collect();
        names
            .into_iter()
            .filter_map(|name| Some((strip(&name)?, typed.remove(&name)?)))
            .collect::<HashMap<_, _>>()
    };
    match (need.type_name.clone(), context) {
        (Some(type_name), Context::Add { id }) => {
            add_connection(
                id,
                type_name,
                need.name.clone(),
                part(&mut typed, "values["),
            )
            .await
        }
        (Some(_), Context::Overwrite { id, revision, .. }) => {
            let changes = part(&mut typed, "changes[");
            overwrite_connection(id, revision, changes, part(&mut typed, "values[")).await
        }
        (None, Context::Add { id }) => {
            let value = typed.remove("value").unwrap_or_default();
            add_secret(workflow, id, need.name.clone(), value).await
        }
        (None, Context::Overwrite { id, revision, .. }) => {
            let value = typed.remove("value").unwrap_or_default();
            overwrite_secret(workflow, id, revision, value).await
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
    let need = StoredValue::new(need);

    spawn_local(async move {
        match context(bench, &need.get_value()).await {
            Ok(context) => ready.set(Some(context)),
            Err(refused) => problem.set(Some(refused.0)),
        }
    });

    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(context) = ready.get_untracked().filter(|_| !busy.get_untracked()) else {
            return;
        };
        #[cfg(feature = "hydrate")]
        let typed = super::browser::typed(form);
        #[cfg(not(feature = "hydrate"))]
        let typed = HashMap::new();
        busy.set(true);
        spawn_local(async move {
            let need = need.get_value();
            match send(bench, &need, context, typed).await {
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
                    #[cfg(feature = "hydrate")]
                    super::browser::focus_need(&need);
                }
                Err(refused) => {
                    problem.set(Some(refused.0));
                    busy.set(false);
                    #[cfg(feature = "hydrate")]
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
            view! { <ValueField field=&VALUE name="value" problem=wrong("value".to_owned())/> },
        ),
    };
    view! {
        <form class="form" method="post" node_ref=form on:submit=submit autocomplete="off" novalidate=true>
            <h2 id="value-dialog-title">{title}</h2>
            {move || problem.get().map(|problem| view! { <Notice problem/> })}
            <div class="field">
                <label for="value-dialog-name">"Name"</label>
                <input id="value-dialog-name" type="text" readonly=true value=need.with_value(|need| need.name.clone())/>
            </div>
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
