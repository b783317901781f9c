//! `/access-control/ID/delete`

use leptos::prelude::*;
use model::Problem;

use crate::page::{Answer, Page, Request, Section};
use crate::ui::notice::Notice;

/// Asks once more.
pub async fn page(request: Request) -> Answer {
    let administrator = request.caller.administrator()?;
    let id = request.path("id").parse();
    let id = id.map_err(|_| Problem::not_found("person"))?;
    let user = request.service.user(&administrator, &id).await?;
    let returned = request.returned;
    let title = format!("Delete {}?", user.name);
    Ok(Page::new(
        title.clone(),
        Section::AccessControl,
        move || {
            view! {
                <div class="card form" role="alertdialog" aria-labelledby="delete-title" aria-describedby="delete-text">
                    <h1 id="delete-title">{title}</h1>
                    {returned.problem.clone().map(|problem| view! { <Notice problem/> })}
                    <div id="delete-text">
                        <p>
                            {user.email.to_string()}
                            " can no longer sign in, their sessions end, and the address is free for somebody else. \
                             The name stays beside what they have changed. To keep them out for a while only, disable them."
                        </p>
                    </div>
                    <form method="post" action="/fn/delete_user">
                        <input type="hidden" name="id" value=user.id.to_string()/>
                        <div class="actions">
                            <a class="button" href="/access-control" autofocus=true>"Keep them"</a>
                            <button class="danger" type="submit">"Delete person"</button>
                        </div>
                    </form>
                </div>
            }
        },
    ))
}
