//! Finds the references in the `${…}` templates of one text.
//!
//! This reads only as much of the expression language as it needs to find roots and the words
//! behind them: `connections.aws.prod`, `secrets['a b']`, `outputs.'scan all'.ids`. What it does
//! not understand it passes by.

use std::ops::Range;

use super::{Kind, Name, Reference, blanks, comment, guards, quoted};
use crate::expression::next_template;

/// A reference and the bytes of the text it stands in.
pub(super) struct TemplateReference {
    pub(super) reference: Reference,
    pub(super) range: Range<usize>,
    /// The names behind the root, without their quotes, as far as they are written out.
    pub(super) named: [Option<Range<usize>>; 2],
    pub(super) guarded: bool,
    /// Whether nothing at all follows the root: it would expand to everything there is.
    pub(super) whole: bool,
}

/// A word where a root should be.
pub(super) struct UnknownRoot {
    pub(super) range: Range<usize>,
    pub(super) guarded: bool,
}

/// What can be asked about the end of a step.
pub(super) const ENDS: [&str; 3] = ["failed", "skipped", "succeeded"];

/// What is in the templates of one text.
#[derive(Default)]
pub(super) struct Templates {
    pub(super) references: Vec<TemplateReference>,
    pub(super) unknown: Vec<UnknownRoot>,
    /// What is asked about the end of a step, where there is no such thing.
    pub(super) unknown_ends: Vec<Range<usize>>,
    /// Where a template begins that has no end.
    pub(super) endless: Option<usize>,
    /// Whether there was more than was to be read.
    pub(super) cut: bool,
}

/// Reads the templates in `text`, in order, as long as there are not more references than `most` in them.
pub(super) fn read(text: &str, most: usize) -> Templates {
    let mut templates = Templates::default();
    let mut from = 0;
    while let Some(open) = next_template(text, from) {
        let mut scanner = Scanner {
            text,
            at: open + 2,
            groups: vec![Group::default()],
            balanced: true,
            most,
            templates,
        };
        let known = scanner.templates.unknown.len();
        let named = scanner.templates.references.len();
        let ended = scanner.run();
        let balanced = scanner.balanced;
        let at = scanner.at;
        templates = scanner.templates;
        if !ended || !balanced {
            // What its words mean cannot be told, as far as they are not written out.
            templates.unknown.truncate(known);
            let rest = templates.references.split_off(named);
            let rest = rest.into_iter().filter(|one| !one.whole);
            templates.references.extend(rest);
        }
        if !ended && !templates.cut {
            templates.endless.get_or_insert(open);
        }
        if templates.cut {
            break;
        }
        from = at;
    }
    templates
}

/// The byte behind the template that begins at `open`; none when its brackets do not fit or it has no end.
pub(crate) fn end(text: &str, open: usize) -> Option<usize> {
    let mut scanner = Scanner {
        text,
        at: open + 2,
        groups: vec![Group::default()],
        balanced: true,
        most: usize::MAX,
        templates: Templates::default(),
    };
    (scanner.run() && scanner.balanced).then_some(scanner.at)
}

#[derive(Clone, Copy, Default)]
struct Group {
    /// Closed by this; the outermost by `}`.
    close: Option<u8>,
    /// The arguments of a call, where `name:` is a keyword and no reference.
    call: bool,
    guarded: bool,
    /// Right of `|>`, names are looked up in the value on its left.
    piped: bool,
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    groups: Vec<Group>,
    /// Whether every bracket so far closed the one that was open.
    balanced: bool,
    most: usize,
    templates: Templates,
}

