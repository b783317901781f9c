//! `/workflows/NAME`: the text with its editor, Setup, and what is wrong with it.

use leptos::prelude::*;
use model::Problem;

use super::checked::Checked;
use super::workbench::Workbench;
use crate::page::{Answer, Island, Page, Request, Section, Site, based_on};
use crate::ui::area::area_text;
use crate::ui::icon::{Icon, Symbol};
use crate::ui::notice::Notice;

/// The workflow page. Without JavaScript it is a form with a text area and links.
pub async fn page(request: Request, site: Site) -> Answer {
    let viewer = request.caller.viewer();
    let name = request.path("name").to_owned();
    let found = request.service.workflow(&viewer, &name).await?;
    let found = found.ok_or_else(|| Problem::not_found("workflow"))?;
    let holdings = request.service.holdings(&viewer, &name).await?;
    let can_edit = request.caller.administrator().is_ok();
    let role = request.caller.role();
    let setup_open = request.query("setup") == Some("open");
    let returned = request.returned;
    let text = returned
        .typed("text")
        .map_or_else(|| found.text.clone(), str::to_owned);
    let base: u64 = based_on(&returned, found.revision)
        .parse()
        .unwrap_or(found.revision);
    let unsaved = returned.typed("text").is_some();
    let initial = Checked::of(&text, &holdings);
    let page = Page::new(name.clone(), Section::Workflows, move || {
        let links = format!("/workflows/{name}");
        view! {
            <div class="heading">
                <div>
                    <h1>{name.clone()}</h1>
                    {(!found.description.is_empty())
                        .then(|| view! { <p class="lead">{found.description.clone()}</p> })}
                    <p class="crumbs">
                        <a href=format!("{links}/runs")>"Runs"</a>
                        <a href=format!("{links}/revisions")>"Revisions"</a>
                        {can_edit.then(|| view! { <a href=format!("{links}/settings")>"Settings"</a> })}
                    </p>
                </div>
            </div>
            {returned.problem.clone().map(|problem| view! { <Notice problem/> })}
            {(!can_edit).then(|| view! {
                <p class="note"><Symbol icon=Icon::Info/>"You can read this workflow. Administrators change it."</p>
            })}
            <Workbench
                workflow=name.clone()
                id=found.id.to_string()
                base_revision=base
                unsaved
                role
                holdings
                initial
                editor=format!("/{}/editor.js", site.pkg)
                setup_open
            >
                <form id="workflow-form" method="post" action="/fn/save_workflow">
                    <input type="hidden" name="workflow" value=name/>
                    <input type="hidden" name="base_revision" value=base.to_string()/>
                    <input type="hidden" name="id" value=found.id.to_string()/>
                    <label class="for-readers" for="workflow-code">"Workflow code"</label>
                    <textarea
                        id="workflow-code"
                        name="text"
                        class="code"
                        rows="24"
                        wrap="off"
                        spellcheck="false"
                        autocapitalize="none"
                        autocomplete="off"
                        readonly=!can_edit
                    >{area_text(&text)}</textarea>
                    {keyboard()}
                </form>
            </Workbench>
        }
    });
    Ok(page.with_island(Island::Workbench))
}

/// The editor's keys. Shown once the editor has taken the text area's place.
fn keyboard() -> impl IntoView {
    const KEYS: [(&str, &str); 12] = [
        ("Ctrl-Space", "What could stand here"),
        ("F1", "What stands here, and what is wrong with it"),
        ("F8, Shift-F8", "The next problem, the previous one"),
        ("Ctrl-.", "Quick fixes"),
        ("F12, Ctrl-click", "Where this name is declared"),
        ("F2", "Renames it everywhere"),
        ("F6", "To the outline or the graph, and back"),
        ("Ctrl-F", "Searches and replaces"),
        ("Ctrl-S", "Saves"),
        ("Ctrl-Z, Ctrl-Y", "Undoes, redoes"),
        ("Escape, then Tab", "Leaves the editor; Tab alone indents"),
        ("Ctrl-M", "Makes Tab leave the editor, until pressed again"),
    ];
    let row = |(keys, words): (&'static str, &'static str)| {
        view! { <tr><th scope="row">{keys}</th><td>{words}</td></tr> }
    };
    view! {
        <p class="hint keys">"Tab indents; press Escape, then Tab, to leave the editor."</p>
        <details class="keys">
            <summary>"Keyboard"</summary>
            <table>
                <caption class="for-readers">"Keys of the editor"</caption>
                <tbody>{KEYS.map(row).collect_view()}</tbody>
            </table>
            <p class="quiet">
                "On a Mac, Ctrl-F, Ctrl-S, Ctrl-Z, Ctrl-. and Ctrl-click are with Cmd; redo is Shift-Cmd-Z, and Ctrl-M is \
                 Shift-Alt-M."
            </p>
        </details>
    }
}
