//! Reads an expression.

use std::borrow::Cow;

use super::call::{Call, Given};
use super::lexer::{Kind, Lexer, Names};
use super::operator::{INFIX, Infix, PIPE, Prefix};
use super::quoted::unquote;
use super::{Arguments, Dialect, Expr, Fold, Literal, Result, Wrong};
use crate::number::Number;

/// How many expressions may stand inside each other, by nesting or one behind the other.
const MAX_DEPTH: usize = 100;

/// Reads a text that is one expression.
#[cfg(feature = "evaluate")]
pub(crate) fn parse(text: &str, fold: &Fold) -> Result<Expr> {
    let mut parser = Parser::new(text, 0, Some(fold));
    let expr = parser.expression()?;
    parser.expect(Kind::End)?;
    Ok(expr)
}

/// What is wrong with a text that should be one expression, and the calls in it.
pub(crate) fn check(text: &str) -> (Option<Wrong>, Vec<Call>) {
    let mut parser = Parser::new(text, 0, None);
    let read = parser.expression();
    let read = read.and_then(|_| parser.expect(Kind::End));
    (read.err(), parser.calls)
}

/// Reads a text that is one JSON path, or calculates with some.
#[cfg(feature = "evaluate")]
pub(crate) fn parse_route(text: &str, fold: &Fold) -> Result<Expr> {
    let mut parser = Parser::in_dialect(text, 0, Dialect::Route, Some(fold));
    let expr = parser.question()?;
    parser.expect(Kind::End)?;
    Ok(expr)
}

/// What stands behind an operand.
enum Operator {
    Infix(Infix),
    Pipe,
    None,
}

pub(super) struct Parser<'t> {
    pub(super) lexer: Lexer<'t>,
    dialect: Dialect,
    /// Without it nobody evaluates the expression, so nothing of its lists, maps, paths and
    /// arguments is kept.
    fold: Option<&'t Fold>,
    /// The calls so far.
    pub(super) calls: Vec<Call>,
    nesting: usize,
    /// How deep the tree below the expression is that is being read.
    height: usize,
}

/// An expression with the depth of its tree: what is evaluated by recursion must not be deep.
struct Deep {
    expr: Expr,
    depth: usize,
}

impl<'t> Parser<'t> {
    /// Begins at a byte of the text.
    pub(super) fn new(text: &'t str, at: usize, fold: Option<&'t Fold>) -> Self {
        Self::in_dialect(text, at, Dialect::Path, fold)
    }

    pub(super) fn in_dialect(
        text: &'t str,
        at: usize,
        dialect: Dialect,
        fold: Option<&'t Fold>,
    ) -> Self {
        let names = if dialect == Dialect::Path {
            Names::Dashes
        } else {
            Names::DashesAndSlashes
        };
        Self {
            lexer: Lexer::new(text, at, names),
            dialect,
            fold,
            calls: Vec::new(),
            nesting: 0,
            height: 0,
        }
    }

    /// A complaint about the word that was put back, or what follows.
    pub(super) fn wrong(&self, message: impl Into<Cow<'static, str>>) -> Wrong {
        Wrong {
            range: self.lexer.rest(),
            message: message.into(),
        }
    }

    pub(super) fn unexpected(&self) -> Wrong {
        self.wrong("this cannot stand here")
    }

    pub(super) fn expect(&mut self, kind: Kind) -> Result<()> {
        if self.lexer.scan() == kind {
            return Ok(());
        }
        self.lexer.back();
        Err(self.unexpected())
    }

    fn descend(&mut self, read: fn(&mut Self) -> Result<Expr>) -> Result<Deep> {
        self.nesting += 1;
        let around = std::mem::take(&mut self.height);
        if self.nesting > MAX_DEPTH {
            return Err(self.too_deep());
        }
        let expr = read(self)?;
        let depth = self.height + 1;
        if depth > MAX_DEPTH {
            return Err(self.too_deep());
        }
        self.nesting -= 1;
        self.height = around.max(depth);
        Ok(Deep { expr, depth })
    }

    fn too_deep(&self) -> Wrong {
        self.wrong("too many expressions stand inside each other; split it up")
    }

    /// An expression with all its operators.
    pub(super) fn expression(&mut self) -> Result<Expr> {
        Ok(self.descend(Self::operators)?.expr)
    }

