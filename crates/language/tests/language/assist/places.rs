//! Where things are.

use language::{Assist, OutlineKind, Place, StepKind};

use super::marked;

const TEXT: &str = "\
parameters:
  region: {default: eu}
triggers:
- name: nightly
  source: {type: schedule, schedule: '0 7 * * *'}
steps:
- name: one
  image: relaysh/core
  spec: &spec
    region: !Parameter region

- name: two 😀
  type: approval
  dependsOn: [one, nobody]
  # still the second

- name: three
  image: i
  spec:
    all: *spec
    text: \"${outputs.'two 😀'.x} ${parameters.region}\"
tags: []
";

fn shown(text: &str, place: Place) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    let from_units = String::from_utf16(&units[place.start_utf16..place.end_utf16]);
    assert_eq!(
        from_units.ok().as_deref(),
        Some(&text[place.start..place.end])
    );
    format!("{}:{}", place.line, &text[place.start..place.end])
}

#[test]
fn an_outline() {
    let outline = Assist::of(TEXT).outline();
    let names: Vec<_> = outline
        .iter()
        .flat_map(|top| {
            let below = top.children.iter().map(|one| (one.kind, one.name.as_str()));
            std::iter::once((top.kind, top.name.as_str())).chain(below)
        })
        .collect();
    assert_eq!(
        names,
        [
            (OutlineKind::Section, "parameters"),
            (OutlineKind::Parameter, "region"),
            (OutlineKind::Section, "triggers"),
            (OutlineKind::Trigger, "nightly"),
            (OutlineKind::Section, "steps"),
            (OutlineKind::Container, "one"),
            (OutlineKind::Approval, "two 😀"),
            (OutlineKind::Container, "three"),
        ]
    );
    let step = &outline[2].children[1];
    assert_eq!(shown(TEXT, step.name_place), "12:two 😀");
    assert!(shown(TEXT, step.place).ends_with("nobody]"));
    assert_eq!(Assist::of("").outline(), []);
}

#[test]
fn a_graph_and_the_step_at_the_cursor() {
    let assist = Assist::of(TEXT);
    let graph = assist.graph();
    let needs: Vec<_> = graph
        .steps
        .iter()
        .map(|step| {
            let needs = step.needs.iter().map(|need| (need.step, need.explicit));
            (step.name.as_str(), step.kind, needs.collect::<Vec<_>>())
        })
        .collect();
    assert_eq!(
        needs,
        [
            ("one", StepKind::Container, vec![]),
            ("two 😀", StepKind::Approval, vec![(0, true)]),
            ("three", StepKind::Container, vec![(1, false)]),
        ]
    );
    assert_eq!(graph.steps[0].parameters, ["region"]);
    for (number, step) in graph.steps.iter().enumerate() {
        for at in [
            step.place.start_utf16,
            step.place.end_utf16,
            step.name_place.start_utf16,
        ] {
            assert_eq!(assist.step_at(at), Some(number));
        }
    }
    for (text, expected) in [
        ("second", Some(1)),
        ("steps:", None),
        ("nightly", None),
        ("tags", None),
        ("eu}", None),
    ] {
        let at = TEXT[..TEXT.find(text).expect("it is there")]
            .encode_utf16()
            .count();
        assert_eq!(assist.step_at(at), expected, "{text}");
    }
}

#[test]
fn definitions_and_references() {
    for (mark, definition, references) in [
        ("!Parameter re‸gion", Some("2:region"), 3),
        ("${parameters.‸region", Some("2:region"), 3),
        ("${outputs.'two‸ 😀'", Some("12:two 😀"), 2),
        ("dependsOn: [‸one", Some("7:one"), 2),
        ("all: *sp‸ec", Some("9:&spec"), 2),
        ("😀'.‸x}", Some("12:two 😀"), 1),
        ("dependsOn: [one, no‸body", None, 1),
        ("type: app‸roval", None, 0),
    ] {
        let (text, _) = marked(mark);
        let offset = marked(mark).1;
        let at = TEXT[..TEXT.find(&text).expect(mark)].encode_utf16().count() + offset;
        let assist = Assist::of(TEXT);
        let found = assist.definition(at).map(|place| shown(TEXT, place));
        assert_eq!(found.as_deref(), definition, "{mark}");
        assert_eq!(assist.references(at).len(), references, "{mark}");
    }
}

#[test]
fn fixes_are_found_by_their_place() {
    let text = "steps:\n- nme: a\n  image: i\n";
    let assist = Assist::of(text);
    let fixes = assist.fixes(10, 10);
    assert_eq!(fixes.len(), 1);
    assert_eq!(
        super::edited(text, &fixes[0].edits),
        text.replace("nme", "name")
    );
    assert_eq!(assist.fixes(20, 22), Vec::<&language::Fix>::new());
}
