//! `/access-control`: who may do what.

use leptos::prelude::*;
use service::{InvitationRow, UserView};

use crate::page::{Answer, Page, Request, Section};
use crate::ui::icon::{Icon, Symbol};
use crate::ui::notice::Notice;
use crate::ui::state::{State, Tone};
use crate::ui::time::Time;

/// The people of the account with their roles, and who is invited.
pub async fn page(request: Request) -> Answer {
    let administrator = request.caller.administrator()?;
    let users = request.service.users(&administrator).await?;
    let invitations = request.service.invitations(&administrator).await?;
    let problem = request.returned.problem;
    Ok(Page::new(
        "Access control",
        Section::AccessControl,
        move || {
            view! {
                <div class="heading">
                    <div>
                        <h1>"Access control"</h1>
                        <p class="lead">"Who may sign in to Relay, and what each may do."</p>
                    </div>
                    <a class="button primary" href="/access-control/invite">
                        <Symbol icon=Icon::Plus/>"Invite somebody"
                    </a>
                </div>
                {problem.map(|problem| view! { <Notice problem/> })}
                {people(users)}
                <section class="invitations" aria-labelledby="invitations">
                    <h2 id="invitations">"Invitations"</h2>
                    {if invitations.is_empty() { nobody().into_any() } else { invited(invitations).into_any() }}
                </section>
            }
        },
    ))
}

fn people(users: Vec<UserView>) -> impl IntoView {
    view! {
        <div class="table-scroll">
            <table class="people">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Email"</th>
                        <th scope="col">"Role"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Sessions"</th>
                        <th scope="col">"Since"</th>
                        <th scope="col"><span class="for-readers">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{users.into_iter().map(line).collect_view()}</tbody>
            </table>
        </div>
    }
}

fn line(user: UserView) -> impl IntoView {
    let name = user.name.to_string();
    let (tone, state) = if user.disabled {
        (Tone::Bad, "disabled")
    } else {
        (Tone::Good, "active")
    };
    let sessions = match user.sessions {
        0 => view! { <span class="quiet">"none"</span> }.into_any(),
        some => some.to_string().into_any(),
    };
    let you = user
        .is_you
        .then(|| view! { <span class="quiet">" (you)"</span> });
    let menu = (!user.is_you).then(|| menu(&user));
    view! {
        <tr>
            <th scope="row" data-label="Name">{name}{you}</th>
            <td data-label="Email">{user.email.to_string()}</td>
            <td data-label="Role">{user.role.label()}</td>
            <td data-label="State"><State tone words=state/></td>
            <td data-label="Sessions">{sessions}</td>
            <td data-label="Since"><Time at=user.since/></td>
            <td class="row-actions">{menu}</td>
        </tr>
    }
}

fn menu(user: &UserView) -> impl IntoView + use<> {
    let act = |function: &'static str, words: &'static str| {
        let id = user.id.to_string();
        view! {
            <form method="post" action=format!("/fn/{function}")>
                <input type="hidden" name="id" value=id/>
                <button type="submit">{words}</button>
            </form>
        }
    };
    let shut = if user.disabled {
        act("enable_user", "Enable")
    } else {
        act("disable_user", "Disable")
    };
    let end = (user.sessions > 0).then(|| act("end_sessions_of", "End sessions"));
    view! {
        <details class="menu" name="row-menu">
            <summary role="button" aria-label=format!("Actions for {}", user.name)><Symbol icon=Icon::More/></summary>
            <div class="menu-items">
                <a href=format!("/access-control/{}", user.id)>"Change role"</a>
                {end}
                {shut}
                <a class="danger" href=format!("/access-control/{}/delete", user.id)>"Delete"</a>
            </div>
        </details>
    }
}

fn nobody() -> impl IntoView {
    view! {
        <p class="quiet">
            "Nobody is invited at the moment. An invitation is a link for one person; it is good once and for three days."
        </p>
    }
}

fn invited(invitations: Vec<InvitationRow>) -> impl IntoView {
    let line = |row: InvitationRow| {
        let label = format!("Withdraw the invitation of {}", row.email);
        view! {
            <tr>
                <th scope="row" data-label="Email">{row.email.to_string()}</th>
                <td data-label="Role">{row.role.label()}</td>
                <td data-label="Invited"><Time at=row.invited_at/><span class="quiet">" by "{row.invited_by}</span></td>
                <td data-label="Good until"><Time at=row.expires_at/></td>
                <td>
                    <form method="post" action="/fn/withdraw_invitation">
                        <input type="hidden" name="id" value=row.id.to_string()/>
                        <button type="submit" aria-label=label>"Withdraw"</button>
                    </form>
                </td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Email"</th>
                        <th scope="col">"Role"</th>
                        <th scope="col">"Invited"</th>
                        <th scope="col">"Good until"</th>
                        <th scope="col"><span class="for-readers">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{invitations.into_iter().map(line).collect_view()}</tbody>
            </table>
        </div>
    }
}
