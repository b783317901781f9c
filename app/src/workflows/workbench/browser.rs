//! What only a browser can do: wake the editor, show the dialog, read the controls.

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::html::{Dialog, Form};
use leptos::prelude::*;
use leptos::serde_json;
use leptos::task::spawn_local;
use model::{Problem, ProblemKind};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, HtmlTextAreaElement};

use super::super::checked::{Checked, Need};
use super::{Bench, Saving};
use crate::ui::notice::field_id;

#[wasm_bindgen(inline_js = "
    export function load(url) { return import(url); }
    // A part of another page of ours. Where that page is not what was asked for, it is shown itself.
    export async function part(url, id) {
        const answer = await fetch(url);
        const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
        return page.getElementById(id) ?? location.assign(url);
    }
    // What seals values stands beside this script, and is loaded when the first form asks for one.
    const sealing = () => import(new URL('./seal.js', import.meta.url));
    export async function prepare() { await (await sealing()).ready(); }
    const controls = (around) => [...around.querySelectorAll('.value')];
    const acts = {
        // Saves what is typed; answers a problem as JSON, or nothing. No value comes this way.
        async save(form) {
            const { problem } = await (await sealing()).save(form);
            if (problem) return JSON.stringify(problem);
            acts.wipe(form);
        },
        typed: (around) => controls(around).some((control) => control.value),
        wipe: (around) => controls(around).forEach((control) => (control.value = '')),
    };
    // One function for what is done with the controls around values.
    export function values(act, around) { return acts[act](around); }
")]
extern "C" {
    fn load(url: &str) -> Promise;
    fn part(url: &str, id: &str) -> Promise;
    fn prepare() -> Promise;
    fn values(act: &str, around: &web_sys::Element) -> JsValue;
}