    fn operators(&mut self) -> Result<Expr> {
        let mut waiting: Vec<(Deep, Infix)> = Vec::new();
        let mut operand = self.descend(Self::next)?;
        loop {
            match self.operator()? {
                Operator::Infix(operator) => {
                    operand = self.collapse(&mut waiting, operator.strength(), operand)?;
                    waiting.push((operand, operator));
                    operand = self.descend(Self::next)?;
                }
                Operator::Pipe => {
                    let left = self.collapse(&mut waiting, 0, operand)?;
                    let right = self.descend(Self::operators)?;
                    operand = Deep {
                        expr: Expr::Pipe(Box::new(left.expr), Box::new(right.expr)),
                        depth: left.depth.max(right.depth) + 1,
                    };
                }
                Operator::None => {
                    let whole = self.collapse(&mut waiting, 0, operand)?;
                    self.height = self.height.max(whole.depth);
                    return Ok(whole.expr);
                }
            }
        }
    }

    /// One operand, with the operators in front of it.
    pub(super) fn operand(&mut self) -> Result<Expr> {
        Ok(self.descend(Self::next)?.expr)
    }

    /// Builds what binds at least as strongly as the operator that follows.
    fn collapse(
        &self,
        waiting: &mut Vec<(Deep, Infix)>,
        strength: u8,
        mut right: Deep,
    ) -> Result<Deep> {
        while waiting
            .last()
            .is_some_and(|(_, operator)| operator.strength() >= strength)
        {
            let Some((left, operator)) = waiting.pop() else {
                break;
            };
            let depth = left.depth.max(right.depth) + 1;
            if depth > MAX_DEPTH {
                return Err(self.too_deep());
            }
            let expr = match (left.expr, right.expr, self.fold) {
                (Expr::Constant(left), Expr::Constant(right), Some(fold)) => {
                    // What is written out is worked out at once, and its mistakes are mistakes
                    // of the text.
                    let value = (fold.infix)(operator, &left, &right);
                    Expr::Constant(value.map_err(|message| self.wrong(message))?)
                }
                (left, right, _) => Expr::Infix(operator, Box::new(left), Box::new(right)),
            };
            right = Deep { expr, depth };
        }
        Ok(right)
    }

    fn operator(&mut self) -> Result<Operator> {
        let symbol = |c: char| "!&|=<>~+-*/%^?".contains(c);
        if !matches!(self.lexer.scan(), Kind::Character(c) if symbol(c)) {
            self.lexer.back();
            return Ok(Operator::None);
        }
        while let Some(c) = self.lexer.peek() {
            let longer = self.lexer.longer(c);
            let begins = |word: &str| word.starts_with(longer);
            if !(begins(PIPE) || INFIX.iter().any(|(word, _)| begins(word))) {
                break;
            }
            self.lexer.extend();
        }
        let word = self.lexer.word();
        let known = INFIX.iter().find(|(known, _)| *known == word);
        let known = known.map(|(_, operator)| *operator);
        let found = match self.dialect {
            Dialect::Path if word == PIPE => Some(Operator::Pipe),
            Dialect::Path => known.map(Operator::Infix),
            #[cfg(feature = "evaluate")]
            _ => known.and_then(Infix::in_routes).map(Operator::Infix),
        };
        if let Some(operator) = found {
            return Ok(operator);
        }
        self.lexer.back();
        Err(self.unexpected())
    }

    fn next(&mut self) -> Result<Expr> {
        match self.lexer.scan() {
            Kind::Number => match Number::parse(self.lexer.word()) {
                Some(number) => Ok(Expr::Constant(Literal::Number(number))),
                None => Err(self.back("this is no number that can be read")),
            },
            Kind::Quoted(_) => match unquote(self.lexer.word()) {
                Some(text) => Ok(Expr::Constant(Literal::text(text))),
                None => Err(self.back("this text is not closed, or holds an unknown escape")),
            },
            Kind::Name => self.name(),
            Kind::Character('$') if self.dialect == Dialect::Path => self.path(Vec::new()),
            #[cfg(feature = "evaluate")]
            Kind::Character('$') => self.route(false),
            #[cfg(feature = "evaluate")]
            Kind::Character('@') if self.dialect != Dialect::Path => self.route(true),
            Kind::Character('(') => {
                let inner = self.expression()?;
                self.expect(Kind::Character(')'))?;
                Ok(inner)
            }
            Kind::Character('[') => self.list(),
            Kind::Character('{') => self.map(),
            Kind::Character('!') => self.prefix(Prefix::Not),
            Kind::Character('-') => self.prefix(Prefix::Negate),
            Kind::Character('~') if self.dialect == Dialect::Path => {
                self.prefix(Prefix::Complement)
            }
            Kind::End | Kind::Open | Kind::Character(_) => {
                self.lexer.back();
                Err(self.unexpected())
            }
        }
    }

