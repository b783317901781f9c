//! The words of `${…}` templates with their places, also while a template is being written.
//!
//! Only names matter here: which root or function a chain of words begins with, and what is
//! behind it. Whatever else an expression has is passed by, so a broken one does no harm.

use std::ops::Range;

use crate::expression::next_template;
use crate::reference::{blanks, comment, quoted};

/// One name in a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Without quotes and escapes.
    pub(super) name: String,
    /// With its quotes.
    pub(super) range: Range<usize>,
    pub(super) quote: Option<char>,
    /// Whether it stands in brackets, where it needs its quotes.
    pub(super) bracket: bool,
}

/// Names behind each other: `outputs.scan.ids`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Chain {
    pub(super) words: Vec<Word>,
    /// Whether `(` follows: then the last name is a function's.
    pub(super) called: bool,
}

impl Chain {
    pub(super) fn name(&self, at: usize) -> Option<&str> {
        self.words.get(at).map(|word| word.name.as_str())
    }
}

/// What is being written where the text ends inside a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Open {
    /// The names in front, if what comes is one more of them; else a new chain begins.
    pub(super) before: Chain,
    /// What is there of the new name, with its quote.
    pub(super) typed: Range<usize>,
    pub(super) quote: Option<char>,
    pub(super) bracket: bool,
    /// Whether a new chain begins right of `|>`, where there are no roots.
    pub(super) piped: bool,
}

/// What the templates of a text say.
#[derive(Debug, Default)]
pub(super) struct Templates {
    /// In the order of the text; of chains right of `|>` only those that are called.
    pub(super) chains: Vec<Chain>,
    /// Set when the text ends where a name can be written.
    pub(super) open: Option<Open>,
}

/// Reads every template in `text`.
pub(super) fn read(text: &str) -> Templates {
    let mut scanner = Scanner {
        text,
        at: 0,
        groups: Vec::new(),
        in_comment: false,
        found: Templates::default(),
    };
    while let Some(open) = next_template(text, scanner.at) {
        scanner.at = open + 2;
        scanner.groups = vec![Group::default()];
        scanner.run();
    }
    if scanner.in_comment {
        scanner.found.open = None;
    }
    scanner.found
}

#[derive(Debug, Clone, Copy, Default)]
struct Group {
    close: Option<u8>,
    /// The arguments of a call, where `name:` is a keyword.
    call: bool,
    piped: bool,
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    groups: Vec<Group>,
    /// Whether the text ends inside a comment.
    in_comment: bool,
    found: Templates,
}

