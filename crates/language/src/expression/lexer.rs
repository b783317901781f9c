//! Cuts an expression into words, the way the first engine's lexer did.

use std::ops::Range;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    End,
    Name,
    Number,
    /// A text in quotes of this kind, not necessarily closed.
    Quoted(char),
    /// A comment that is not closed.
    Open,
    Character(char),
}

/// Which characters a name goes on with, besides letters, digits and `_`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// `a-b` is one name.
    Dashes,
    /// `a/b` is one as well.
    DashesAndSlashes,
}

/// Reads word by word; the last word can be put back.
pub(crate) struct Lexer<'t> {
    text: &'t str,
    names: Names,
    kind: Kind,
    start: usize,
    at: usize,
    back: bool,
}

impl<'t> Lexer<'t> {
    pub(crate) fn new(text: &'t str, at: usize, names: Names) -> Self {
        Self {
            text,
            names,
            kind: Kind::End,
            start: at,
            at,
            back: false,
        }
    }

    /// Where the next word is looked for: behind the last one, or before it if it was put back.
    pub(crate) fn at(&self) -> usize {
        if self.back { self.start } else { self.at }
    }

    /// Puts the last word back.
    pub(crate) fn back(&mut self) {
        self.back = true;
    }

    /// The last word as it is written.
    pub(crate) fn word(&self) -> &'t str {
        self.text.get(self.start..self.at).unwrap_or_default()
    }

    /// Where the last word stands.
    pub(crate) fn range(&self) -> Range<usize> {
        self.start..self.at
    }

    /// What is read next: the word that was put back, or nothing yet.
    pub(crate) fn rest(&self) -> Range<usize> {
        if self.back {
            self.start..self.at
        } else {
            self.at..self.at
        }
    }

    /// The character behind the last word.
    pub(crate) fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    /// The last word with the character behind it.
    pub(crate) fn longer(&self, next: char) -> &'t str {
        let end = self.at + next.len_utf8();
        self.text.get(self.start..end).unwrap_or_default()
    }

    /// Adds a character to the last word.
    pub(crate) fn extend(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    /// The next word.
    pub(crate) fn scan(&mut self) -> Kind {
        self.next(true)
    }

    /// The next word where `.5` is a dot and a number: behind a name.
    pub(crate) fn scan_accessor(&mut self) -> Kind {
        self.next(false)
    }

    fn next(&mut self, floats: bool) -> Kind {
        if self.back {
            self.back = false;
            return self.kind;
        }
        self.kind = self.read(floats);
        self.kind
    }

    fn read(&mut self, floats: bool) -> Kind {
        loop {
            self.skip(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
            let rest = &self.text[self.at..];
            if rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                let Some(end) = rest.find("*/") else {
                    self.start = self.at;
                    self.at = self.text.len();
                    return Kind::Open;
                };
                self.at += end + 2;
            } else {
                break;
            }
        }
        self.start = self.at;
        let Some(c) = self.peek() else {
            return Kind::End;
        };
        self.at += c.len_utf8();
        match c {
            '_' => self.name(),
            c if c.is_alphabetic() => self.name(),
            '0'..='9' => self.number(floats),
            '.' if floats && self.peek().is_some_and(|next| next.is_ascii_digit()) => {
                self.fraction();
                Kind::Number
            }
            '\'' | '"' | '`' => self.quoted(c),
            c => Kind::Character(c),
        }
    }

    fn skip(&mut self, wanted: impl Fn(char) -> bool) {
        while let Some(c) = self.peek().filter(|c| wanted(*c)) {
            self.at += c.len_utf8();
        }
    }

    fn name(&mut self) -> Kind {
        let slashes = self.names == Names::DashesAndSlashes;
        self.skip(|c| c == '_' || c == '-' || c.is_alphanumeric() || (slashes && c == '/'));
        Kind::Name
    }

    fn number(&mut self, floats: bool) -> Kind {
        let radix = self.word() == "0" && self.peek().is_some_and(|c| "xXoObB".contains(c));
        if radix {
            // No number here has another base than ten; the whole word is refused later.
            self.skip(|c| c == '_' || c.is_ascii_alphanumeric());
            return Kind::Number;
        }
        self.skip(|c| c == '_' || c.is_ascii_digit());
        if floats {
            if self.peek() == Some('.') {
                self.at += 1;
            }
            self.fraction();
        }
        Kind::Number
    }

    fn fraction(&mut self) {
        self.skip(|c| c == '_' || c.is_ascii_digit());
        if self.peek().is_some_and(|c| matches!(c, 'e' | 'E')) {
            self.at += 1;
            if self.peek().is_some_and(|c| matches!(c, '+' | '-')) {
                self.at += 1;
            }
            self.skip(|c| c == '_' || c.is_ascii_digit());
        }
    }

    fn quoted(&mut self, quote: char) -> Kind {
        let mut escaped = false;
        while let Some(c) = self.peek() {
            if c == '\n' && quote != '`' {
                break;
            }
            self.at += c.len_utf8();
            if escaped {
                escaped = false;
            } else if c == quote {
                break;
            } else {
                escaped = c == '\\' && quote != '`';
            }
        }
        Kind::Quoted(quote)
    }
}
