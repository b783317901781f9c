//! Which page a form stands on. A refused form is shown again there; the browser's `Referer` cannot
//! tell, because after the first refusal the browser is at the function's own address.

use std::collections::HashMap;

use model::{ConnectionId, SecretId, UserId, WorkflowName};

/// The path of the page whose form posts to `/fn/FUNCTION`, by what the form holds; the workflows
/// when the form names nothing that could have a page.
pub(super) fn form_page(function: &str, typed: &HashMap<String, String>) -> String {
    let text = |name: &str| typed.get(name).map_or("", String::as_str);
    let workflow = || text("workflow").parse::<WorkflowName>().ok();
    let of_workflow = |page: &str| Some(format!("/workflows/{}{page}", workflow()?));
    let of_run = || {
        let number: u64 = text("number").parse().ok()?;
        Some(format!("/workflows/{}/runs/{number}", workflow()?))
    };
    let of_connection = |page: &str| {
        let id: ConnectionId = text("id").parse().ok()?;
        Some(format!("/connections/{id}{page}"))
    };
    let of_secret = |page: &str| {
        let id: SecretId = text("id").parse().ok()?;
        Some(format!("/workflows/{}/secrets/{id}{page}", workflow()?))
    };
    let of_user = |page: &str| {
        let id: UserId = text("id").parse().ok()?;
        Some(format!("/access-control/{id}{page}"))
    };
    let page = match function {
        "set_grants" => of_connection("/grants"),
        "rotate_key" => Some("/keys".to_owned()),
        "log_in" => Some("/login".to_owned()),
        "create_administrator" => Some("/welcome".to_owned()),
        "join" => Some("/join".to_owned()),
        "invite" => Some("/access-control/invite".to_owned()),
        "change_role" => of_user(""),
        "delete_user" => of_user("/delete"),
        "withdraw_invitation" | "disable_user" | "enable_user" | "end_sessions_of" => {
            Some("/access-control".to_owned())
        }
        "change_password" | "end_session" | "end_other_sessions" => Some("/profile".to_owned()),
        "create_workflow" => Some("/new-workflow".to_owned()),
        "rename_workflow" => of_workflow("/settings"),
        "delete_workflow" => of_workflow("/delete"),
        "save_workflow" | "grant_connection" => of_workflow(""),
        "start_run" => of_workflow("/run"),
        "stop_run" | "decide_approval" => of_run(),
        "restore_revision" => of_workflow("/revisions"),
        "add_secret" | "add_sealed_secret" => of_workflow("/secrets/new"),
        "overwrite_secret" | "overwrite_sealed_secret" => of_secret("/overwrite"),
        "delete_secret" => of_secret("/delete"),
        "add_connection" | "add_sealed_connection" => Some("/connections/new".to_owned()),
        "overwrite_connection" | "overwrite_sealed_connection" => of_connection("/overwrite"),
        "delete_connection" => of_connection("/delete"),
        _ => None,
    };
    page.unwrap_or_else(|| "/workflows".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(function: &str, typed: &[(&str, &str)]) -> String {
        let typed = typed
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        form_page(function, &typed.collect())
    }

    #[test]
    fn a_form_goes_back_to_its_page() {
        let id = "ab".repeat(16);
        assert_eq!(
            page("save_workflow", &[("workflow", "reaper")]),
            "/workflows/reaper"
        );
        assert_eq!(
            page("delete_connection", &[("id", &id)]),
            format!("/connections/{id}/delete")
        );
        assert_eq!(
            page("stop_run", &[("workflow", "reaper"), ("number", "7")]),
            "/workflows/reaper/runs/7"
        );
        assert_eq!(
            page("overwrite_secret", &[("workflow", "reaper"), ("id", &id)]),
            format!("/workflows/reaper/secrets/{id}/overwrite")
        );
    }

    #[test]
    fn what_names_no_page_goes_to_the_workflows() {
        for (function, typed) in [
            ("save_workflow", ("workflow", "../connections")),
            ("delete_connection", ("id", "../x")),
            ("nothing", ("id", "")),
        ] {
            assert_eq!(page(function, &[typed]), "/workflows");
        }
    }
}
