//! `/profile`: who one is here, one's password and one's sessions.

use leptos::prelude::*;
use model::Role;
use service::SessionView;

use super::agent;
use crate::page::{Answer, Page, Request, Returned, Section};
use crate::ui::icon::{Icon, Symbol};
use crate::ui::time::Time;
use crate::ui::{field::TextField, notice::Notice};

/// Name, address and role of the person who is signed in; forms for the password and the sessions.
pub async fn page(request: Request) -> Answer {
    let sessions = request.service.own_sessions(&request.caller).await?;
    let done = request.query("done") == Some("password");
    let (caller, returned) = (request.caller, request.returned);
    Ok(Page::new("Your profile", Section::Elsewhere, move || {
        let may = match caller.role() {
            Role::Viewer => "You see workflows, their runs, and which connections exist.",
            Role::Operator => "You see everything a Viewer sees, and start and stop runs.",
            Role::Approver => "You may do what an Operator may, and decide approvals.",
            Role::Administrator => "You may change workflows, connections, secrets and people.",
        };
        view! {
            <div class="heading"><h1>"Your profile"</h1></div>
            {returned.problem.clone().map(|problem| view! { <Notice problem/> })}
            {done.then(|| view! {
                <p class="note" role="status">
                    <Symbol icon=Icon::Check/>"Your password was changed, and your other sessions have ended."
                </p>
            })}
            <dl class="facts card">
                <div><dt>"Name"</dt><dd>{caller.name().to_string()}</dd></div>
                <div><dt>"Email"</dt><dd>{caller.email().to_string()}</dd></div>
                <div><dt>"Role"</dt><dd>{caller.role().label()}" — "{may}</dd></div>
            </dl>
            {password(&returned, caller.email().to_string())}
            {list(sessions)}
        }
    }))
}

fn password(returned: &Returned, email: String) -> impl IntoView + use<> {
    view! {
        <section class="card form" aria-labelledby="password">
            <h2 id="password">"Password"</h2>
            <p class="help">"Your other sessions end when you change it."</p>
            <form method="post" action="/fn/change_password">
                // For password managers, which want to know whose password it is.
                <input type="hidden" name="username" autocomplete="username" value=email/>
                <TextField
                    name="current_password"
                    label="Current password"
                    kind="password"
                    autocomplete="current-password"
                    problem=returned.wrong("current_password")
                />
                <TextField
                    name="new_password"
                    label="New password"
                    kind="password"
                    autocomplete="new-password"
                    help="12 to 256 characters. A few unrelated words are good."
                    problem=returned.wrong("new_password")
                />
                <div class="actions"><button type="submit">"Change password"</button></div>
            </form>
        </section>
    }
}

fn list(sessions: Vec<SessionView>) -> impl IntoView {
    let others = sessions.len() > 1;
    view! {
        <section class="sessions" aria-labelledby="sessions">
            <div class="heading">
                <h2 id="sessions">"Sessions"</h2>
                {others.then(|| view! {
                    <form method="post" action="/fn/end_other_sessions">
                        <button type="submit">"End all other sessions"</button>
                    </form>
                })}
            </div>
            <p class="help">
                "Where you are signed in. A session ends 12 hours after it was last used, and 7 days after the password \
                 was entered."
            </p>
            <div class="table-scroll">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Browser"</th>
                            <th scope="col">"Address"</th>
                            <th scope="col">"Password entered"</th>
                            <th scope="col">"Last used"</th>
                            <th scope="col"><span class="for-readers">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>{sessions.into_iter().map(line).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}

fn line(session: SessionView) -> impl IntoView {
    let browser = agent::words(&session.agent);
    let end = if session.this {
        view! { <span class="quiet">"This session"</span> }.into_any()
    } else {
        let label = format!("End the session of {browser} at {}", session.address);
        view! {
            <form method="post" action="/fn/end_session">
                <input type="hidden" name="session" value=session.id/>
                <button type="submit" aria-label=label>"End session"</button>
            </form>
        }
        .into_any()
    };
    view! {
        <tr>
            <th scope="row" data-label="Browser">{browser}</th>
            <td data-label="Address"><code>{session.address}</code></td>
            <td data-label="Entered"><Time at=session.proved_at/></td>
            <td data-label="Last used"><Time at=session.used_at/></td>
            <td>{end}</td>
        </tr>
    }
}
