//! A workflow text.

use language::{Diagnostic, Document, Place, compare, read, runnable};
use model::Holdings;

/// There is an answer, the same every time, and every place in it is a place in the text.
pub(crate) fn text(text: &str) {
    let document = read(text);
    for place in places(&document) {
        inside(text, place);
    }
    assert!(
        document
            .diagnostics
            .is_sorted_by_key(|one: &Diagnostic| one.place),
        "{text:?}"
    );
    for edit in document
        .diagnostics
        .iter()
        .filter_map(|one| one.fix.as_ref())
        .flat_map(|fix| &fix.edits)
    {
        assert!(
            text.get(edit.start..edit.end).is_some(),
            "{edit:?} in {text:?}"
        );
    }
    assert!(document.readable || document.has_errors(), "{text:?}");
    let needed = &document.requirements;
    assert_eq!(
        compare(needed, &Holdings::default()).missing(),
        needed.connections.len() + needed.secrets.len()
    );
    assert_eq!(document, read(text), "the same text gives the same answer");
    match runnable(text) {
        Ok(runnable) => assert_eq!(
            names(runnable.steps.iter().map(|one| &*one.name)),
            names(document.plan.steps.iter().map(|one| &*one.name)),
            "{text:?}"
        ),
        Err(document) => assert!(document.has_errors(), "{text:?}"),
    }
}

fn names<'n>(names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    names.collect()
}

fn places(document: &Document) -> impl Iterator<Item = Place> {
    let needed = &document.requirements;
    document
        .diagnostics
        .iter()
        .map(|one| one.place)
        .chain(needed.connections.iter().map(|one| one.place))
        .chain(needed.secrets.iter().map(|one| one.place))
        .chain(needed.parameters.iter().map(|one| one.place))
        .chain(needed.dynamic.iter().map(|one| one.place))
        .chain(document.steps.iter().map(|one| one.place))
        .chain(document.triggers.iter().map(|one| one.place))
}

/// A place is one in the text, in every unit.
pub(super) fn inside(text: &str, place: Place) {
    let marked = text.get(place.start..place.end);
    assert!(marked.is_some(), "{place:?} in {text:?}");
    let units = |end: usize| text[..end].encode_utf16().count();
    assert_eq!(
        (place.start_utf16, place.end_utf16),
        (units(place.start), units(place.end))
    );
    assert!(place.line >= 1 && place.column >= 1, "{place:?}");
    assert!(
        (place.line, place.column) <= (place.end_line, place.end_column),
        "{place:?}"
    );
}
