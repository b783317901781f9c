//! `GET /spec[?q=&lang=]`: the step's `spec`, or what a query finds in it.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::http::Uri;
use axum::response::Response;
use engine::StepDoor;
use language::QueryLanguage;

use super::envelope;
use super::refusal::Refusal;

/// Without a query the whole `spec`. Only what a query touches is resolved, and handed out.
pub(super) async fn answer(door: &StepDoor, uri: &Uri) -> Result<Response, Refusal> {
    let (mut text, mut language): (Cow<'_, str>, Cow<'_, str>) = Default::default();
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        match &*name {
            "q" if text.is_empty() => text = value,
            "lang" if language.is_empty() => language = value,
            _ => {}
        }
    }
    let language: QueryLanguage = language
        .parse()
        .map_err(|_| Refusal::unsupported_language(&language))?;
    let query = (!text.is_empty()).then_some((language, &*text));
    let answer = door.spec_written(query, envelope::written).await?;
    Ok(envelope::of(Bytes::from_owner(answer)))
}
