//! The list of problems below the text.

#![expect(unreachable_pub, reason = "the component macro makes its props public")]

use leptos::either::Either;
use leptos::prelude::*;

use super::super::checked::Remark;
use super::Bench;
use crate::ui::icon::{Icon, Symbol};

/// Every diagnostic with its line; choosing one goes there.
#[component]
pub(super) fn Remarks(bench: Bench) -> impl IntoView {
    let remarks = Memo::new(move |_| bench.checked.with(|checked| checked.remarks.clone()));
    view! {
        <section class="remarks" aria-labelledby="remarks-title">
            <h2 id="remarks-title">"Problems"</h2>
            {move || list(bench, remarks.get())}
        </section>
        <p class="quiet hint">
            "F8 goes to the next problem. In the editor, Tab indents; press Escape, then Tab, to leave it."
        </p>
    }
}

fn list(bench: Bench, remarks: Vec<Remark>) -> impl IntoView {
    if remarks.is_empty() {
        return Either::Left(view! { <p class="quiet">"No problems found."</p> });
    }
    let item = move |remark: Remark| {
        let (icon, word) = match remark.severity.as_str() {
            "error" => (Icon::Alert, "error"),
            "warning" => (Icon::Warning, "warning"),
            _ => (Icon::Info, "remark"),
        };
        let place = (remark.from, remark.to);
        view! {
            <li class=format!("remark remark-{}", remark.severity)>
                <button type="button" on:click=move |_| bench.going_to.set(Some(place))>
                    <Symbol icon/>
                    <span class="remark-word">{word}</span>
                    <span class="remark-line">"line "{remark.line}</span>
                    <span class="remark-message">{remark.message}</span>
                </button>
            </li>
        }
    };
    Either::Right(view! { <ul>{remarks.into_iter().map(item).collect_view()}</ul> })
}
