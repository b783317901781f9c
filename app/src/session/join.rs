//! `/join`: whoever was invited.

use leptos::prelude::*;
use service::Caller;

use crate::page::{Page, Returned, Section};
use crate::ui::{field::TextField, notice::Notice};

/// The form that takes the code of an invitation. A script takes the code out of the link.
pub fn page(returned: Returned) -> Page {
    let page = Page::new("Join", Section::Elsewhere, move || {
        let again = |name: &str| returned.typed(name).unwrap_or_default().to_owned();
        view! {
            <div class="card narrow">
                <h1>"Join Relay"</h1>
                <p>"An administrator has invited you. Choose a password, and you are in."</p>
                {returned.problem.clone().map(|problem| view! { <Notice problem/> })}
                <form method="post" action="/fn/join">
                    <TextField
                        name="code"
                        label="Invitation code"
                        help="What stands behind the # of the link you got. It is good once."
                        problem=returned.wrong("code")
                    />
                    <TextField
                        name="name"
                        label="Name"
                        autocomplete="name"
                        value=again("name")
                        problem=returned.wrong("name")
                    />
                    <TextField
                        name="email"
                        label="Email"
                        kind="email"
                        autocomplete="username"
                        help="The address the invitation is for."
                        value=again("email")
                        problem=returned.wrong("email")
                    />
                    <TextField
                        name="password"
                        label="Password"
                        kind="password"
                        autocomplete="new-password"
                        help="12 to 256 characters. A few unrelated words are good."
                        problem=returned.wrong("password")
                    />
                    <div class="actions"><button class="primary" type="submit">"Join"</button></div>
                </form>
            </div>
        }
    });
    page.with_script(include_str!("join.js"))
}

/// For whoever is somebody here already.
pub fn signed_in(caller: &Caller) -> Page {
    let name = caller.name().to_string();
    Page::new("Join", Section::Elsewhere, move || {
        view! {
            <div class="card form">
                <h1>"You are signed in already"</h1>
                <p>
                    "You are signed in as "<strong>{name}</strong>". An invitation is for somebody who is not in \
                     Relay yet: open its link in another browser, or log out first and open it again."
                </p>
                <div class="actions">
                    <a class="button" href="/workflows">"To the workflows"</a>
                    <form method="post" action="/fn/log_out"><button type="submit">"Log out"</button></form>
                </div>
            </div>
        }
    })
}
