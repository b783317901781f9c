//! The lines of the log in the document. They are made by hand, because a log has thousands of
//! them and they only ever come and go at the ends; what a step printed is put in as text alone.

use std::cell::RefCell;
use std::mem::take;
use std::rc::Rc;

use leptos::prelude::*;
use model::Timestamp;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};

use super::super::log::LogView;
use crate::runs::log_search::places;
use crate::runs::log_text::{Line, Lines, MOST_LINES};
use crate::ui::time::time_of_day;

/// How far from the end still counts as being there, in pixels.
const NEAR: i32 = 24;

/// The lines, and what has arrived since they were last drawn.
#[derive(Clone)]
pub(super) struct Rows {
    view: LogView,
    list: HtmlElement,
    waiting: Rc<RefCell<Waiting>>,
}

struct Waiting {
    lines: Lines,
    ended: Vec<Line>,
    /// The last line in the document has no end yet.
    unended_shown: bool,
    drawing: bool,
}

fn element(tag: &str, class: &str, text: &str) -> Option<Element> {
    let element = document().create_element(tag).ok()?;
    element.set_class_name(class);
    element.set_text_content(Some(text));
    Some(element)
}

fn row(line: &Line) -> Option<Element> {
    let row = element("div", "log-line", "")?;
    let number = element("span", "log-number", &line.number.to_string())?;
    let time = element("time", "log-time", &time_of_day(line.at))?;
    let text = element("span", "log-text", &line.text)?;
    row.append_with_node_3(&number, &time, &text).ok()?;
    Some(row)
}

impl Rows {
    /// The rows that the server has rendered, where there is a log.
    pub(super) fn of(view: LogView, lines: Lines) -> Option<Self> {
        let list = document().get_element_by_id("log-lines")?;
        let unended_shown = lines.unended().is_some();
        let rows = Self {
            view,
            list: list.dyn_into().ok()?,
            waiting: Rc::new(RefCell::new(Waiting {
                lines,
                ended: Vec::new(),
                unended_shown,
                drawing: false,
            })),
        };
        rows.clone().heed();
        Some(rows)
    }

    /// Does what the toolbar and the person's scrolling ask for.
    fn heed(self) {
        let view = self.view;
        let list = StoredValue::new_local(self.list.clone());
        Effect::new(move |_| {
            let class = if view.wrap.get() { "log wrap" } else { "log" };
            list.with_value(|list| list.set_class_name(class));
        });
        Effect::new(move |_| {
            if view.follow.get() {
                list.with_value(to_the_end);
            }
        });
        Effect::new(move |_| {
            let wanted = view.wanted.get();
            list.with_value(|list| {
                for text in all(list, ".log-text") {
                    mark(&text, &wanted);
                }
                view.found.set(all(list, "mark").count());
            });
            view.current.set(0);
        });
        // Somebody goes to a match. That others arrive meanwhile is no reason to leave the newest
        // line, so `found` is not heeded.
        Effect::new(move |_| {
            let current = view.current.get();
            list.with_value(|list| {
                if let Some(found) = choose(list, current) {
                    view.follow.set(false);
                    into_sight(list, &found);
                }
            });
        });
        let scrolled = self.list.clone();
        let mut before = scrolled.scroll_top();
        let heed = Closure::<dyn FnMut()>::new(move || {
            let top = scrolled.scroll_top();
            let below = scrolled.scroll_height() - scrolled.client_height() - top;
            if top < before && below > NEAR {
                view.follow.set(false);
            }
            before = top;
        });
        self.list
            .set_onscroll(Some(heed.into_js_value().unchecked_ref()));
    }

    /// Takes what was printed; it is drawn with the next frame.
    pub(super) fn add(&self, at: Timestamp, text: &str) {
        let mut waiting = self.waiting.borrow_mut();
        let ended = waiting.lines.push(at, text);
        waiting.ended.extend(ended);
        if !take_true(&mut waiting.drawing) {
            let rows = self.clone();
            request_animation_frame(move || rows.draw());
        }
    }

