//! The HTML around every page: head, scripts, navigation.

use leptos::prelude::*;
use service::Caller;

use super::icon::{Icon, Symbol};
use crate::page::{Island, Page, Site};

/// The whole document. Scripts stand only on pages that have an island.
pub fn document(
    page: Page,
    site: &Site,
    nonce: &str,
    caller: Option<&Caller>,
) -> impl IntoView + use<> {
    let pkg = site.pkg.clone();
    let scripts = page.island.map(|island| scripts(&pkg, island, nonce));
    let seals = page.values.then(|| {
        let call = format!("import {{ enhance }} from \"/{pkg}/seal.js\"; enhance();");
        view! { <script type="module" nonce=nonce.to_owned()>{call}</script> }
    });
    let title = format!("{} · Relay", page.title);
    let (main_class, frame) = match caller {
        Some(caller) => ("framed", Some(navigation(caller, page.section))),
        None => ("bare", None),
    };
    let content = (page.view)();
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title>{title}</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=format!("/{pkg}/relay.css")/>
                {page.style.map(|style| view! { <style nonce=nonce.to_owned()>{style}</style> })}
                {scripts}
                {seals}
                {page.script.map(|script| view! { <script type="module" nonce=nonce.to_owned()>{script}</script> })}
            </head>
            <body class=main_class>
                <a class="skip" href="#main">"Skip to the content"</a>
                {frame}
                <main id="main" tabindex="-1">{content}</main>
            </body>
        </html>
    }
}

/// Wakes the islands. Our own tags instead of the framework's: its preload carries no nonce and is
/// lost under the content security policy.
fn scripts(pkg: &str, island: Island, nonce: &str) -> impl IntoView + use<> {
    const WAKE: &str = include_str!("wake.js");
    let file = format!("/{pkg}/{}", island.file());
    let call = format!("{WAKE}(\"{file}.js\", \"{file}_bg.wasm\");");
    view! {
        <link rel="modulepreload" href=format!("{file}.js") nonce=nonce.to_owned()/>
        <link
            rel="preload"
            href=format!("{file}_bg.wasm")
            r#as="fetch"
            r#type="application/wasm"
            crossorigin="anonymous"
        />
        <script type="module" nonce=nonce.to_owned() data-relay="">{call}</script>
    }
}

/// Where in the house a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Workflows and what belongs to them.
    Workflows,
    /// Connections.
    Connections,
    /// People and their roles.
    AccessControl,
    /// The vault's keys.
    Keys,
    /// The documentation.
    Documentation,
    /// None of them.
    Elsewhere,
}

fn navigation(caller: &Caller, section: Section) -> impl IntoView + use<> {
    let link = move |target: Section, href: &'static str, icon: Icon, words: &'static str| {
        let current = (target == section).then_some("page");
        view! {
            <li><a href=href aria-current=current><Symbol icon/><span>{words}</span></a></li>
        }
    };
    let administers = caller.administrator().is_ok();
    let name = caller.name().to_string();
    let label = format!("Account of {name}");
    view! {
        <header class="side">
            <a class="brand" href="/workflows" aria-label="Relay, to the workflows">
                <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
                    <path d="M4 12h5a3 3 0 0 0 3-3V7a3 3 0 0 1 3-3h5M9 12a3 3 0 0 1 3 3v2a3 3 0 0 0 3 3h5"></path>
                    <path d="M2 12a2 2 0 1 0 4 0a2 2 0 1 0-4 0M18 4a2 2 0 1 0 4 0a2 2 0 1 0-4 0M18 20a2 2 0 1 0 4 0a2 2 0 1 0-4 0"></path>
                </svg>
                <span>"Relay"</span>
            </a>
            <nav aria-label="Main">
                <ul>
                    {link(Section::Workflows, "/workflows", Icon::Workflow, "Workflows")}
                    {link(Section::Connections, "/connections", Icon::Plug, "Connections")}
                    {administers.then(|| {
                        link(Section::AccessControl, "/access-control", Icon::Users, "Access control")
                    })}
                    {administers.then(|| link(Section::Keys, "/keys", Icon::Lock, "Keys"))}
                    {link(Section::Documentation, "/docs", Icon::Book, "Documentation")}
                </ul>
            </nav>
            <details class="menu person">
                <summary role="button" aria-label=label><Symbol icon=Icon::Person/><span>{name}</span></summary>
                <div class="menu-items">
                    <a href="/profile">"Your profile"</a>
                    <form method="post" action="/fn/log_out">
                        <button type="submit">"Log out"</button>
                    </form>
                </div>
            </details>
        </header>
    }
}
