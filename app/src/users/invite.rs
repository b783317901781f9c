//! `/access-control/invite`, and what it answers: the link, once.

use leptos::prelude::*;
use model::Role;

use super::functions::Invitation;
use super::role_field::RoleField;
use crate::page::{Answer, Page, Request, Section};
use crate::ui::time::Time;
use crate::ui::{field::TextField, notice::Notice};

/// The form.
#[expect(clippy::unused_async, reason = "the shape of every page function")]
pub async fn page(request: Request) -> Answer {
    request.caller.administrator()?;
    let returned = request.returned;
    let role: Option<Role> = returned.typed("role").and_then(|role| role.parse().ok());
    Ok(Page::new(
        "Invite somebody",
        Section::AccessControl,
        move || {
            view! {
                <div class="card form">
                    <h1>"Invite somebody"</h1>
                    <p>
                        "Relay makes a link for this person and shows it to you once. Send it on a way that only they \
                         read. It is good once, and for three days."
                    </p>
                    {returned.problem.clone().map(|problem| view! { <Notice problem/> })}
                    <form method="post" action="/fn/invite">
                        <TextField
                            name="email"
                            label="Email"
                            kind="email"
                            help="What the person will sign in with."
                            value=returned.typed("email").unwrap_or_default().to_owned()
                            problem=returned.wrong("email")
                        />
                        <RoleField chosen=role problem=returned.wrong("role")/>
                        <div class="actions">
                            <a class="button" href="/access-control">"Cancel"</a>
                            <button class="primary" type="submit">"Create invitation"</button>
                        </div>
                    </form>
                </div>
            }
        },
    ))
}

/// The link, for the one time it is shown. `origin` is where people reach this server.
pub fn invited(origin: &str, invitation: Invitation) -> Page {
    let link = format!("{origin}/join#{}", invitation.code);
    Page::new("Invitation", Section::AccessControl, move || {
        view! {
            <div class="card form">
                <h1>{format!("Invitation for {}", invitation.email)}</h1>
                <p>
                    "Send this link to them now: "
                    <strong>"you won't be able to see it again."</strong>
                    " Whoever has it can join in their place. If it gets lost, invite them once more; that ends this one."
                </p>
                <TextField name="link" label="Invitation link" value=link readonly=true problem=None/>
                <p class="help">
                    "Good once, until "<Time at=invitation.expires_at/>
                    ". Where the link cannot be opened as it is: the page "<code>"/join"</code>
                    " takes what stands behind the "<code>"#"</code>"."
                </p>
                <div class="actions"><a class="button primary" href="/access-control">"Done"</a></div>
            </div>
        }
    })
}
