//! `/connections/ID/overwrite`

use leptos::prelude::*;
use model::{Problem, Unopenable};

use super::one::ALTERED;
use super::overwrite_fields::{OverwriteFields, StoredField};
use super::value_form::ValueForm;
use crate::page::{Answer, Page, Request, Section, based_on};
use crate::ui::notice::{Notice, altered};

/// Per field: keep, replace or clear.
pub async fn page(request: Request) -> Answer {
    let administrator = request.caller.administrator()?;
    let missing = || Problem::not_found("connection");
    let id = request.path("id").parse().map_err(|_| missing())?;
    let found = request
        .service
        .connection(&administrator.viewer(), &id)
        .await?
        .ok_or_else(missing)?;
    let known = model::connection_type(found.row.type_name.as_str()).ok_or_else(|| {
        Problem::new(
            model::ProblemKind::Input,
            "unknown_type",
            "This version of Relay does not know the type of this connection; it can only be deleted.",
        )
    })?;
    let full = format!("{} / {}", found.row.type_name, found.row.name);
    let title = format!("Overwrite {full}");
    let returned = request.returned;
    let sealed_only = request.service.requires_browser_sealing();
    let page = Page::new(title.clone(), Section::Connections, move || {
        let stored = StoredField::of(&found);
        let chosen = known
            .fields
            .iter()
            .filter_map(|field| {
                let word = returned.typed(&format!("changes[{}]", field.name))?;
                Some((field.name.to_owned(), word.to_owned()))
            })
            .collect();
        let affected = match found.row.used_by.len() {
            0 => "No workflow uses this connection.".to_owned(),
            1 => "1 workflow uses this connection. Its next steps get the new values.".to_owned(),
            several => format!(
                "{several} workflows use this connection. Their next steps get the new values."
            ),
        };
        view! {
            <div class="card form">
                <h1>{title}</h1>
                {returned.problem.clone().map(|problem| view! { <Notice problem/> })}
                {(found.row.unopenable == Some(Unopenable::Altered)).then(|| altered(ALTERED))}
                <p class="advice">{affected}</p>
                <ValueForm action="/fn/overwrite_connection" noun="connection" sealed_only back="/connections">
                    <input type="hidden" name="id" value=found.row.id.to_string()/>
                    <input type="hidden" name="revision" value=based_on(&returned, found.row.revision)/>
                    <OverwriteFields of=known stored problem=Signal::stored(returned.problem) chosen/>
                </ValueForm>
            </div>
        }
    });
    Ok(page.with_values())
}
