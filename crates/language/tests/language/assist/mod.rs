//! What an editor asks, with `‸` where the cursor is.

mod complete;
mod hover;
mod places;
mod rename;
mod whatever;

use language::{Assist, Edit, Item, Library, VOCABULARY};
use model::{HeldConnection, HeldSecret, Holdings};

/// The text without its mark, and where that was, in UTF-16 code units.
fn marked(text: &str) -> (String, usize) {
    let Some((before, after)) = text.split_once('‸') else {
        panic!("there is no mark: {text}");
    };
    (format!("{before}{after}"), before.encode_utf16().count())
}

fn library() -> Library<'static> {
    Library::new(VOCABULARY)
}

/// An account with two connections, and a workflow with a secret.
fn holdings() -> Holdings {
    let connection = |type_name: &str, name: &str| HeldConnection {
        id: name.to_owned(),
        type_name: type_name.to_owned(),
        name: name.to_owned(),
        permitted: true,
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

/// The text after changes.
fn edited(text: &str, edits: &[Edit]) -> String {
    let mut text: Vec<u16> = text.encode_utf16().collect();
    let mut edits: Vec<_> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.start_utf16);
    for edit in edits.iter().rev() {
        text.splice(edit.start_utf16..edit.end_utf16, edit.text.encode_utf16());
    }
    String::from_utf16(&text).unwrap_or_else(|_| panic!("a place is inside a character"))
}

/// The text after an item was chosen.
fn chosen(text: &str, (from, to): (usize, usize), item: &Item) -> String {
    let mut edits = item.also.clone();
    edits.push(Edit {
        start: 0,
        end: 0,
        start_utf16: from,
        end_utf16: to,
        text: item.insert.clone(),
    });
    edited(text, &edits)
}

/// The labels of everything that could be written at the mark.
fn labels(text: &str) -> Vec<String> {
    let (text, at) = marked(text);
    let found = Assist::of(&text).complete(at, &holdings(), library(), false);
    let items = found.map_or_else(Vec::new, |found| found.items);
    items.into_iter().map(|item| item.label).collect()
}

/// The text after the item with this label was chosen at the mark.
fn choose(text: &str, label: &str) -> String {
    let (text, at) = marked(text);
    let found = Assist::of(&text).complete(at, &holdings(), library(), true);
    let found = found.unwrap_or_else(|| panic!("nothing is offered: {text}"));
    let item = found.items.iter().find(|item| item.label == label);
    let item = item.unwrap_or_else(|| {
        let labels: Vec<_> = found.items.iter().map(|item| &item.label).collect();
        panic!("{label} is not among {labels:?}")
    });
    chosen(&text, (found.from_utf16, found.to_utf16), item)
}