    /// Keeps a part for whoever evaluates it.
    pub(super) fn keep<T>(&self, list: &mut Vec<T>, part: T) {
        if self.fold.is_some() {
            list.push(part);
        }
    }

    /// Puts the last word back and complains about it.
    fn back(&mut self, message: &'static str) -> Wrong {
        self.lexer.back();
        self.wrong(message)
    }

    fn prefix(&mut self, operator: Prefix) -> Result<Expr> {
        match (self.operand()?, self.fold) {
            (Expr::Constant(operand), Some(fold)) => (fold.prefix)(operator, &operand)
                .map(Expr::Constant)
                .map_err(|message| self.wrong(message)),
            (operand, _) => Ok(Expr::Prefix(operator, Box::new(operand))),
        }
    }

    /// `[a, b]`; the commas can be left out.
    fn list(&mut self) -> Result<Expr> {
        let mut items = Vec::new();
        loop {
            match self.lexer.scan() {
                Kind::Character(']') => return Ok(Expr::List(items)),
                Kind::Character(',') => {}
                _ => {
                    self.lexer.back();
                    let item = self.expression()?;
                    self.keep(&mut items, item);
                }
            }
        }
    }

    /// `{'a': b}`; a name as a key stands for its value.
    fn map(&mut self) -> Result<Expr> {
        let mut entries = Vec::new();
        loop {
            match self.lexer.scan() {
                Kind::Character('}') => return Ok(Expr::Map(entries)),
                Kind::Character(',') => {}
                _ => {
                    self.lexer.back();
                    let key = self.expression()?;
                    self.expect(Kind::Character(':'))?;
                    let value = self.expression()?;
                    self.keep(&mut entries, (key, value));
                }
            }
        }
    }

    fn name(&mut self) -> Result<Expr> {
        let name = self.lexer.word();
        let place = self.lexer.range();
        match name {
            "true" => return Ok(Expr::Constant(Literal::Bool(true))),
            "false" => return Ok(Expr::Constant(Literal::Bool(false))),
            "null" if self.dialect == Dialect::Path => return Ok(Expr::Constant(Literal::Null)),
            _ => {}
        }
        match self.dialect {
            Dialect::Path => {}
            #[cfg(feature = "evaluate")]
            Dialect::Route => return self.variable(),
            #[cfg(feature = "evaluate")]
            Dialect::Pattern => {
                self.lexer.back();
                return Err(self.unexpected());
            }
        }
        if self.lexer.scan_accessor() == Kind::Character('(') {
            let number = self.calls.len();
            self.calls.push(Call {
                end: place.end,
                name: place,
                given: Given::Unfinished,
            });
            let (arguments, given) = self.arguments()?;
            if let Some(call) = self.calls.get_mut(number) {
                call.given = given;
                call.end = self.lexer.range().end;
            }
            return Ok(Expr::Call(name.to_owned(), arguments));
        }
        self.lexer.back();
        self.path(vec![Expr::Constant(Literal::text(name))])
    }

    pub(super) fn arguments(&mut self) -> Result<(Arguments, Given)> {
        let mut arguments = Vec::new();
        match self.lexer.scan() {
            Kind::Character(')') => {
                return Ok((Arguments::Positional(arguments), Given::Positional(0)));
            }
            Kind::Name if self.lexer.peek() == Some(':') => {
                self.lexer.back();
                return self.keywords();
            }
            _ => self.lexer.back(),
        }
        let mut given = 0;
        loop {
            let argument = self.expression()?;
            self.keep(&mut arguments, argument);
            given += 1;
            if !self.more()? {
                return Ok((Arguments::Positional(arguments), Given::Positional(given)));
            }
        }
    }

    fn keywords(&mut self) -> Result<(Arguments, Given)> {
        let (mut arguments, mut names) = (Vec::new(), Vec::new());
        loop {
            self.expect(Kind::Name)?;
            let name = self.lexer.word();
            names.push(self.lexer.range());
            self.expect(Kind::Character(':'))?;
            let argument = self.expression()?;
            self.keep(&mut arguments, (name, argument));
            if !self.more()? {
                let owned = arguments.into_iter();
                let owned = owned.map(|(name, argument): (&str, _)| (name.to_owned(), argument));
                return Ok((Arguments::Keyword(owned.collect()), Given::Keyword(names)));
            }
        }
    }

    /// Whether another argument follows.
    fn more(&mut self) -> Result<bool> {
        match self.lexer.scan() {
            Kind::Character(',') => Ok(true),
            Kind::Character(')') => Ok(false),
            _ => {
                self.lexer.back();
                Err(self.unexpected())
            }
        }
    }
}
