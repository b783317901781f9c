//! A page as HTML, with the policy that lets only its own scripts run.

use std::sync::Arc;

use app::page::{Island, Page, Section};
use app::ui::frame;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use leptos::prelude::*;
use model::{Problem, ProblemKind};
use service::Caller;

use super::site;
use crate::problem::status;
use crate::state::AppState;

/// 128 random bits, fresh for every answer.
fn nonce() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

/// Workers only where the page has an island that starts one.
fn policy(nonce: &str, island: Option<Island>) -> String {
    let workers = match island {
        Some(Island::Workbench) => "'self'",
        Some(Island::Run) | None => "'none'",
    };
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; \
         worker-src {workers}; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

/// The whole document of a page.
pub(super) fn page(
    state: &AppState,
    caller: Option<&Caller>,
    shown: StatusCode,
    page: Page,
) -> Response {
    let nonce = match nonce() {
        Ok(nonce) => nonce,
        Err(error) => {
            tracing::error!(%error, "no randomness for a page's nonce");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let policy = policy(&nonce, page.island);
    let owner = Owner::new_root(Some(Arc::new(
        hydration_context::SsrSharedContext::new_islands(),
    )));
    let html = owner.with(|| frame::document(page, &site(state), &nonce, caller).to_html());
    let mut response = (shown, Html(html)).into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A problem as a page of its own.
pub(super) fn problem(state: &AppState, caller: Option<&Caller>, problem: Problem) -> Response {
    let title = match problem.kind {
        ProblemKind::NotFound => "Not found",
        ProblemKind::Forbidden => "Not allowed",
        _ => "Something went wrong",
    };
    let shown = status(problem.kind);
    let content = Page::new(title, Section::Elsewhere, move || {
        view! {
            <div class="card form">
                <h1>{title}</h1>
                <p>{problem.detail}</p>
                <p><a class="button" href="/workflows">"To the workflows"</a></p>
            </div>
        }
    });
    page(state, caller, shown, content)
}
