//! A problem over HTTP: `application/problem+json` (RFC 9457).

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::{FieldProblem, Problem, ProblemKind};
use serde::Serialize;

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A problem as an answer.
#[derive(Debug, Clone)]
pub struct ProblemAnswer(pub Problem);

impl IntoResponse for ProblemAnswer {
    fn into_response(self) -> Response {
        let Problem {
            kind,
            code,
            detail,
            fields,
            retry_after,
        } = self.0;
        let mut response = described(Some(kind), status(kind), &code, &detail, &fields);
        say_when(&mut response, retry_after);
        response
    }
}

/// Tells programs how many seconds to wait.
pub fn say_when(response: &mut Response, seconds: Option<u64>) {
    if let Some(seconds) = seconds {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// The status of a kind of problem.
pub fn status(kind: ProblemKind) -> StatusCode {
    match kind {
        ProblemKind::NotSignedIn => StatusCode::UNAUTHORIZED,
        ProblemKind::Forbidden => StatusCode::FORBIDDEN,
        ProblemKind::NotFound => StatusCode::NOT_FOUND,
        ProblemKind::Stale => StatusCode::CONFLICT,
        ProblemKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ProblemKind::Input => StatusCode::UNPROCESSABLE_ENTITY,
        ProblemKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        ProblemKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The wire form.
#[derive(Serialize)]
struct Body<'a> {
    /// No page describes our problems one by one: the title is the status in words.
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    fields: &'a [FieldProblem],
    /// Beyond the RFC: what our own pages in the browser read.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<ProblemKind>,
}

/// An answer with a status that no kind of problem has, such as a wrong method.
pub fn answer(status: StatusCode, code: &str, detail: &str, fields: &[FieldProblem]) -> Response {
    described(None, status, code, detail, fields)
}

fn described(
    kind: Option<ProblemKind>,
    status: StatusCode,
    code: &str,
    detail: &str,
    fields: &[FieldProblem],
) -> Response {
    let title = status.canonical_reason().unwrap_or("Problem");
    let body = Body {
        r#type: "about:blank",
        title,
        status: status.as_u16(),
        detail,
        code,
        fields,
        kind,
    };
    let mut response = (status, Json(body)).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    response
}

/// Gives a body to errors that the framework answers without one, such as a method no route has.
pub async fn describe_bare_errors(request: Request, next: Next) -> Response {
    let bare = next.run(request).await;
    let status = bare.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_error || bare.headers().contains_key(header::CONTENT_TYPE) {
        return bare;
    }
    let (code, detail) = match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            ("method_not_allowed", "This address takes another method.")
        }
        StatusCode::NOT_FOUND => ("not_found", "There is nothing at this address."),
        status if status.is_server_error() => (
            "internal",
            "Something went wrong on the server; its log has the cause.",
        ),
        _ => ("bad_request", "The request could not be understood."),
    };
    let mut described = answer(status, code, detail, &[]);
    for (name, value) in bare.headers() {
        if name != header::CONTENT_LENGTH {
            described.headers_mut().append(name, value.clone());
        }
    }
    described
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_status() {
        for (kind, expected) in [
            (ProblemKind::NotSignedIn, 401),
            (ProblemKind::Forbidden, 403),
            (ProblemKind::NotFound, 404),
            (ProblemKind::Stale, 409),
            (ProblemKind::TooLarge, 413),
            (ProblemKind::Input, 422),
            (ProblemKind::TooMany, 429),
            (ProblemKind::Internal, 500),
        ] {
            let response = ProblemAnswer(Problem::new(kind, "code", "Detail.")).into_response();
            assert_eq!(response.status(), expected);
            assert_eq!(response.headers()[header::CONTENT_TYPE], MEDIA_TYPE);
        }
    }
}