impl Scanner<'_> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes to the next word: comments are as good as blanks.
    fn skip_blanks(&mut self) {
        let (length, closed) = blanks(self.text.get(self.at..).unwrap_or_default());
        self.at += length;
        self.in_comment |= !closed;
    }

    /// Passes by a comment; `false` when there is none.
    fn comment(&mut self) -> bool {
        let Some((length, closed)) = comment(&self.text[self.at..]) else {
            return false;
        };
        self.at += length;
        self.in_comment = !closed;
        true
    }

    fn piped(&self) -> bool {
        self.groups.last().is_some_and(|group| group.piped)
    }

    /// Reads one template, up to and with its `}`, or to the end of the text.
    fn run(&mut self) {
        // What may follow here is a name, as far as nothing else has begun.
        self.expect();
        while let Some(byte) = self.byte() {
            match byte {
                b'\'' | b'"' | b'`' => {
                    if self.quoted().is_none() {
                        self.found.open = None;
                    }
                }
                b'/' if self.comment() => self.found.open = None,
                b'(' | b'[' | b'{' => self.enter(byte, false),
                b'}' if self.groups.len() == 1 => {
                    self.at += 1;
                    self.found.open = None;
                    return;
                }
                b')' | b']' | b'}' => {
                    self.at += 1;
                    if self
                        .groups
                        .last()
                        .is_some_and(|last| last.close == Some(byte))
                    {
                        self.groups.pop();
                    }
                    self.found.open = None;
                    self.chain(Chain::default(), false);
                }
                b'|' if self.text[self.at..].starts_with("|>") => {
                    self.at += 2;
                    self.pipe(true);
                    self.expect();
                }
                b',' => {
                    self.at += 1;
                    self.pipe(false);
                    self.expect();
                }
                b'0'..=b'9' => {
                    let number = |c: char| c == '_' || c == '.' || c.is_ascii_alphanumeric();
                    self.take(number);
                    self.found.open = None;
                }
                b'$' => {
                    self.at += 1;
                    self.found.open = None;
                    let known = !self.piped();
                    self.chain(Chain::default(), known);
                }
                _ if self.name_starts() => self.word(),
                _ => {
                    let next = self.text[self.at..].chars().next();
                    self.at += next.map_or(1, char::len_utf8);
                    if byte.is_ascii_whitespace() {
                        self.found.open = None;
                    } else {
                        self.expect();
                    }
                }
            }
        }
    }

    /// Notes that a new chain may begin here, in case the text ends.
    fn expect(&mut self) {
        self.skip_blanks();
        self.found.open = (self.at == self.text.len()).then(|| Open {
            before: Chain::default(),
            typed: self.at..self.at,
            quote: None,
            bracket: false,
            piped: self.piped(),
        });
    }

    fn enter(&mut self, open: u8, call: bool) {
        self.at += 1;
        let close = match open {
            b'(' => b')',
            b'[' => b']',
            _ => b'}',
        };
        let piped = self.piped();
        self.groups.push(Group {
            close: Some(close),
            call,
            piped,
        });
        self.expect();
    }

    fn pipe(&mut self, piped: bool) {
        let outer = self.groups.len().checked_sub(2);
        let outer = outer.is_some_and(|at| self.groups[at].piped);
        if let Some(group) = self.groups.last_mut() {
            group.piped = piped || outer;
        }
    }

    fn name_starts(&self) -> bool {
        self.text[self.at..].starts_with(|c: char| c == '_' || c.is_alphabetic())
    }

    fn take(&mut self, wanted: impl Fn(char) -> bool) -> Range<usize> {
        let rest = &self.text[self.at..];
        let length = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += length;
        self.at - length..self.at
    }

    fn name(&mut self) -> Range<usize> {
        self.take(|c| c == '_' || c == '-' || c.is_alphanumeric())
    }

    /// A text in quotes: its value. None when the text ends in it.
    fn quoted(&mut self) -> Option<String> {
        let read = quoted(&self.text[self.at..]);
        self.at += read.length;
        read.closed.then_some(read.value)
    }

    fn word(&mut self) {
        let range = self.name();
        let end = self.at;
        let ends = end == self.text.len();
        self.found.open = ends.then(|| Open {
            before: Chain::default(),
            typed: range.clone(),
            quote: None,
            bracket: false,
            piped: self.piped(),
        });
        self.skip_blanks();
        let keyword =
            self.groups.last().is_some_and(|group| group.call) && self.byte() == Some(b':');
        self.at = end;
        let name = self.text[range.clone()].to_owned();
        let first = Chain {
            words: vec![Word {
                name,
                range,
                quote: None,
                bracket: false,
            }],
            called: false,
        };
        if !keyword {
            let known = !self.piped();
            self.chain(first, known);
        }
    }

    /// Everything that belongs to a chain behind its first name; `known` when its names mean
    /// something.
    fn chain(&mut self, mut chain: Chain, known: bool) {
        loop {
            let end = self.at;
            self.skip_blanks();
            let bracket = match self.byte() {
                Some(b'.') => false,
                Some(b'[') => true,
                Some(b'(') if chain.words.len() == 1 => {
                    chain.called = true;
                    self.found.chains.push(chain);
                    return self.enter(b'(', true);
                }
                _ => {
                    self.at = end;
                    break;
                }
            };
            self.at += 1;
            self.skip_blanks();
            if !self.accessor(&mut chain, bracket, known) {
                // Something computed follows, which may have chains of its own.
                if bracket && self.at < self.text.len() {
                    self.at = end;
                    self.skip_blanks();
                }
                break;
            }
        }
        if known && !chain.words.is_empty() {
            self.found.chains.push(chain);
        }
    }

    fn accessor(&mut self, chain: &mut Chain, bracket: bool, known: bool) -> bool {
        let start = self.at;
        let byte = self.byte();
        let quote = byte
            .map(char::from)
            .filter(|c| matches!(c, '\'' | '"' | '`'));
        let name = if quote.is_some() {
            self.quoted()
        } else if !bracket && self.name_starts() {
            let range = self.name();
            Some(self.text[range].to_owned())
        } else if byte.is_some_and(|byte| byte.is_ascii_digit()) {
            let range = self.take(|c| c.is_ascii_digit());
            Some(self.text[range].to_owned())
        } else {
            None
        };
        let written = start..self.at;
        let ends = self.at == self.text.len();
        if ends && known && (name.is_none() || quote.is_none()) {
            self.found.open = Some(Open {
                before: chain.clone(),
                typed: written.clone(),
                quote,
                bracket,
                piped: false,
            });
        }
        let Some(name) = name else {
            return false;
        };
        if bracket {
            self.skip_blanks();
            if self.byte() != Some(b']') {
                return false;
            }
            self.at += 1;
        }
        chain.words.push(Word {
            name,
            range: written,
            quote,
            bracket,
        });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chains(text: &str) -> Vec<String> {
        let show = |chain: &Chain| {
            let words: Vec<_> = chain.words.iter().map(|word| word.name.as_str()).collect();
            format!(
                "{}{}",
                words.join("/"),
                if chain.called { "()" } else { "" }
            )
        };
        read(text).chains.iter().map(show).collect()
    }

    #[test]
    fn chains_of_names() {
        for (text, expected) in [
            ("${a.b['c d'].'e'[0]} ${x}", &["a/b/c d/e/0", "x"] as &[_]),
            ("${$.secrets.x}", &["secrets/x"]),
            ("${f(a.b, k: c.d) + e}", &["f()", "a/b", "c/d", "e"]),
            ("${a[parameters.x].y}", &["parameters/x", "a"]),
            ("${a |> b.c + f(d)} ${e}", &["a", "f()", "e"]),
            ("${'a.b' + {k: [c]}}", &["k", "c"]),
            ("${f(x).y}", &["f()", "x"]),
            ("${a/* b.c ' */./**/d // e }\n .f} $${g}", &["a/d/f"]),
            ("a.b ${", &[]),
        ] {
            let mut found = chains(text);
            found.sort();
            let mut expected: Vec<_> = expected.iter().map(ToString::to_string).collect();
            expected.sort();
            assert_eq!(found, expected, "{text}");
        }
    }

    fn open(text: &str) -> Option<(String, String)> {
        let open = read(text).open?;
        let words: Vec<_> = open.before.words.iter().map(|one| &*one.name).collect();
        Some((words.join("/"), text[open.typed].to_owned()))
    }

    #[test]
    fn what_is_being_written() {
        for (text, before, typed) in [
            ("${", "", ""),
            ("x ${ ", "", ""),
            ("${par", "", "par"),
            ("${a + par", "", "par"),
            ("${f(", "", ""),
            ("${f(a, ", "", ""),
            ("${parameters.", "parameters", ""),
            ("${outputs.scan.i", "outputs/scan", "i"),
            ("${secrets['a b", "secrets", "'a b"),
            ("${secrets.'a b", "secrets", "'a b"),
            ("${secrets[", "secrets", ""),
            ("${a}${b.c.", "b/c", ""),
        ] {
            let expected = Some((before.to_owned(), typed.to_owned()));
            assert_eq!(open(text), expected, "{text}");
        }
        for text in [
            "",
            "${a}",
            "${'abc",
            "${a} b",
            "${12",
            "${f(x)",
            "${a ",
            "${ // a",
            "${a. /* b",
        ] {
            assert_eq!(open(text), None, "{text}");
        }
    }
}
