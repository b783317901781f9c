//! What went wrong, at the top of the form it happened in.

use leptos::prelude::*;
use model::Problem;

use super::icon::{Icon, Symbol};

/// A problem as a block that screen readers announce; wrong fields become links to them.
#[component]
pub fn Notice(
    /// What went wrong.
    problem: Problem,
) -> impl IntoView {
    let links = (problem.fields.len() > 1).then(|| {
        let item = |field: model::FieldProblem| {
            let target = format!("#{}", field_id(&field.name));
            view! { <li><a href=target>{field.detail}</a></li> }
        };
        view! { <ul>{problem.fields.into_iter().map(item).collect_view()}</ul> }
    });
    view! {
        <div class="notice notice-bad" role="alert" tabindex="-1">
            <Symbol icon=Icon::Alert/>
            <div><p>{problem.detail}</p>{links}</div>
        </div>
    }
}

/// What is said of something that is not what the ledger tells of it: `words` tell what helps.
pub fn altered(words: &'static str) -> impl IntoView {
    view! {
        <div class="notice notice-bad">
            <Symbol icon=Icon::Alert/>
            <div><p>{words}</p></div>
        </div>
    }
}

/// The classes of the buttons “Overwrite” and “Delete”, in this order: the one that helps stands out.
pub fn replacing(is_altered: bool) -> [&'static str; 2] {
    if is_altered {
        ["button", "button danger"]
    } else {
        ["button primary", "button"]
    }
}

/// The HTML id of the control of that form name.
pub fn field_id(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    format!("field-{}", name.chars().map(safe).collect::<String>())
}