    /// Takes all of them away: what comes next is another log.
    pub(super) fn clear(&self) {
        let mut waiting = self.waiting.borrow_mut();
        waiting.lines = Lines::default();
        waiting.ended.clear();
        waiting.unended_shown = false;
        self.list.set_text_content(None);
        self.view.left_out.set(0);
        self.view.current.set(0);
        self.view.found.set(0);
    }

    fn draw(&self) {
        let mut waiting = self.waiting.borrow_mut();
        waiting.drawing = false;
        let mut lines = take(&mut waiting.ended);
        if take(&mut waiting.unended_shown)
            && let Some(last) = self.list.last_element_child()
        {
            last.remove();
        }
        let unended = waiting.lines.unended();
        waiting.unended_shown = unended.is_some();
        lines.extend(unended);
        let mut gone = lines.len().saturating_sub(MOST_LINES);
        let mut bytes: usize = lines.drain(..gone).map(|line| line.text.len() + 1).sum();
        let wanted = self.view.wanted.get_untracked();
        for line in &lines {
            let Some(row) = row(line) else { continue };
            if let Some(text) = row.last_element_child().filter(|_| !wanted.is_empty()) {
                mark(&text, &wanted);
            }
            // A fresh element fits everywhere.
            let _ = self.list.append_child(&row);
        }
        gone = (self.list.child_element_count() as usize).saturating_sub(MOST_LINES);
        let mut matches_gone = 0;
        for _ in 0..gone {
            let Some(first) = self.list.first_element_child() else {
                break;
            };
            matches_gone += all(&first, "mark").count();
            let text = first
                .last_element_child()
                .and_then(|text| text.text_content());
            bytes += text.map_or(0, |text| text.len() + 1);
            first.remove();
        }
        if bytes > 0 {
            self.view
                .left_out
                .update(|left_out| *left_out += bytes as u64);
        }
        if !wanted.is_empty() {
            // It is the same match as before, and nobody goes anywhere.
            let view = self.view;
            view.current
                .update_untracked(|current| *current = current.saturating_sub(matches_gone));
            choose(&self.list, view.current.get_untracked());
            view.found.set(all(&self.list, "mark").count());
        }
        if self.view.follow.get_untracked() {
            to_the_end(&self.list);
        }
    }
}

/// Sets it and tells what it was.
fn take_true(flag: &mut bool) -> bool {
    std::mem::replace(flag, true)
}

fn to_the_end(list: &HtmlElement) {
    list.set_scroll_top(list.scroll_height());
}

/// Scrolls the lines, and not the page around them.
fn into_sight(list: &HtmlElement, found: &Element) {
    if let Some(found) = found.dyn_ref::<HtmlElement>() {
        list.set_scroll_top(found.offset_top() - list.client_height() / 2);
    }
}

/// Shows which match is the current one, and answers it.
fn choose(list: &Element, current: usize) -> Option<Element> {
    let mut chosen = None;
    for (index, found) in all(list, "mark").enumerate() {
        let class = if index == current { "current" } else { "" };
        if found.class_name() != class {
            found.set_class_name(class);
        }
        if index == current {
            chosen = Some(found);
        }
    }
    chosen
}

/// The elements in `parent` that the selector names.
fn all(parent: &Element, selector: &str) -> impl Iterator<Item = Element> + use<> {
    let found = parent.query_selector_all(selector).ok();
    let count = found.as_ref().map_or(0, web_sys::NodeList::length);
    (0..count).filter_map(move |index| found.as_ref()?.item(index)?.dyn_into().ok())
}

/// Marks what is wanted in the text of one line.
fn mark(text: &Element, wanted: &str) {
    let content = text.text_content().unwrap_or_default();
    let places = places(&content, wanted);
    if places.is_empty() {
        if text.child_element_count() > 0 {
            text.set_text_content(Some(&content));
        }
        return;
    }
    text.set_text_content(None);
    let mut from = 0;
    for place in places {
        let Some(found) = element("mark", "", &content[place.clone()]) else {
            return;
        };
        // A fresh element fits everywhere.
        let _ = text.append_with_str_1(&content[from..place.start]);
        let _ = text.append_with_node_1(&found);
        from = place.end;
    }
    let _ = text.append_with_str_1(&content[from..]);
}
