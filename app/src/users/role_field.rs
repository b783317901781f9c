//! The choice of a role, each with what it may do.

use leptos::prelude::*;
use model::Role;

use crate::ui::field::Wrong;
use crate::ui::notice::field_id;

/// What somebody of that role may do, beside what the roles before it may.
fn may(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Sees workflows, their runs, and which connections exist.",
        Role::Operator => "Also starts and stops runs.",
        Role::Approver => "Also decides approvals.",
        Role::Administrator => "Also changes workflows, connections, secrets and people.",
    }
}

/// One radio button per role.
#[component]
pub fn RoleField(
    /// The one that is chosen.
    chosen: Option<Role>,
    /// What was wrong.
    #[prop(into)]
    problem: Signal<Option<String>>,
) -> impl IntoView {
    let id = field_id("role");
    let group = id.clone();
    let one = |role: Role| {
        let help = format!("role-{role}");
        view! {
            <div class="role">
                <label class="choice">
                    <input
                        type="radio"
                        name="role"
                        value=role.as_str()
                        checked=chosen == Some(role)
                        aria-describedby=help.clone()
                    />
                    {role.label()}
                </label>
                <p class="help" id=help>{may(role)}</p>
            </div>
        }
    };
    view! {
        <fieldset class="roles" id=group>
            <legend>"Role"</legend>
            {Role::ALL.map(one).collect_view()}
            <Wrong id problem/>
        </fieldset>
    }
}
