//! The functions that expressions can call, and what each is given.

use super::walk::Around;
use crate::code::Code;
use crate::diagnostic::{Severity, shown};
use crate::findings::Findings;
use crate::repair::Repair;
use crate::text::Span;
use crate::tree::{Content, NodeId, Tag, Tree};

/// A function with what it takes.
pub(super) struct Function {
    name: &'static str,
    /// How many arguments it takes one by one.
    least: usize,
    most: usize,
    /// The same in words.
    count: &'static str,
    /// The names it knows its arguments by; the first ones are needed.
    names: &'static [&'static str],
    needed: usize,
}

const MANY: usize = usize::MAX;

const fn function(
    name: &'static str,
    (least, most, count): (usize, usize, &'static str),
    (names, needed): (&'static [&'static str], usize),
) -> Function {
    Function {
        name,
        least,
        most,
        count,
        names,
        needed,
    }
}

const ANY: (usize, usize, &str) = (0, MANY, "");
const ONE: (usize, usize, &str) = (1, 1, "one argument");
const TWO: (usize, usize, &str) = (2, 2, "two arguments");

const FUNCTIONS: [Function; 13] = [
    function(
        "append",
        (2, MANY, "a list and what is put behind it"),
        (&[], 0),
    ),
    function("coalesce", ANY, (&[], 0)),
    function("concat", ANY, (&[], 0)),
    function("convertMarkdown", TWO, (&["to", "content"], 2)),
    function("equals", TWO, (&[], 0)),
    function("exists", ONE, (&[], 0)),
    function("jsonMarshal", ONE, (&[], 0)),
    function("jsonUnmarshal", ONE, (&[], 0)),
    function("merge", ANY, (&["objects", "mode"], 1)),
    function("notEquals", TWO, (&[], 0)),
    function("now", (0, 0, "no arguments"), (&[], 0)),
    function(
        "path",
        (2, 3, "two or three arguments"),
        (&["object", "query", "default"], 2),
    ),
    function("toString", ONE, (&[], 0)),
];

/// The function of that name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|known| known.name == name)
}

/// Complains about a function that there is not. `exact` is where its name alone stands.
pub(super) fn unknown(
    name: &str,
    span: Span,
    exact: Option<Span>,
    around: Around,
    findings: &mut Findings<'_>,
) {
    let names = FUNCTIONS.iter().map(|known| known.name);
    let guess = findings.guess(name, names).or(
        "; there are `append`, `coalesce`, `concat`, `convertMarkdown`, `equals`, `exists`, \
         `jsonMarshal`, `jsonUnmarshal`, `merge`, `notEquals`, `now`, `path` and `toString`",
    );
    let repair = guess.found.zip(exact);
    findings.add(
        around.severity(),
        Code::UnknownFunction,
        span,
        format_args!("there is no function {}{guess}", shown(name)),
        repair.map(|(found, exact)| Repair::replace(exact, found)),
    );
}

/// The name of an argument, where to complain about it, and where it alone stands.
type Name<'n> = (&'n str, Span, Option<Span>);

impl Function {
    /// Complains about too few or too many arguments.
    pub(super) fn check_count(
        &self,
        given: usize,
        span: Span,
        around: Around,
        findings: &mut Findings<'_>,
    ) {
        if (self.least..=self.most).contains(&given) {
            return;
        }
        let given = match given {
            0 => "none is".to_owned(),
            1 => "one is".to_owned(),
            given => format!("{given} are"),
        };
        findings.add(
            around.severity_of_a_call(),
            Code::WrongArguments,
            span,
            format_args!("`{}` takes {}, but {given} given", self.name, self.count),
            None,
        );
    }

    /// Complains about arguments that are missing, or that there are not.
    pub(super) fn check_names(
        &self,
        given: &mut dyn Iterator<Item = Name<'_>>,
        span: Span,
        around: Around,
        findings: &mut Findings<'_>,
    ) {
        if self.names.is_empty() {
            let message = format_args!(
                "`{}` takes its arguments one by one, without names",
                self.name
            );
            return findings.add(
                around.severity_of_a_call(),
                Code::WrongArguments,
                span,
                message,
                None,
            );
        }
        let mut missing: Vec<_> = self.names[..self.needed].to_vec();
        for (name, span, exact) in given {
            missing.retain(|needed| *needed != name);
            if self.names.contains(&name) {
                continue;
            }
            let guess = findings.guess(name, self.names.iter().copied());
            let repair = guess.found.zip(exact);
            findings.add(
                Severity::Warning,
                Code::UnknownArgument,
                span,
                format_args!("`{}` has no argument {}{guess}", self.name, shown(name)),
                repair.map(|(found, exact)| Repair::replace(exact, found)),
            );
        }
        if let Some(missing) = missing.first() {
            let message = format_args!("`{}` needs the argument `{missing}`", self.name);
            findings.add(
                around.severity_of_a_call(),
                Code::WrongArguments,
                span,
                message,
                None,
            );
        }
    }
}

/// Checks a call that a tag or a key makes: `word` is `!Fn.name` or `$fn.name`, where it stands,
/// and `arguments` the node with its arguments.
pub(super) fn check(
    tree: &Tree<'_>,
    name: &str,
    word: Span,
    arguments: NodeId,
    around: Around,
    findings: &mut Findings<'_>,
) {
    // Both notations have four characters in front of the name.
    let exact = (word.range().len() == name.len() + 4).then(|| Span {
        start: word.start + 4,
        ..word
    });
    let Some(known) = find(name) else {
        return unknown(name, exact.unwrap_or(word), exact, around, findings);
    };
    let target = tree.resolve(arguments);
    // The arguments of `$fn.name` can be a reference themselves.
    let tagged = |tag: &Tag| tag.span != word && tag.name.starts_with('!') && tag.name != "!";
    if tree.tag(target).is_some_and(tagged) {
        return;
    }
    match tree.content(target) {
        Content::Sequence(items) => known.check_count(items.len(), word, around, findings),
        Content::Scalar(text, _) if !text.contains("${") => {
            known.check_count(1, word, around, findings);
        }
        Content::Mapping if is_plain(tree, target) => {
            let mut names = tree.entries(target).filter_map(|(key, _)| {
                let exact = tree.verbatim(key);
                Some((tree.scalar(key)?, tree.span(key), exact))
            });
            known.check_names(&mut names, word, around, findings);
        }
        Content::Mapping | Content::Scalar(..) | Content::Alias(_) => {}
    }
}

/// Whether a map is nothing but a map: not one that says what is computed in its place.
fn is_plain(tree: &Tree<'_>, map: NodeId) -> bool {
    tree.entries(map).all(|(key, _)| {
        tree.scalar(key)
            .is_none_or(|key| !matches!(key, "$type" | "$encoding") && !key.starts_with("$fn."))
    })
}

#[cfg(test)]
mod tests {
    use super::FUNCTIONS;

    #[test]
    fn every_function_is_told_when_none_is_meant() {
        let text = "steps:\n- {name: a, image: b, env: {X: '${nothing_like_this()}'}}\n";
        let document = crate::read(text);
        for one in &FUNCTIONS {
            let name = format!("`{}`", one.name);
            assert!(document.diagnostics[0].message.contains(&name), "{name}");
        }
    }
}
