//! `/workflows/NAME/secrets/ID`: what there is to know of a secret, which is nothing of its value.

use leptos::prelude::*;
use model::{Problem, RequirementState, Unopenable};

use super::secrets::ALTERED;
use crate::connections::{one::places, uses};
use crate::page::{Answer, Page, Request, Section};
use crate::ui::notice::{altered, replacing};
use crate::ui::state::{State, Tone, tone};
use crate::ui::time::Time;

/// Where the workflow names it, and the steps that were given it.
pub async fn page(request: Request) -> Answer {
    let viewer = request.caller.viewer();
    let workflow = request.path("name").to_owned();
    let found = request
        .service
        .secret(&viewer, &workflow, request.path("id"))
        .await?;
    let found = found.ok_or_else(|| Problem::not_found("secret"))?;
    let administers = request.caller.administrator().is_ok();
    let title = format!("Secret {}", found.row.name);
    Ok(Page::new(title.clone(), Section::Workflows, move || {
        let (row, id) = (found.row, request.path("id").to_owned());
        let path = format!("/workflows/{workflow}/secrets/{id}");
        let last_used = match &row.last_used {
            Some(used) => view! { <Time at=used.at/>" "{uses::used_in(used)} }.into_any(),
            None => "never".into_any(),
        };
        let is_altered = row.unopenable == Some(Unopenable::Altered);
        let [overwrite, delete] = replacing(is_altered);
        let (tone, words) = if row.unopenable.is_some() {
            (Tone::Bad, model::UNOPENABLE)
        } else {
            let state = RequirementState::Configured;
            (tone(state), state.words())
        };
        let used_by = found.used_by.map_or_else(
            || "The newest revision does not name it.".to_owned(),
            |used| format!("{} of the newest revision", places(&used)),
        );
        view! {
            <p class="crumbs"><a href=format!("/workflows/{workflow}")>"‹ "{workflow.clone()}</a></p>
            <div class="heading">
                <h1>{title}</h1>
                {administers.then(|| view! {
                    <p class="buttons">
                        <a class="button" href=format!("/ledger?about={id}")>"In the ledger"</a>
                        <a class=delete href=format!("{path}/delete")>"Delete"</a>
                        <a class=overwrite href=format!("{path}/overwrite")>"Overwrite value"</a>
                    </p>
                })}
            </div>
            {is_altered.then(|| altered(ALTERED))}
            <div class="parts">
                <dl class="facts card">
                    <div>
                        <dt>"Workflow"</dt>
                        <dd><a href=format!("/workflows/{workflow}")>{workflow.clone()}</a></dd>
                    </div>
                    <div><dt>"State"</dt><dd><State tone words/></dd></div>
                    <div><dt>"Revision"</dt><dd>{row.revision}</dd></div>
                    <div><dt>"Changed"</dt><dd><Time at=row.changed_at/>" by "{row.changed_by}</dd></div>
                    <div><dt>"Where used"</dt><dd>{used_by}</dd></div>
                    <div><dt>"Last used"</dt><dd>{last_used}</dd></div>
                </dl>
                <section aria-labelledby="uses-title">
                    <h2 id="uses-title">"Steps that were given it"</h2>
                    {uses::table(found.uses)}
                </section>
            </div>
        }
    }))
}
