//! `/profile`: who one is here.

use leptos::prelude::*;

use crate::page::{Answer, Page, Request, Section};

/// Name, address and role of the person who is signed in.
#[expect(clippy::unused_async, reason = "the shape of every page function")]
pub async fn page(request: Request) -> Answer {
    let caller = request.caller;
    Ok(Page::new("Your profile", Section::Elsewhere, move || {
        let may = match caller.role() {
            model::Role::Viewer => "You see workflows, their runs, and which connections exist.",
            model::Role::Operator => "You see everything a Viewer sees, and start and stop runs.",
            model::Role::Approver => "You may do what an Operator may, and decide approvals.",
            model::Role::Administrator => {
                "You may change workflows, connections, secrets and people."
            }
        };
        view! {
            <div class="heading"><h1>"Your profile"</h1></div>
            <dl class="facts card">
                <div><dt>"Name"</dt><dd>{caller.name().to_string()}</dd></div>
                <div><dt>"Email"</dt><dd>{caller.email().to_string()}</dd></div>
                <div><dt>"Role"</dt><dd>{caller.role().label()}" — "{may}</dd></div>
            </dl>
        }
    }))
}
