//! The list of problems below the text.

#![expect(unreachable_pub, reason = "the component macro makes its props public")]

use leptos::either::Either;
use leptos::prelude::*;

use super::super::checked::Remark;
use super::Bench;
use crate::ui::icon::{Icon, Symbol};

/// More are drawn only when somebody asks: with each check all of them may change, and typing must
/// not wait for that.
const AT_FIRST: usize = 100;

/// Every diagnostic with its line; choosing one goes there.
#[component]
pub(super) fn Remarks(bench: Bench) -> impl IntoView {
    let remarks = Memo::new(move |_| bench.checked.with(|checked| checked.remarks.clone()));
    let all = RwSignal::new(false);
    view! {
        <section class="remarks" aria-labelledby="remarks-title">
            <h2 id="remarks-title">"Problems"</h2>
            {move || list(bench, remarks.get(), all)}
        </section>
    }
}

fn list(bench: Bench, mut remarks: Vec<Remark>, all: RwSignal<bool>) -> impl IntoView {
    if remarks.is_empty() {
        return Either::Left(view! { <p class="quiet">"No problems found."</p> });
    }
    let left = remarks.len().saturating_sub(AT_FIRST);
    let more = (left > 0 && !all.get()).then(|| {
        // What makes a run impossible comes first.
        remarks.sort_by_key(|remark| remark.severity != "error");
        remarks.truncate(AT_FIRST);
        view! {
            <p><button type="button" on:click=move |_| all.set(true)>"Show the other "{left}</button></p>
        }
    });
    let item = move |remark: Remark| {
        let (icon, word) = match remark.severity.as_str() {
            "error" => (Icon::Alert, "error"),
            "warning" => (Icon::Warning, "warning"),
            _ => (Icon::Info, "remark"),
        };
        let place = (remark.from, remark.to);
        let cure = remark.cure.filter(|_| bench.can_edit).map(|cure| {
            let label = format!("Fix: {}", cure.label);
            view! {
                <button
                    type="button"
                    class="remark-fix"
                    title=cure.label.clone()
                    aria-label=label
                    on:click=move |_| bench.curing.set(Some(cure.clone()))
                >"Fix"</button>
            }
        });
        view! {
            <li class=format!("remark remark-{}", remark.severity)>
                <button type="button" on:click=move |_| bench.going_to.set(Some(place))>
                    <Symbol icon/>
                    <span class="remark-word">{word}</span>
                    <span class="remark-line">"line "{remark.line}</span>
                    <span class="remark-message">{remark.message}</span>
                </button>
                {cure}
            </li>
        }
    };
    Either::Right(view! {
        <ul>{remarks.into_iter().map(item).collect_view()}</ul>
        {more}
    })
}
