//! Texts to read: one like people write, and many like nobody writes who means well.

use language::limits::MAX_TEXT;

const HEAD: &str = include_str!("head.yaml");
const GROUP: &str = include_str!("group.yaml");

/// Lines of the workflow that is read.
pub(crate) const LINES: usize = 2_000;

/// A workflow of at least [`LINES`] lines: the groups repeat, with names of their own.
pub(crate) fn workflow() -> String {
    let groups = (LINES - HEAD.lines().count()).div_ceil(GROUP.lines().count());
    let groups = (1..=groups).map(|number| GROUP.replace("__n__", &number.to_string()));
    HEAD.to_owned() + &groups.collect::<String>()
}

/// A text made to be slow, and what it tries.
pub(crate) struct Hostile {
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

/// None is longer than what is parsed at all, and most are just as long.
pub(crate) fn hostile() -> Vec<Hostile> {
    let texts = [
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
        ("many steps in a circle", many_steps(circle)),
        ("many steps with misspelt needs", many_steps(misspelt)),
        ("many references in one template", in_spec("${secrets.a}")),
        ("templates that never end", in_spec("${")),
        ("groups that never end", in_spec("${(")),
        ("calls that never end", in_spec("${f(")),
    ];
    texts
        .into_iter()
        .map(|(name, text)| Hostile { name, text })
        .collect()
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

fn alias_bomb() -> String {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for number in 1..40 {
        let nine = [format!("*a{}", number - 1).as_str(); 9].join(", ");
        text += &format!("a{number}: &a{number} [{nine}]\n");
    }
    text + "steps: [{name: a, image: b, spec: {x: *a39}}]\n"
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

/// The last need has no step: what has to be searched is one long way.
fn circle(number: usize) -> String {
    let next = if number % 5_000 == 0 { 1 } else { number + 1 };
    format!("- {{name: n{number}, image: i, dependsOn: n{next}}}\n")
}

fn misspelt(number: usize) -> String {
    format!("- {{name: step-number-{number}, image: i, dependsOn: step-mumber-{number}}}\n")
}

fn in_spec(inside: &str) -> String {
    let before = "steps: [{name: a, image: b, spec: {x: \"";
    fill(before, inside, "\"}}]\n")
}
