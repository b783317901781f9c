//! Nodes, their values and their places.

use language::tree::{Content, ScalarType, Style, parse};
use language::{Place, Places, Span, read};

use crate::with_spec;

#[test]
fn scalars_keep_what_was_written() {
    let text = "\
plain: a b
empty:
tilde: ~
single: 'it''s'
double: \"a\\tb\"
folded: >
  one
  two
kept: |+
  x

cut: |-
  y
tagged: !Secret
last: |
  no final newline";
    let (tree, diagnostics) = parse(text);
    assert!(diagnostics.is_empty());
    let root = tree.root().unwrap();
    let value = |key: &str| {
        let id = tree.get(root, key).unwrap();
        let Content::Scalar(value, style) = tree.content(id) else {
            panic!("{key}")
        };
        (value, style, &text[tree.span(id).range()])
    };
    assert_eq!(value("plain"), ("a b", Style::Plain, "a b"));
    assert_eq!(value("empty"), ("", Style::Plain, ""));
    assert_eq!(value("tilde"), ("~", Style::Plain, "~"));
    assert_eq!(value("single"), ("it's", Style::Quoted, "'it''s'"));
    assert_eq!(value("double"), ("a\tb", Style::Quoted, "\"a\\tb\""));
    assert_eq!(
        (value("folded").0, value("folded").1),
        ("one two\n", Style::Block)
    );
    assert_eq!(value("kept").0, "x\n\n");
    assert_eq!(value("cut").0, "y");
    assert_eq!(value("tagged").0, "");
    assert_eq!(value("last").0, "no final newline");
    assert!(value("last").2.ends_with("newline"));
    assert!(tree.is_null(tree.get(root, "empty").unwrap()));
    assert_eq!(
        tree.scalar_type(tree.get(root, "single").unwrap()),
        Some(ScalarType::Text)
    );
}

#[test]
fn anchors_tags_and_aliases_have_places() {
    let text = "a: &one !Connection\n  type: aws\n  name: x\nb: *one\n";
    let (tree, _) = parse(text);
    let root = tree.root().unwrap();
    let (a, b) = (tree.get(root, "a").unwrap(), tree.get(root, "b").unwrap());
    assert_eq!(tree.content(b), Content::Alias(a));
    assert_eq!(tree.resolve(b), a);
    assert_eq!(&text[tree.span(b).range()], "*one");
    let tag = tree.tag(a).unwrap();
    assert_eq!(
        (&*tag.name, &text[tag.span.range()]),
        ("!Connection", "!Connection")
    );
    assert_eq!(&text[tree.span(a).range()], "type: aws\n  name: x");
    assert_eq!(
        &text[tree.span_with_tag(a).range()],
        "!Connection\n  type: aws\n  name: x"
    );
    assert_eq!(tree.anchors()[0].node, a);
    assert_eq!(&text[tree.anchors()[0].span.range()], "&one");
    assert_eq!(tree.scalar(tree.get(b, "name").unwrap()), Some("x"));
}

#[test]
fn merged_maps() {
    let text = "\
a: &a {x: 1, y: 1}
b: &b {<<: *a, y: 2, z: 2}
c: {z: 3, <<: [*b, {w: 4, x: 5}]}
";
    let (tree, diagnostics) = parse(text);
    assert!(diagnostics.is_empty());
    let c = tree.get(tree.root().unwrap(), "c").unwrap();
    let entries: Vec<_> = tree
        .entries(c)
        .map(|(key, value)| (tree.scalar(key).unwrap(), tree.scalar(value).unwrap()))
        .collect();
    assert_eq!(entries, [("z", "3"), ("y", "2"), ("x", "1"), ("w", "4")]);
}

#[test]
fn places_count_in_every_unit() {
    let text = with_spec("x: 'é😀 ${secrets.a}'\r\ny: \"\\n ${secrets.b}\"");
    let document = read(&text);
    let first = document.requirements.secrets[0].place;
    assert_eq!(&text[first.start..first.end], "secrets.a");
    assert_eq!((first.line, first.column, first.end_column), (5, 14, 23));
    let before = text[..first.start].encode_utf16().count();
    assert_eq!((first.start_utf16, first.end_utf16), (before, before + 9));
    let second = document.requirements.secrets[1].place;
    assert_eq!(&text[second.start..second.end], "secrets.b");
    assert_eq!(second.line, 6);
    let all = Places::new(&text).place(Span::new(0, text.len()));
    assert_eq!(
        (Place::START.start, all.end, all.line, all.end_line),
        (0, text.len(), 1, 7)
    );
}

#[test]
fn results_serialize() {
    let document = read("steps: [{name: a, image: b, spec: {x: !Connection [aws, y]}}]");
    let json = serde_json::to_value(&document).unwrap();
    assert_eq!(json["requirements"]["connections"][0]["type"], "aws");
    assert_eq!(json["plan"]["steps"][0]["kind"], "container");
    assert_eq!(json["readable"], true);
    let again: language::Requirements =
        serde_json::from_value(json["requirements"].clone()).unwrap();
    assert_eq!(again, document.requirements);
}
