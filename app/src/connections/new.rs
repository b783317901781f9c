//! `/connections/new`: choose a type, then fill in its fields. `?type=` chooses it beforehand, and
//! `?name=` fixes the name, as a workflow asks for it.

use std::fmt::Write as _;

use leptos::prelude::*;
use model::{ConnectionType, connection_type, connection_types};

use super::value_field::ValueField;
use super::value_form::ValueForm;
use crate::page::{Answer, Page, Request, Section};
use crate::ui::{field::TextField, notice::Notice};

/// The form of one type, or of all of them with a radio button each.
#[expect(clippy::unused_async, reason = "the shape of every page function")]
pub async fn page(request: Request) -> Answer {
    let id = request
        .service
        .new_connection_id(&request.caller.administrator()?)?;
    let typed_type = request.returned.typed("type_name").map(str::to_owned);
    let wanted = typed_type.or_else(|| request.query("type").map(str::to_owned));
    let chosen = wanted.as_deref().and_then(connection_type);
    let title = match chosen {
        Some(one) => format!("Add {} connection", one.label),
        None => "Add connection".to_owned(),
    };
    let heading = title.clone();
    let sealed_only = request.service.requires_browser_sealing();
    let page = Page::new(title, Section::Connections, move || {
        let fixed = request.query("name").unwrap_or_default().to_owned();
        let returned = request.returned;
        let name = returned
            .typed("name")
            .map_or_else(|| fixed.clone(), str::to_owned);
        let fields = match chosen {
            Some(one) => view! {
                <input type="hidden" name="type_name" value=one.name/>
                <p class="advice">{one.advice}" "<a href="/connections/new">"Choose another type"</a></p>
            }
            .into_any(),
            None => types().into_any(),
        };
        let values = match chosen {
            Some(one) => of_type(one, false, returned.problem.as_ref()).into_any(),
            None => connection_types()
                .iter()
                .map(|one| view! { <div class="of-type" data-type=one.name>{of_type(one, true, None)}</div> })
                .collect_view()
                .into_any(),
        };
        view! {
            <div class="card form">
                <h1>{heading}</h1>
                {returned.problem.clone().map(|problem| view! { <Notice problem/> })}
                <ValueForm action="/fn/add_connection" noun="connection" sealed_only back="/connections">
                    <input type="hidden" name="id" value=id.to_string()/>
                    {fields}
                    <TextField
                        name="name"
                        label="Name"
                        help="Workflows ask for it by this name, such as my-aws-account."
                        value=name
                        readonly=!fixed.is_empty()
                        problem=returned.wrong("name")
                    />
                    {values}
                </ValueForm>
            </div>
        }
    });
    let page = page.with_values();
    Ok(if chosen.is_none() {
        page.with_style(shown_when_chosen())
            .with_script(include_str!("new.js"))
    } else {
        page
    })
}

/// The radio buttons, grouped as in the catalogue.
fn types() -> impl IntoView {
    let mut groups: Vec<(&str, Vec<&'static ConnectionType>)> = Vec::new();
    for one in connection_types() {
        match groups.iter_mut().find(|(group, _)| *group == one.group) {
            Some((_, members)) => members.push(one),
            None => groups.push((one.group, vec![one])),
        }
    }
    let radio = |one: &'static ConnectionType| {
        view! {
            <label class="choice type-choice">
                <input type="radio" name="type_name" value=one.name/>
                <span>{one.label}</span>
            </label>
        }
    };
    let group = move |(name, members): (&'static str, Vec<&'static ConnectionType>)| {
        view! {
            <div class="type-group" role="group" aria-label=name>
                <p class="quiet" aria-hidden="true">{name}</p>
                <div class="choices">{members.into_iter().map(radio).collect_view()}</div>
            </div>
        }
    };
    view! {
        <fieldset class="types">
            <legend>"Type"</legend>
            {groups.into_iter().map(group).collect_view()}
        </fieldset>
    }
}

fn of_type(
    one: &'static ConnectionType,
    prefixed: bool,
    problem: Option<&model::Problem>,
) -> impl IntoView + use<> {
    let wrong = |name: &str| problem.and_then(|p| p.for_field(name)).map(str::to_owned);
    let control = |field: &'static model::Field| {
        let problem = wrong(&format!("values[{}]", field.name));
        let name = if prefixed {
            // Behind `of.`: a key that begins with a digit, as `4me.host`, would be read as an index.
            format!("values[of.{}.{}]", one.name, field.name)
        } else {
            format!("values[{}]", field.name)
        };
        view! { <ValueField field name problem/> }
    };
    one.fields.iter().map(control).collect_view()
}

/// Without JavaScript only the style sheet can show the fields of the chosen type.
fn shown_when_chosen() -> String {
    let mut rules = String::from(".of-type { display: none }\n");
    for one in connection_types() {
        let name = one.name;
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            rules,
            "form:has([name=type_name][value=\"{name}\"]:checked) [data-type=\"{name}\"] {{ display: block }}"
        );
    }
    rules
}
