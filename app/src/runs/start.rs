//! `/workflows/NAME/run`: the form of a run. The dialog on the workflow's page takes its part
//! `run-form` from here, so that there is one form, and it is about what is saved now.

use leptos::prelude::*;
use model::Problem;

use super::form::{blocked, fields};
use crate::page::{Answer, Page, Request, Section, based_on};
use crate::ui::notice::Notice;

/// A field per parameter, or what stands in the way.
pub async fn page(request: Request) -> Answer {
    let operator = request.caller.operator()?;
    let name = request.path("name").to_owned();
    let form = request.service.run_form(&operator, &name).await?;
    let mut form = form.ok_or_else(|| Problem::not_found("workflow"))?;
    let returned = request.returned;
    // What was typed into a form that came back stands in its fields again.
    for index in 0.. {
        let typed = |part: &str| returned.typed(&format!("parameters[{index}][{part}]"));
        let (Some(name), Some(value)) = (typed("name"), typed("value")) else {
            break;
        };
        if let Some(known) = form.parameters.iter_mut().find(|one| one.name == name) {
            value.clone_into(&mut known.shown);
        }
    }
    let title = format!("Run {name}");
    Ok(Page::new(title, Section::Workflows, move || {
        let back = format!("/workflows/{name}");
        let problem = returned.problem.clone();
        let revision = based_on(&returned, form.revision);
        let ready = form.blockers.is_empty();
        // The list says the same as the problem of a run that was refused for these reasons.
        let notice = problem.clone().filter(|_| ready);
        let body = if ready {
            view! {
                <p>"Revision "{form.revision}", the newest one saved, runs."</p>
                <form method="post" action="/fn/start_run" autocomplete="off">
                    {fields(&name, revision, form.parameters, problem.as_ref())}
                    <div class="actions">
                        <button class="primary" type="submit">"Run workflow"</button>
                        <a class="button" href=back.clone() data-cancel="">"Cancel"</a>
                    </div>
                </form>
            }
            .into_any()
        } else {
            view! {
                {blocked(form.blockers)}
                <p><a class="button" href=back.clone() data-cancel="">"Back to the workflow"</a></p>
            }
            .into_any()
        };
        view! {
            <p class="crumbs"><a href=back.clone()>"‹ "{name.clone()}</a></p>
            <div class="card form">
                <h1>"Run workflow"</h1>
                {notice.map(|problem| view! { <Notice problem/> })}
                <div id="run-form" class="run-form">{body}</div>
            </div>
        }
    }))
}
