//! The methods this server takes at all. Everything else, TRACE and inventions included, is 405
//! before it meets a route.

use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::problem;

/// Where server functions live.
pub const SERVER_FUNCTIONS: &str = "/fn/";

/// Lets GET, HEAD and POST through, and only POST to a server function: a link must never change
/// anything.
pub async fn guard(request: Request, next: Next) -> Response {
    let function = request.uri().path().starts_with(SERVER_FUNCTIONS);
    let allow = match *request.method() {
        Method::POST => None,
        Method::GET | Method::HEAD if !function => None,
        _ if function => Some("POST"),
        _ => Some("GET, HEAD, POST"),
    };
    let Some(allow) = allow else {
        return next.run(request).await;
    };
    let detail = "This address takes another method.";
    let status = StatusCode::METHOD_NOT_ALLOWED;
    let mut response = problem::answer(status, "method_not_allowed", detail, &[]);
    response
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static(allow));
    response
}
