//! Texts to read: one like people write, and many like nobody writes who means well.

use language::limits::MAX_TEXT;

const HEAD: &str = include_str!("head.yaml");
const GROUP: &str = include_str!("group.yaml");

/// A step up to the content of its spec.
const SPEC: &str = "steps:\n- name: a\n  image: b\n  spec:\n";

/// Lines of the workflow that is read.
pub(crate) const LINES: usize = 2_000;

/// A workflow of [`LINES`] lines, rounded up to a whole group: the groups repeat, with names of
/// their own.
pub(crate) fn workflow() -> String {
    let groups = (LINES - HEAD.lines().count()).div_ceil(GROUP.lines().count());
    let groups = (1..=groups).map(|number| GROUP.replace("__n__", &number.to_string()));
    HEAD.to_owned() + &groups.collect::<String>()
}

/// What a text made to be slow tries, and the text. None is longer than what is parsed at all, and
/// most are just as long.
pub(crate) fn hostile() -> Vec<(&'static str, String)> {
    vec![
        ("alias bomb", alias_bomb()),
        ("chain of aliases", chain_of_aliases()),
        ("lists 100,000 deep", "[".repeat(100_000)),
        ("maps 60,000 deep", "{a: ".repeat(60_000)),
        ("block lists 100,000 deep", "- ".repeat(100_000)),
        ("one huge scalar", fill("a: ", "x", "\n")),
        ("one huge folded scalar", fill("a: >\n", "  x y\n", "")),
        ("one huge quoted scalar", fill("a: \"", "\\u00e9", "\"\n")),
        ("many keys", many(|n| format!("k{n}: v\n"))),
        ("the same key many times", fill("", "k: v\n", "")),
        ("many merge keys", fill("a: &a {b: c}\n", "<<: *a\n", "")),
        ("many anchors", many(|n| format!("- &a{n} x\n"))),
        ("many tags", fill("steps:\n", "- !Secret x\n", "")),
        ("many names with their accents apart", apart()),
        ("many steps in a circle", many_steps(circle)),
        ("many steps with misspelt needs", many_steps(misspelt)),
        ("many references in one template", in_spec("${secrets.a}")),
        (
            "many syntax errors",
            fill("steps:\n", "- {name: s, image: i, spec: [}\n", ""),
        ),
        (
            "quotes that only the end closes",
            many_steps(|number| format!("- name: s{number}\n  image: {{\"{number}\n")),
        ),
        (
            "brackets that are not closed",
            fill("steps:\n", "- name: s\n  image: [\n", ""),
        ),
        (
            "blanks in front of a template that needs quotes",
            fill(&format!("{SPEC}  m: ["), " ", "${1} b, c]\n"),
        ),
        (
            "many unknown keys",
            fill("steps:\n", "- name: s\n  imagr: x\n", ""),
        ),
        (
            "many misspelt keys with directions",
            fill(SPEC, "- na  1_0m\u{202e}: x\n", "["),
        ),
        (
            "one step of many top keys with directions",
            fill("parameters:\n", "steps:\n- rt \u{202e}", "\""),
        ),
        (
            "many anchors and top keys",
            many(|number| format!("&a{number} steps:\n- ")),
        ),
        (
            "many steps of the same name",
            fill("steps:\n", "- {name: s, image: i, dependsOn: s}\n", ""),
        ),
        (
            "many tags that are not ours",
            fill("steps:\n- name: a\n  image: b\n", ":\n!r true", "\""),
        ),
        ("templates of everything", in_spec("${$}")),
        ("templates that calculate", in_spec("${1+1}")),
        (
            "templates over folded lines",
            fill(&in_quotes(), "${x\n  \n      +y}", "\"\n"),
        ),
        (
            "templates among escapes",
            fill(&in_quotes(), "\\x24{param\\x74ers.x}", "\"\n"),
        ),
        (
            "comments in templates",
            fill(&in_quotes(), "${a/*b*/./**/c //", "\"\n"),
        ),
        (
            "comments without an end",
            fill(&in_quotes(), "${a /* ", "\"\n"),
        ),
        (
            "templates without quotes",
            fill(SPEC, "  - ${f(a: b)} c # d\n", ""),
        ),
        (
            "aliases of a template among empty lines",
            among_empty_lines(),
        ),
        ("one template many times", one_template()),
        ("one text in many places", one_text()),
        (
            "one long name for many secrets",
            format!(
                "steps:\n- {{name: {}, image: b, spec: {{{}}}}}\n",
                "x".repeat(100_000),
                secrets(8_000)
            ),
        ),
        ("many steps of many secrets", many_secrets()),
        ("steps without anything", fill("steps: [", "{},", "]")),
        (
            "keys like templates",
            format!("steps: [{{name: a, image: b, spec: {{{}}}}}]", keys(17_000)),
        ),
        (
            "parameters beside many blanks",
            format!(
                "steps:\n- {{name: a, image: b, spec: {{x: \"{}\"}}}}\nparameters:\n{}a: {{}}\n",
                "${parameters.b}".repeat(8_000),
                " ".repeat(120_000)
            ),
        ),
        ("many long words to guess at", many_steps(long_words)),
        ("directions alone", fill("a: \"", "\u{202e}", "\"")),
        ("control characters alone", fill("", "\u{1}", "")),
        ("UTF-16", "a\0".repeat(100_000)),
        ("many types of connections", types()),
        (
            "many images of which one could set something",
            many_steps(|n| format!("- {{name: s{n}, image: relaysh/x{n}, spec: !Output }}\n")),
        ),
        ("one step that needs all others", needs_all()),
        ("templates that never end", in_spec("${")),
        ("groups that never end", in_spec("${(")),
        ("calls that never end", in_spec("${f(")),
    ]
}