impl<'t> Scanner<'t> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes to the next word: comments are as good as blanks.
    fn skip_blanks(&mut self) {
        self.at += blanks(self.text.get(self.at..).unwrap_or_default()).0;
    }

    /// Passes by a comment; `false` when there is none.
    fn comment(&mut self) -> bool {
        let comment = comment(&self.text[self.at..]);
        self.at += comment.map_or(0, |(length, _)| length);
        comment.is_some()
    }

    fn group(&self) -> Group {
        self.groups.last().copied().unwrap_or_default()
    }

    /// Reads one template, up to and with its `}`; `false` when there is none.
    fn run(&mut self) -> bool {
        while let Some(byte) = self.byte() {
            match byte {
                b'\'' | b'"' | b'`' => self.string(),
                b'/' if self.comment() => {}
                b'(' => self.open(b')', false, false),
                b'[' => self.open(b']', false, false),
                b'{' => self.open(b'}', false, false),
                b'}' if self.groups.len() == 1 => {
                    self.at += 1;
                    return true;
                }
                b')' | b']' | b'}' => {
                    self.at += 1;
                    if self.group().close == Some(byte) {
                        self.groups.pop();
                    } else {
                        self.balanced = false;
                    }
                }
                b'|' if self.text[self.at..].starts_with("|>") => {
                    self.at += 2;
                    self.pipe(true);
                }
                b',' => {
                    self.at += 1;
                    self.pipe(false);
                }
                // What follows a dot here belongs to a call or a closed group: not a root.
                b'.' => {
                    self.at += 1;
                    self.skip_blanks();
                    self.name();
                }
                b'$' => {
                    let start = self.at;
                    self.at += 1;
                    if !self.group().piped {
                        match self.accessor() {
                            Some((root, _)) => self.chain(start, &root),
                            None => self.everything(start),
                        }
                    }
                }
                b'0'..=b'9' => self.number(),
                _ if self.name_starts() => self.word(),
                _ => {
                    let next = self.text[self.at..].chars().next();
                    self.at += next.map_or(1, char::len_utf8);
                }
            }
        }
        false
    }

    fn open(&mut self, close: u8, call: bool, guarded: bool) {
        self.at += 1;
        let around = self.group();
        let guarded = guarded || around.guarded;
        self.groups.push(Group {
            close: Some(close),
            call,
            guarded,
            piped: around.piped,
        });
    }

    fn pipe(&mut self, piped: bool) {
        // An argument after a comma begins anew, but only as far as what is around it allows.
        let outer = self
            .groups
            .len()
            .checked_sub(2)
            .and_then(|at| self.groups.get(at))
            .copied();
        if let Some(group) = self.groups.last_mut() {
            group.piped = piped || outer.is_some_and(|outer| outer.piped);
        }
    }

    fn name_starts(&self) -> bool {
        self.text[self.at..].starts_with(|c: char| c == '_' || c.is_alphabetic())
    }

    /// A name, whose dashes belong to it.
    fn name(&mut self) -> &'t str {
        let rest = &self.text[self.at..];
        let length = if self.name_starts() {
            rest.find(|c: char| !(c == '_' || c == '-' || c.is_alphanumeric()))
                .unwrap_or(rest.len())
        } else {
            0
        };
        self.at += length;
        &rest[..length]
    }

    fn number(&mut self) {
        while self
            .byte()
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            self.at += 1;
        }
    }

    /// A text in quotes.
    fn string(&mut self) {
        self.at += quoted(&self.text[self.at..]).length;
    }

    /// A name that is no accessor: a call, a keyword, or perhaps a root.
    fn word(&mut self) {
        let start = self.at;
        let name = self.name();
        let end = self.at;
        self.skip_blanks();
        if self.byte() == Some(b'(') {
            return self.open(b')', true, guards(name));
        }
        let keyword = self.group().call && self.byte() == Some(b':');
        if !keyword && !self.group().piped {
            self.at = end;
            self.chain(start, name);
        }
    }

    /// What stands behind a name, if it is written out: `.x`, `.'x y'`, `.0`, `['x']`.
    fn accessor(&mut self) -> Option<(String, Range<usize>)> {
        let start = self.at;
        self.skip_blanks();
        let dot = self.byte() == Some(b'.');
        if !dot && self.byte() != Some(b'[') {
            self.at = start;
            return None;
        }
        self.at += 1;
        self.skip_blanks();
        let mut from = self.at;
        // The closing quote, which is missing in a text that ends before it.
        let mut quote = 0;
        let value = match self.byte() {
            Some(b'\'' | b'"' | b'`') => {
                let read = quoted(&self.text[self.at..]);
                self.at += read.length;
                from += 1;
                quote = usize::from(read.closed);
                read.value
            }
            Some(b'0'..=b'9') => {
                self.number();
                self.text[from..self.at].to_owned()
            }
            _ if dot && self.name_starts() => self.name().to_owned(),
            _ => {
                self.at = start;
                return None;
            }
        };
        let range = from..self.at - quote;
        if !dot {
            self.skip_blanks();
            if self.byte() != Some(b']') {
                self.at = start;
                return None;
            }
            self.at += 1;
        }
        Some((value, range))
    }

    /// Whether something computed follows, as in `secrets[parameters.which]`.
    fn goes_on(&mut self) -> bool {
        let at = self.at;
        self.skip_blanks();
        let goes_on = matches!(self.byte(), Some(b'.' | b'['));
        self.at = at;
        goes_on
    }

    /// `$` without a root behind it.
    fn everything(&mut self, start: usize) {
        let whole = !self.goes_on();
        for kind in [
            Kind::Connection,
            Kind::Secret,
            Kind::Parameter,
            Kind::Output,
        ] {
            self.push(start, Reference::Dynamic(kind), [None, None], whole);
        }
    }

    fn push(
        &mut self,
        start: usize,
        reference: Reference,
        named: [Option<Range<usize>>; 2],
        whole: bool,
    ) {
        if self.templates.references.len() >= self.most {
            self.templates.cut = true;
            self.at = self.text.len();
            return;
        }
        let guarded = self.group().guarded;
        self.templates.references.push(TemplateReference {
            reference,
            range: start..self.at,
            named,
            guarded,
            whole,
        });
    }

    fn chain(&mut self, start: usize, root: &str) {
        let kind = match root {
            "connections" => Kind::Connection,
            "secrets" => Kind::Secret,
            "parameters" => Kind::Parameter,
            "outputs" => Kind::Output,
            "steps" => Kind::Step,
            "event" => return self.push(start, Reference::Event, [None, None], false),
            "true" | "false" | "null" => return,
            _ => {
                let guarded = self.group().guarded;
                self.templates.unknown.push(UnknownRoot {
                    range: self.at - root.len()..self.at,
                    guarded,
                });
                return;
            }
        };
        let first = self.accessor();
        let second = match (kind, &first) {
            (Kind::Connection, Some(_)) => self.accessor(),
            (Kind::Step, Some(_)) => {
                // What is asked about it is no part of its name.
                let at = self.at;
                let end = self.accessor().filter(|(word, _)| !ENDS.contains(&&**word));
                self.at = at;
                self.templates
                    .unknown_ends
                    .extend(end.map(|(_, range)| range));
                None
            }
            _ => None,
        };
        let whole = first.is_none() && !self.goes_on();
        let named = [&first, &second].map(|part| part.as_ref().map(|(_, range)| range.clone()));
        let name = |part: Option<(String, _)>| match part {
            Some((word, _)) => Name::Literal(word),
            None => Name::Computed,
        };
        if let Some(reference) = Reference::new(kind, vec![name(first), name(second)]) {
            self.push(start, reference, named, whole);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Templates {
        super::read(text, usize::MAX)
    }

    fn found(text: &str) -> Vec<String> {
        let short = |one: TemplateReference| {
            let what = match one.reference {
                Reference::Connection { type_name, name } => {
                    format!("connection {type_name}/{name}")
                }
                Reference::Secret { name } => format!("secret {name}"),
                Reference::Parameter { name } => format!("parameter {name}"),
                Reference::Output { step } => format!("output {step}"),
                Reference::Status { step } => format!("status {step}"),
                Reference::Answer { step, .. } => format!("answer {step}"),
                Reference::Event => "event".to_owned(),
                Reference::Dynamic(kind) => format!("dynamic {}", kind.as_str()),
            };
            format!("{what}{}", if one.guarded { "?" } else { "" })
        };
        read(text).references.into_iter().map(short).collect()
    }

    #[test]
    fn all_ways_to_write_a_name() {
        for text in [
            "${connections.aws.prod}",
            "${connections['aws'].prod}",
            "${ connections [ \"aws\" ] . 'prod' .accessKeyID }",
            "${$.connections.aws.'prod'}",
            "x ${connections.'aws'.\"prod\"['key']} y",
        ] {
            assert_eq!(found(text), ["connection aws/prod"], "{text}");
        }
        assert_eq!(found("${secrets.'a b/c'}"), ["secret a b/c"]);
        assert_eq!(found(r"${secrets.'it\'s'}"), ["secret it's"]);
        assert_eq!(
            found("${steps.build-1.failed && !steps.test.skipped}"),
            ["status build-1", "status test"]
        );
    }

    #[test]
    fn several_templates_and_nested_expressions() {
        assert_eq!(
            found("a ${parameters.x}${outputs.y.z + secrets.s} ${{'k': [parameters.p]}}"),
            ["parameter x", "output y", "secret s", "parameter p"]
        );
        assert_eq!(
            found("${concat('secrets.x }', parameters.y)}"),
            ["parameter y"]
        );
    }

    #[test]
    fn what_is_computed_is_dynamic() {
        assert_eq!(
            found("${connections[parameters.type][parameters.name]}"),
            ["dynamic connection", "parameter type", "parameter name"]
        );
        assert_eq!(found("${connections.aws}"), ["dynamic connection"]);
        assert_eq!(
            found("${secrets.(parameters.which).x}"),
            ["dynamic secret", "parameter which"]
        );
        assert_eq!(found("${secrets['a' + 'b']}"), ["dynamic secret"]);
    }

    #[test]
    fn what_only_looks_like_a_reference() {
        for text in [
            "$connections.aws.prod",
            "${HOME}",
            "${merge(objects: [], parameters: 1)}",
            "${jsonUnmarshal('{}') |> secrets.x}",
            "${f(x).secrets.y}",
            "${'secrets.x'}",
            "${",
            "$${",
            "$${secrets.x}",
            "${secretsx.y}",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
        assert_eq!(found("${f(a |> b, secrets.x)}"), ["secret x"]);
        assert_eq!(
            found("${coalesce(outputs.a.b, secrets.x) + secrets.y}"),
            ["output a?", "secret x?", "secret y"]
        );
    }

    fn unknown(text: &str) -> Vec<&str> {
        let unknown = read(text).unknown.into_iter();
        unknown.map(|one| &text[one.range]).collect()
    }

    #[test]
    fn words_that_are_no_roots() {
        assert_eq!(
            unknown("${HOME} ${$.nobody.x} ${{'a': b}}"),
            ["HOME", "nobody", "b"]
        );
        for text in [
            "${event.secrets.x}",
            "${null == true && !false}",
            "${f(objects: []) |> a + b}",
            "${'x' |> y}",
            "${parameters.x.y[0].z}",
            "${f(x",
            "${f(x]}",
            "echo $HOME",
        ] {
            assert!(unknown(text).is_empty(), "{text}: {:?}", unknown(text));
        }
        assert_eq!(found("${event.secrets.x}"), ["event"]);
    }

    #[test]
    fn everything_at_once() {
        let whole = |text| read(text).references.iter().all(|one| one.whole);
        for text in ["${$}", "${secrets}", "${ connections }", "${f(secrets, 1)}"] {
            assert!(whole(text) && !read(text).references.is_empty(), "{text}");
        }
        for text in ["${secrets[parameters.x]}", "${connections.aws}", "${$[x]}"] {
            assert!(!whole(text), "{text}");
        }
        assert_eq!(read("a ${x").endless, Some(2));
    }

    #[test]
    fn names_have_places() {
        for (text, name) in [
            ("${secrets.abc.d}", "abc"),
            ("${secrets['a b']}", "a b"),
            ("${$.outputs.\"x\".y}", "x"),
            ("${connections.aws[x]}", "aws"),
        ] {
            let [named, _] = read(text).references.remove(0).named;
            assert_eq!(&text[named.expect(text)], name);
        }
    }
}
