//! `/welcome`: the first administrator of a new installation.

use leptos::prelude::*;

use crate::page::{Page, Returned, Section};
use crate::ui::{field::TextField, notice::Notice};

/// The form that takes the setup code. The code is typed, never carried in a URL.
pub fn page(returned: Returned) -> Page {
    Page::new("Welcome", Section::Elsewhere, move || {
        let again = |name: &str| returned.typed(name).unwrap_or_default().to_owned();
        view! {
            <div class="card narrow">
                <h1>"Welcome to Relay"</h1>
                <p>
                    "Nobody can sign in yet. Create the first administrator with the setup code that "
                    <code>"relay serve"</code>
                    " printed when it started."
                </p>
                {returned.problem.clone().map(|problem| view! { <Notice problem/> })}
                <form method="post" action="/fn/create_administrator">
                    <TextField
                        name="code"
                        label="Setup code"
                        help="Looks like XXXX-XXXX-XXXX and is good for one hour."
                        autofocus=true
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
                    <div class="actions">
                        <button class="primary" type="submit">"Create administrator"</button>
                    </div>
                </form>
            </div>
        }
    })
}
