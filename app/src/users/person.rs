//! `/access-control/ID`: another role for somebody.

use leptos::prelude::*;
use model::Problem;

use super::role_field::RoleField;
use crate::page::{Answer, Page, Request, Section};
use crate::ui::notice::Notice;

/// The form.
pub async fn page(request: Request) -> Answer {
    let administrator = request.caller.administrator()?;
    let id = request.path("id").parse();
    let id = id.map_err(|_| Problem::not_found("person"))?;
    let user = request.service.user(&administrator, &id).await?;
    let returned = request.returned;
    let chosen = returned.typed("role").and_then(|role| role.parse().ok());
    let title = format!("Role of {}", user.name);
    Ok(Page::new(
        title.clone(),
        Section::AccessControl,
        move || {
            let ends = match user.sessions {
                0 => "It counts from the next time they sign in.".to_owned(),
                1 => "Their session ends, and they sign in again with the new role.".to_owned(),
                more => {
                    format!("Their {more} sessions end, and they sign in again with the new role.")
                }
            };
            view! {
                <div class="card form">
                    <h1>{title}</h1>
                    {returned.problem.clone().map(|problem| view! { <Notice problem/> })}
                    <p>{user.email.to_string()}" is "{user.role.label()}" now. "{ends}</p>
                    <form method="post" action="/fn/change_role">
                        <input type="hidden" name="id" value=user.id.to_string()/>
                        <RoleField chosen=chosen.or(Some(user.role)) problem=returned.wrong("role")/>
                        <div class="actions">
                            <a class="button" href="/access-control">"Cancel"</a>
                            <button class="primary" type="submit">"Change role"</button>
                        </div>
                    </form>
                </div>
            }
        },
    ))
}