/// `inside` as often as fits between the two ends.
fn fill(before: &str, inside: &str, after: &str) -> String {
    let times = (MAX_TEXT - before.len() - after.len()) / inside.len();
    format!("{before}{}{after}", inside.repeat(times))
}

/// The numbered parts, as many as fit.
fn many(part: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for number in 0.. {
        let next = part(number);
        if text.len() + next.len() > MAX_TEXT {
            break;
        }
        text += &next;
    }
    text
}

/// As many aliases of a text as are followed, by the bytes they stand for.
fn one_template() -> String {
    let text = "${1+1}".repeat(16_000);
    let lines = "   - *a\n".repeat(10);
    format!("locals: {{a: &a \"{text}\"}}\nsteps:\n- name: a\n  image: b\n  spec:\n   x:\n{lines}")
}

fn one_text() -> String {
    let text = "x".repeat(100_000);
    let lines = "  - *a\n".repeat(9_000);
    format!("locals: {{a: &a {text}}}\nsteps:\n- name: a\n  image: b\n  dependsOn:\n{lines}")
}

fn secrets(count: usize) -> String {
    numbered(count, |number| format!("k{number}: !Secret s{number}, "))
}

/// As long as names can be that are looked at closely, and in the order that takes the most work.
fn apart() -> String {
    let marks = "\u{345}\u{323}\u{302}".repeat(263);
    let secrets = numbered(150, |number| {
        format!("k{number}: !Secret e{marks}{number}, ")
    });
    format!("steps:\n- {{name: a, image: b, spec: {{{secrets}}}}}\n")
}

fn numbered(count: usize, part: impl Fn(usize) -> String) -> String {
    let parts: Vec<_> = (0..count).map(part).collect();
    parts.concat()
}

fn many_secrets() -> String {
    let long = "n".repeat(190);
    let steps = (0..780).map(|number| format!("- {{name: {long}{number}, image: b, spec: *x}}\n"));
    format!(
        "locals: {{x: &x {{{}}}}}\nsteps:\n{}",
        secrets(30),
        steps.collect::<String>()
    )
}

fn types() -> String {
    let connections = numbered(7_000, |number| {
        format!("    k{number}: !Connection [t{number}, x]\n")
    });
    format!("{SPEC}{connections}    x: !Connection {{type: }}\n")
}

fn needs_all() -> String {
    let steps = numbered(5_200, |number| format!("- {{name: s{number}, image: i}}\n"));
    let needs = numbered(5_200, |number| format!("s{number}, "));
    format!("steps:\n{steps}- {{name: z, image: i, dependsOn: [{needs}]}}\n")
}

fn keys(count: usize) -> String {
    numbered(count, |number| format!("\"${{a{number}\": 1,"))
}

fn long_words(number: usize) -> String {
    let long = "n".repeat(30);
    format!("- {{name: {long}a{number}, image: b, dependsOn: {long}b{number}}}\n")
}

/// A step up to a text of its spec.
fn in_quotes() -> String {
    format!("{SPEC}    x: \"")
}

/// Looking up where the words of such a text stand takes as long as the text is, and all of it says little.
fn among_empty_lines() -> String {
    let empty = " \n".repeat(100_000);
    let text = format!("{SPEC}    x: &x \"{empty}${{y}}\"\n    z:\n");
    fill(&text, "    - *x\n", "")
}

fn alias_bomb() -> String {
    let line = |number: usize| {
        let nine = [format!("*a{number}").as_str(); 9].join(", ");
        format!("a{0}: &a{0} [{nine}]\n", number + 1)
    };
    let lines: String = (0..39).map(line).collect();
    format!("a0: &a0 [x]\n{lines}steps: [{{name: a, image: b, spec: {{x: *a39}}}}]\n")
}

fn chain_of_aliases() -> String {
    many(|number| match number {
        0 => "a0: &a0 [x]\n".to_owned(),
        _ => format!("a{number}: &a{number} [*a{}]\n", number - 1),
    })
}

fn many_steps(part: impl Fn(usize) -> String) -> String {
    many(|number| match number {
        0 => "steps:\n".to_owned(),
        _ => part(number),
    })
}

/// One circle through most of them; the rest leads nowhere.
fn circle(number: usize) -> String {
    let next = if number == 5_000 { 1 } else { number + 1 };
    format!("- {{name: n{number}, image: i, dependsOn: n{next}}}\n")
}

fn misspelt(number: usize) -> String {
    format!("- {{name: step-number-{number}, image: i, dependsOn: step-mumber-{number}}}\n")
}

fn in_spec(inside: &str) -> String {
    let before = "steps: [{name: a, image: b, spec: {x: \"";
    fill(before, inside, "\"}}]\n")
}
