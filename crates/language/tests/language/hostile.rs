//! Texts that are made to be slow, deep or large. Time is measured by `make bench`; what is
//! checked here is that there is an answer, and which.

use language::limits::{MAX_DIAGNOSTICS, MAX_NODES, MAX_TEXT};
use language::{Document, read};

use crate::numbered;

fn codes(document: &Document) -> Vec<&str> {
    let mut codes: Vec<_> = document.diagnostics.iter().map(|one| one.code).collect();
    codes.dedup();
    codes
}

#[test]
fn a_text_that_is_too_large_is_not_read() {
    let text = format!("steps: []\n#{}", "x".repeat(MAX_TEXT));
    let document = read(&text);
    assert!(!document.readable);
    assert_eq!(codes(&document), ["too_large"]);
    let fits = format!("steps: []\n#{}", "x".repeat(MAX_TEXT - 11));
    assert_eq!(fits.len(), MAX_TEXT);
    assert!(read(&fits).diagnostics.is_empty());
}

#[test]
fn depth() {
    for text in [
        "[".repeat(100_000),
        "{a: ".repeat(60_000),
        "- ".repeat(100_000),
        "? ".repeat(100_000),
        numbered(700, |depth| format!("{}a:\n", " ".repeat(depth))),
    ] {
        let document = read(&text);
        assert!(
            !document.readable && codes(&document).contains(&"too_deep"),
            "{:?}",
            codes(&document)
        );
    }
    // As deep as is allowed, and every walk over it.
    let deep = format!("{}!Secret x{}", "[".repeat(250), "]".repeat(250));
    let document = read(&format!(
        "steps: [{{name: a, image: b, spec: {{x: {deep}}}}}]"
    ));
    assert!(document.readable && document.diagnostics.is_empty());
    assert_eq!(document.requirements.secrets.len(), 1);
}

#[test]
fn an_alias_bomb_is_refused_where_it_grows_too_large() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    text += &numbered(39, |n| {
        let nine = vec![format!("*a{n}"); 9].join(", ");
        format!("a{0}: &a{0} [{nine}]\n", n + 1)
    });
    text += "steps: [{name: a, image: b, spec: {x: *a39}}]\n";
    let document = read(&text);
    assert!(!document.readable && document.has_errors());
    assert!(codes(&document).contains(&"too_many_aliases"));
}

#[test]
fn a_chain_of_aliases_is_not_followed_for_ever() {
    let mut text = String::from("a0: &a0 [x]\n");
    text += &numbered(5_000, |n| format!("a{0}: &a{0} [*a{n}]\n", n + 1));
    assert!(codes(&read(&text)).contains(&"too_many_aliases"));
}

#[test]
fn many_uses_of_one_anchor_are_fine() {
    let mut text = String::from("locals: {all: &all {a: !Secret a, b: !Secret b}}\nsteps:\n");
    text += &numbered(3_000, |n| {
        format!("- {{name: n{n}, image: i, spec: *all}}\n")
    });
    let document = read(&text);
    assert!(document.readable && document.diagnostics.is_empty());
    assert_eq!(document.requirements.secrets[1].steps.len(), 3_000);
}

#[test]
fn too_many_values() {
    let document = read(&"-\n".repeat(MAX_NODES + 10));
    assert!(!document.readable);
    assert_eq!(codes(&document), ["too_many_values"]);
}

#[test]
fn complaints_are_limited_and_errors_are_never_crowded_out() {
    let mut text = numbered(5_000, |n| format!("key{n}: x\n"));
    text += "steps: no\n";
    let document = read(&text);
    assert!(document.has_errors());
    assert_eq!(document.diagnostics.len(), MAX_DIAGNOSTICS + 2);
    assert!(codes(&document).contains(&"more_problems"));
}

#[test]
fn long_ways_through_the_steps() {
    let mut text = String::from("steps:\n");
    text += &numbered(5_000, |n| {
        format!("- {{name: n{n}, image: i, dependsOn: n{}}}\n", n + 1)
    });
    text += "- {name: n5000, image: i, dependsOn: n0}\n";
    let document = read(&text);
    assert_eq!(codes(&document), ["dependency_cycle"]);
    assert!(
        document.diagnostics[0].message.len() < 300,
        "{}",
        document.diagnostics[0].message
    );
}

#[test]
fn templates_without_end() {
    for inside in [
        "${",
        "${(",
        "${secrets.",
        "${'",
        "${secrets[",
        "${$.",
        "${a|>",
        "${f(",
        "${{",
    ] {
        let text = format!(
            "steps: [{{name: a, image: b, spec: {{x: \"{}\"}}}}]",
            inside.repeat(200_000 / inside.len())
        );
        let document = read(&text);
        assert!(document.readable && !document.has_errors(), "{inside}");
    }
}