fn element(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

fn set(target: &Object, name: &str, value: impl Into<JsValue>) {
    // Setting a property of a fresh object cannot fail.
    let _ = Reflect::set(target, &name.into(), &value.into());
}

fn call(target: &JsValue, name: &str, arguments: &[JsValue]) {
    let Ok(function) = Reflect::get(target, &name.into()) else {
        return;
    };
    if let Ok(function) = function.dyn_into::<Function>() {
        let arguments: Array = arguments.iter().cloned().collect();
        if let Err(error) = function.apply(target, &arguments) {
            leptos::logging::error!("the editor failed at {name}: {error:?}");
        }
    }
}

/// Takes the text over from the text area and replaces it by the editor.
pub(super) fn start(bench: Bench, url: String) {
    // Scripts come from the folder of this build, whatever a page says.
    if !url.starts_with("/pkg/") {
        return;
    }
    let Some(area) =
        element("workflow-code").and_then(|e| e.dyn_into::<HtmlTextAreaElement>().ok())
    else {
        return;
    };
    bench.text.set_value(area.value());
    let typed_before = area
        .default_value()
        .is_ok_and(|served| served != area.value());
    spawn_local(async move {
        match JsFuture::from(load(&url)).await {
            Ok(module) => mount(bench, &module, &area, typed_before),
            Err(_) => watch(bench, area),
        }
        if typed_before {
            changed(bench);
        }
    });
    // Coming back to the tab, perhaps from the page that added what was missing.
    window_event_listener(leptos::ev::focus, move |_| spawn_local(bench.refresh()));
    let unload = window_event_listener_untyped("beforeunload", move |event| {
        if bench
            .saving
            .with_untracked(|saving| !matches!(saving, Saving::Saved))
        {
            event.prevent_default();
        }
    });
    // The listener lives as long as the page.
    std::mem::forget(unload);
}

/// Somebody has typed; whoever shows the text has it checked.
fn changed(bench: Bench) {
    if bench.can_edit
        && bench
            .saving
            .with_untracked(|saving| *saving == Saving::Saved)
    {
        bench.saving.set(Saving::Unsaved);
    }
}

/// Without the editor's script the text area stays. Nobody checks it before it is saved, and the page
/// says so.
fn watch(bench: Bench, area: HtmlTextAreaElement) {
    let typing = Closure::<dyn FnMut()>::new({
        let area = area.clone();
        move || {
            bench.text.set_value(area.value());
            changed(bench);
            bench.show(Checked::unknown());
        }
    });
    // An area that cannot be listened to is still a working form.
    let _ = area.add_event_listener_with_callback("input", typing.as_ref().unchecked_ref());
    typing.forget();
}

fn nonce() -> String {
    let script = document()
        .query_selector("script[data-relay]")
        .ok()
        .flatten();
    let script = script.and_then(|script| script.dyn_into::<HtmlElement>().ok());
    script.map(|script| script.nonce()).unwrap_or_default()
}

fn mount(bench: Bench, module: &JsValue, area: &HtmlTextAreaElement, typed_before: bool) {
    let options = Object::new();
    let parent = area.parent_element();
    set(
        &options,
        "parent",
        parent.map_or(JsValue::NULL, JsValue::from),
    );
    set(&options, "textarea", area.clone());
    set(&options, "nonce", nonce());
    set(&options, "readOnly", !bench.can_edit);
    set(&options, "label", "Workflow code");
    set(&options, "module", wasm_bindgen::module());
    set(&options, "holdings", bench.holdings.with_untracked(json));
    if !typed_before {
        // The server has checked this text.
        set(&options, "checked", bench.checked.with_untracked(json));
    }
    if let Some(panel) = element("structure") {
        set(&options, "panel", panel);
    }
    let on_change = Closure::<dyn FnMut(String)>::new(move |text: String| {
        bench.text.set_value(text);
        changed(bench);
    });
    set(&options, "onChange", on_change.into_js_value());
    let on_checked = Closure::<dyn FnMut(String)>::new(move |answer: String| {
        bench.show(serde_json::from_str(&answer).unwrap_or_else(|_| Checked::unknown()));
    });
    set(&options, "onChecked", on_checked.into_js_value());
    let on_save = Closure::<dyn FnMut()>::new(move || {
        if bench.can_edit {
            spawn_local(bench.save(bench.base_revision.get_untracked()));
        }
    });
    set(&options, "onSave", on_save.into_js_value());
    let Ok(mount) = Reflect::get(module, &"mount".into()) else {
        return;
    };
    let Ok(mount) = mount.dyn_into::<Function>() else {
        return;
    };
    let handle = match mount.call1(&JsValue::UNDEFINED, &options) {
        Ok(handle) => StoredValue::new_local(handle),
        Err(error) => {
            leptos::logging::error!("the editor did not start: {error:?}");
            return;
        }
    };
    Effect::new(move |before: Option<()>| {
        let holdings = bench.holdings.with(json);
        // The editor was made with the first ones.
        if before.is_some() {
            handle.with_value(|handle| call(handle, "setHoldings", &[holdings.into()]));
        }
    });
    Effect::new(move |_| {
        if let Some(cure) = bench.curing.get() {
            let edits = json(&cure.edits);
            handle.with_value(|handle| call(handle, "cure", &[edits.into()]));
        }
    });
    Effect::new(move |_| {
        if let Some((from, to)) = bench.going_to.get() {
            let place = [usize_value(from), usize_value(to)];
            handle.with_value(|handle| call(handle, "goTo", &place));
        }
    });
}

/// Positions in a text of at most a megabyte fit into 32 bits.
fn usize_value(position: usize) -> JsValue {
    u32::try_from(position).unwrap_or(u32::MAX).into()
}

/// For the editor's script.
fn json(value: &impl serde::Serialize) -> String {
    // A value without maps of strange keys always has its JSON.
    serde_json::to_string(value).unwrap_or_default()
}

/// Opens the dialog as a modal one, or closes it; the browser keeps the focus inside and brings
/// it back.
pub(super) fn show(dialog: NodeRef<Dialog>, open: bool) {
    let Some(dialog) = dialog.get() else { return };
    if open && !dialog.open() {
        if dialog.show_modal().is_err() {
            dialog.set_open(true);
        }
    } else if !open && dialog.open() {
        dialog.close();
    }
}

/// Fetches the form of a run and opens the dialog with it.
pub(super) fn open_run_form(bench: Bench) {
    let url = format!("/workflows/{}/run", bench.workflow.get_value());
    spawn_local(async move {
        let form = JsFuture::from(part(&url, "run-form")).await;
        let Some(place) = element("run-place") else {
            return;
        };
        match form.map(JsCast::dyn_into::<HtmlElement>) {
            Ok(Ok(form)) => place.replace_children_with_node_1(&form),
            // The browser is on its way to the page that was found instead.
            Ok(Err(_)) => return,
            Err(_) => place.set_text_content(Some("The server can't be reached. Try again later.")),
        }
        show(bench.run_dialog, true);
    });
}

/// On this page the form's way back only closes the dialog.
pub(super) fn close_when_cancelled(bench: Bench, event: &web_sys::MouseEvent) {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let cancel = target.and_then(|target| target.closest("[data-cancel]").ok().flatten());
    if cancel.is_some() {
        event.prevent_default();
        show(bench.run_dialog, false);
    }
}

/// Loads what seals values, so that it is there when somebody saves.
pub(super) fn prepare_sealing() {
    // Whoever saves is told if it cannot be loaded.
    spawn_local(async { drop(JsFuture::from(prepare()).await) });
}

/// Seals what is typed into a form and saves it.
pub(super) async fn seal_and_save(form: NodeRef<Form>) -> Result<(), Problem> {
    let not_loaded = || {
        Problem::new(
            ProblemKind::Internal,
            "not_loaded",
            "What seals values could not be loaded, so nothing was sent. Try again.",
        )
    };
    let form = form.get_untracked().ok_or_else(Problem::internal)?;
    let saved = values("save", &form).unchecked_into::<Promise>();
    let outcome = JsFuture::from(saved).await.map_err(|_| not_loaded())?;
    match outcome.as_string() {
        None => Ok(()),
        Some(problem) => {
            Err(leptos::serde_json::from_str(&problem).unwrap_or_else(|_| Problem::internal()))
        }
    }
}

fn ask_and_close(bench: Bench, around: Option<web_sys::Element>) {
    let something = around
        .as_ref()
        .is_some_and(|around| values("typed", around).is_truthy());
    let discard = || {
        window()
            .confirm_with_message("Discard what you typed?")
            .unwrap_or(true)
    };
    if !something || discard() {
        around
            .as_ref()
            .inspect(|around| drop(values("wipe", around)));
        bench.asked.set(None);
    }
}

/// Closes the dialog; asks first when something was typed.
pub(super) fn close_unless_typed(bench: Bench, dialog: NodeRef<Dialog>) {
    ask_and_close(bench, dialog.get_untracked().map(Into::into));
}

/// The same, from the Cancel button.
pub(super) fn discard_unless_typed(bench: Bench, form: NodeRef<Form>) {
    ask_and_close(bench, form.get_untracked().map(Into::into));
}

/// Brings the focus to the item that was just added.
pub(super) fn focus_need(need: &Need) {
    let id = format!("need-{}-{}", need.noun(), field_id(&need.full_name()));
    request_animation_frame(move || {
        if let Some(button) = element(&id) {
            // Losing the focus is not worth an error.
            let _ = button.focus();
        }
    });
}

/// Brings the focus to what was wrong.
pub(super) fn focus_problem(form: NodeRef<Form>) {
    request_animation_frame(move || {
        let notice = form
            .get_untracked()
            .and_then(|form| form.query_selector(".notice").ok().flatten());
        if let Some(notice) = notice.and_then(|notice| notice.dyn_into::<HtmlElement>().ok()) {
            // Losing the focus is not worth an error.
            let _ = notice.focus();
        }
    });
}
