//! What an editor asks about a place in a text.

use language::{Assist, Completions, Edit, Library, OutlineItem, VOCABULARY};
use model::{HeldConnection, HeldSecret, Holdings};

use super::text::inside;

/// Of a long list so many are looked at closely, which takes a walk through the text each.
const SOME: usize = 50;

/// Every question about a place, counted in UTF-16 code units, has an answer that fits into the text.
pub(crate) fn assist(text: &str, at: usize) {
    let assist = Assist::of(text);
    let holdings = holdings();
    let library = Library::new(VOCABULARY);
    for explicit in [false, true] {
        if let Some(found) = assist.complete(at, &holdings, library, explicit) {
            completions(text, at, &found);
        }
    }
    if let Some(found) = assist.hover(at, &holdings, library) {
        inside(text, found.place);
        assert!(found.place.start_utf16 <= at && at <= found.place.end_utf16);
        assert!(!found.text.is_empty());
    }
    if let Some(target) = assist.rename_target(at) {
        inside(text, target.place);
        assert_eq!(assist.rename(at, &target.name), Ok(Vec::new()));
        if let Ok(edits) = assist.rename(at, "an: other #name") {
            fit(text, &edits);
        }
    }
    if let Some(place) = assist.definition(at) {
        inside(text, place);
    }
    for place in assist.references(at).into_iter().take(SOME) {
        inside(text, place);
    }
    for fix in assist.fixes(at, at + 3) {
        fit(text, &fix.edits);
    }
    outline(text, &assist.outline());
    let graph = assist.graph();
    for step in &graph.steps {
        assert!(step.needs.iter().all(|need| need.step < graph.steps.len()));
    }
    for step in graph.steps.iter().take(SOME) {
        inside(text, step.place);
        inside(text, step.name_place);
    }
    assert!(
        assist
            .step_at(at)
            .is_none_or(|step| step < graph.steps.len())
    );
}

fn completions(text: &str, at: usize, found: &Completions) {
    let Completions {
        from_utf16: from,
        to_utf16: to,
        items,
    } = found;
    assert!(from <= &at && &at <= to, "{text:?} {at}");
    let replaced = Edit {
        start: byte(text, *from),
        end: byte(text, *to),
        start_utf16: *from,
        end_utf16: *to,
        text: String::new(),
    };
    fit(text, std::slice::from_ref(&replaced));
    for item in items {
        let units = item.insert.encode_utf16().count();
        let within = |(from, to): &(usize, usize)| from <= to && *to <= units;
        assert!(item.stops.iter().all(within), "{item:?}");
        if item.also.is_empty() {
            continue;
        }
        let mut edits = item.also.clone();
        edits.push(replaced.clone());
        fit(text, &edits);
    }
}

/// Changes are stretches of the text, and none touches the inside of another.
fn fit(text: &str, edits: &[Edit]) {
    let mut edits: Vec<_> = edits.iter().collect();
    edits.sort_by_key(|edit| (edit.start, edit.end));
    for edit in edits.iter().take(SOME) {
        assert!(
            text.get(edit.start..edit.end).is_some(),
            "{edit:?} in {text:?}"
        );
        let bytes = (byte(text, edit.start_utf16), byte(text, edit.end_utf16));
        assert_eq!(bytes, (edit.start, edit.end), "{edit:?} in {text:?}");
    }
    for pair in edits.windows(2) {
        assert!(pair[0].end <= pair[1].start, "{pair:?} in {text:?}");
    }
}

fn outline(text: &str, items: &[OutlineItem]) {
    for item in items.iter().take(SOME) {
        inside(text, item.place);
        inside(text, item.name_place);
        outline(text, &item.children);
    }
}

/// The byte of a UTF-16 code unit.
fn byte(text: &str, at: usize) -> usize {
    let mut units = 0;
    for (byte, c) in text.char_indices() {
        if units >= at {
            return byte;
        }
        units += c.len_utf16();
    }
    text.len()
}

fn holdings() -> Holdings {
    let connection = |type_name: &str, name: &str| HeldConnection {
        id: name.to_owned(),
        type_name: type_name.to_owned(),
        name: name.to_owned(),
        permitted: name != "prod",
        unopenable: None,
    };
    Holdings {
        connections: vec![
            connection("aws", "prod"),
            connection("slack", "team 50%: a/b"),
        ],
        secrets: vec![HeldSecret {
            id: "s".to_owned(),
            name: "api.token".to_owned(),
            unopenable: None,
        }],
    }
}
