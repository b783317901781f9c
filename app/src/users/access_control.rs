//! `/access-control`: who may do what.

use leptos::prelude::*;

use crate::page::{Answer, Page, Request, Section};
use crate::ui::time::Time;

/// The people of the account with their roles.
pub async fn page(request: Request) -> Answer {
    let users = request
        .service
        .users(&request.caller.administrator()?)
        .await?;
    Ok(Page::new(
        "Access control",
        Section::AccessControl,
        move || {
            let row = |user: service::UserView| {
                view! {
                    <tr>
                        <th scope="row">{user.name.to_string()}</th>
                        <td>{user.email.to_string()}</td>
                        <td>{user.role.label()}{user.disabled.then_some(" (disabled)")}</td>
                        <td><Time at=user.since/></td>
                    </tr>
                }
            };
            view! {
                <div class="heading">
                    <div>
                        <h1>"Access control"</h1>
                        <p class="lead">"Who may sign in to Relay, and what each may do."</p>
                    </div>
                </div>
                <div class="table-scroll">
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">"Name"</th>
                                <th scope="col">"Email"</th>
                                <th scope="col">"Role"</th>
                                <th scope="col">"Since"</th>
                            </tr>
                        </thead>
                        <tbody>{users.into_iter().map(row).collect_view()}</tbody>
                    </table>
                </div>
                <section class="card">
                    <h2>"Add somebody"</h2>
                    <p>
                        "On the server, run the command below and type the password, 12 to 256 characters, "
                        "followed by the end of input (Ctrl-D). The role is one of viewer, operator, approver "
                        "and administrator; each may do everything the one before it may."
                    </p>
                    <pre><code>"relay user add --email ana@example.com --name Ana --role operator --password-stdin"</code></pre>
                </section>
            }
        },
    ))
}
