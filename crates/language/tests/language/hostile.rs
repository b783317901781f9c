//! Texts that are made to be slow, deep or large. Time is measured by `make bench`; what is
//! checked here is that there is an answer, and which.

use language::limits::{
    MAX_ALIASED_BYTES, MAX_DIAGNOSTICS, MAX_NAME, MAX_NODES, MAX_REFERENCES, MAX_STEPS, MAX_TEXT,
};
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
fn one_long_text_is_not_copied_to_thousands_of_places() {
    let long = "x".repeat(100_000);
    let times = |line: &str| line.repeat(5_000);
    for (behind, key) in [
        (
            format!(
                "steps:\n- name: b\n  image: i\n  dependsOn:\n{}",
                times("  - *a\n")
            ),
            "dependsOn",
        ),
        (
            format!(
                "steps:\n- name: b\n  image: i\n  input:\n{}",
                times("  - *a\n")
            ),
            "input",
        ),
        (
            format!("steps:\n{}", times("- {name: *a, image: i}\n")),
            "name",
        ),
        (
            format!(
                "parameters:\n{}",
                numbered(5_000, |n| format!("  p{n}: {{default: *a}}\n"))
            ),
            "default",
        ),
    ] {
        let document = read(&format!("locals: {{a: &a {long}}}\n{behind}"));
        assert!(!document.readable, "{key}");
        assert!(
            codes(&document).contains(&"too_many_aliases"),
            "{key}: {:?}",
            codes(&document)
        );
        let kept: usize = document
            .steps
            .iter()
            .flat_map(|one| one.depends_on.iter().chain(&one.input).chain([&one.name]))
            .chain(
                document
                    .parameters
                    .iter()
                    .filter_map(|one| one.default.as_ref()),
            )
            .map(String::len)
            .sum();
        assert!(
            kept <= 2 * MAX_ALIASED_BYTES as usize,
            "{key}: {kept} bytes"
        );
    }
}

#[test]
fn a_script_that_many_steps_share_is_fine() {
    let script = "echo hello\n".repeat(900);
    let lines = script.lines().map(|line| format!("    {line}\n"));
    let text = format!(
        "locals:\n  script: &script |\n{}steps:\n{}",
        lines.collect::<String>(),
        numbered(90, |n| format!(
            "- {{name: n{n}, image: i, input: [*script]}}\n"
        ))
    );
    let document = read(&text);
    assert!(
        document.readable && document.diagnostics.is_empty(),
        "{:?}",
        codes(&document)
    );
    assert_eq!(document.steps[89].input, [script]);
}

#[test]
fn references_are_counted() {
    // Each stands for four: all connections, secrets, parameters and outputs.
    let dollars = "${$}".repeat(20_000);
    let document = read(&format!(
        "steps: [{{name: a, image: b, spec: {{x: \"{dollars}\"}}}}]"
    ));
    assert!(codes(&document).contains(&"too_many_values"));
    assert!(document.requirements.dynamic.len() <= MAX_REFERENCES);

    let shared = "${secrets.a}".repeat(500);
    let document = read(&format!(
        "locals: {{a: &a [\"{shared}\"]}}\nsteps:\n{}",
        numbered(170, |n| format!(
            "- {{name: n{n}, image: i, spec: {{x: *a}}}}\n"
        ))
    ));
    assert!(
        codes(&document).contains(&"too_many_values"),
        "{:?}",
        codes(&document)
    );

    // Nothing in it refers to anything, but it is read at every place.
    let shared = "${1+1}".repeat(16_000);
    let uses = "   - *a\n".repeat(10);
    let document = read(&format!(
        "locals: {{a: &a \"{shared}\"}}\nsteps:\n- name: a\n  image: b\n  spec:\n   x:\n{uses}"
    ));
    assert_eq!(codes(&document), ["too_many_values"]);
}

#[test]
fn a_long_name_is_not_told_again_with_everything_its_step_uses() {
    let secrets = numbered(5_000, |n| format!("k{n}: !Secret s{n}, "));
    for section in ["steps", "triggers"] {
        let source = if section == "steps" {
            "image: i"
        } else {
            "source: {type: webhook, image: i, spec: *s}"
        };
        let text = format!(
            "locals: {{s: &s {{{secrets}}}}}\n{section}:\n- {{name: {}, {source}, spec: *s}}\n",
            "x".repeat(100_000)
        );
        let document = read(&text);
        assert!(
            codes(&document).contains(&"name_too_long"),
            "{:?}",
            codes(&document)
        );
        assert_eq!(document.requirements.secrets.len(), 5_000);
        let told = |names: &[String]| names.iter().all(|name| name.len() <= MAX_NAME);
        let secrets = &document.requirements.secrets;
        assert!(
            secrets
                .iter()
                .all(|one| told(&one.steps) && told(&one.triggers))
        );
    }
    let fits = "x".repeat(MAX_NAME);
    let document = read(&format!("steps: [{{name: {fits}, image: i}}]"));
    assert!(document.diagnostics.is_empty());
}

#[test]
fn steps_are_counted() {
    let document = read(&format!("steps: [{}]", "{},".repeat(MAX_STEPS + 1)));
    assert!(codes(&document).contains(&"too_many_values"));
    assert!(!document.readable);
    assert_eq!(document.steps.len(), MAX_STEPS);
}

#[test]
fn cures_do_not_repeat_half_a_page() {
    // A line of thousands of keys that each look like the beginning of a template.
    let keys = numbered(10_000, |n| format!("\"${{a{n}\": 1,"));
    let text = format!("steps: [{{name: a, image: b, spec: {{{keys}}}}}]");
    // A parameter behind thousands of blanks, and others that are not declared.
    let used = numbered(2_000, |n| format!("${{parameters.p{n}}}"));
    let blanks = " ".repeat(100_000);
    let indented = format!(
        "steps:\n- {{name: a, image: b, spec: {{x: \"{used}\"}}}}\nparameters:\n{blanks}a: {{}}\n"
    );
    for text in [text, indented] {
        let document = read(&text);
        assert!(!document.diagnostics.is_empty());
        let cures = document
            .diagnostics
            .iter()
            .filter_map(|one| one.fix.as_ref());
        let longest = cures
            .flat_map(|fix| &fix.edits)
            .map(|edit| edit.text.len())
            .max();
        assert!(longest.unwrap_or_default() <= 1_000, "{longest:?}");
    }
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
        assert!(document.readable, "{inside}");
        let told = |code: &&str| ["template_syntax", "too_many_values"].contains(code);
        assert!(codes(&document).iter().any(told), "{inside}");
    }
}
