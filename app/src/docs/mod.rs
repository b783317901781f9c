//! `/docs`: the documentation, written in `docs/` and turned into HTML when Relay is built.

use leptos::prelude::*;

use crate::page::{Page, Section};

struct Chapter {
    slug: &'static str,
    title: &'static str,
    html: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/docs.rs"));

/// A chapter, or the first one for an empty slug; `None` when there is none of that name.
pub fn page(slug: &str) -> Option<Page> {
    let wanted = if slug.is_empty() {
        CHAPTERS.first()
    } else {
        CHAPTERS.iter().find(|c| c.slug == slug)
    };
    let chapter = wanted?;
    Some(Page::new(
        chapter.title,
        Section::Documentation,
        move || {
            let link = |other: &'static Chapter| {
                let current = (other.slug == chapter.slug).then_some("page");
                view! {
                    <li><a href=format!("/docs/{}", other.slug) aria-current=current>{other.title}</a></li>
                }
            };
            view! {
                <div class="docs">
                    <nav aria-label="Documentation">
                        <ul>{CHAPTERS.iter().map(link).collect_view()}</ul>
                    </nav>
                    <article inner_html=chapter.html></article>
                </div>
            }
        },
    ))
}
