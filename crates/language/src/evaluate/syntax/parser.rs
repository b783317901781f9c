//! Reads an expression.

use super::lexer::{Kind, Lexer, Names};
use super::operator::{INFIX, Infix, PIPE, Prefix};
use super::quoted::unquote;
use super::{Arguments, Dialect, Expr};
use crate::evaluate::error::{ErrorKind, Fault, Result};
use crate::evaluate::number::Number;
use crate::evaluate::operators;
use crate::evaluate::value::Value;

/// How many expressions may stand inside each other, by nesting or one behind the other.
const MAX_DEPTH: usize = 100;

/// Reads a text that is one expression.
pub(in crate::evaluate) fn parse(text: &str) -> Result<Expr> {
    let mut parser = Parser::new(text, 0);
    let expr = parser.expression()?;
    parser.expect(Kind::End)?;
    Ok(expr)
}

/// Reads a text that is one JSON path, or calculates with some.
pub(in crate::evaluate) fn parse_route(text: &str) -> Result<Expr> {
    let mut parser = Parser::in_dialect(text, 0, Dialect::Route);
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
    text: &'t str,
    dialect: Dialect,
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
    pub(super) fn new(text: &'t str, at: usize) -> Self {
        Self::in_dialect(text, at, Dialect::Path)
    }

    pub(super) fn in_dialect(text: &'t str, at: usize, dialect: Dialect) -> Self {
        let names = if dialect == Dialect::Path {
            Names::Dashes
        } else {
            Names::DashesAndSlashes
        };
        Self {
            lexer: Lexer::new(text, at, names),
            text,
            dialect,
            nesting: 0,
            height: 0,
        }
    }

    pub(super) fn unexpected(&self) -> Fault {
        fault(self.text, self.lexer.at(), "this cannot stand here")
    }

    pub(super) fn expect(&mut self, kind: Kind) -> Result<()> {
        if self.lexer.scan() == kind {
            return Ok(());
        }
        self.lexer.back();
        Err(self.unexpected())
    }

    fn descend(&mut self, read: impl FnOnce(&mut Self) -> Result<Expr>) -> Result<Deep> {
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

    fn too_deep(&self) -> Fault {
        fault(
            self.text,
            self.lexer.at(),
            "too many expressions stand inside each other; split it up",
        )
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
            let expr = match (left.expr, right.expr) {
                (Expr::Constant(left), Expr::Constant(right)) => {
                    // What is written out is worked out at once, and its mistakes are mistakes
                    // of the text.
                    let value = operators::infix(operator, &left, &right);
                    Expr::Constant(value.map_err(|fault| self.folded(&fault))?)
                }
                (left, right) => Expr::Infix(operator, Box::new(left), Box::new(right)),
            };
            right = Deep { expr, depth };
        }
        Ok(right)
    }

    fn folded(&self, fault: &Fault) -> Fault {
        self::fault(self.text, self.lexer.at(), fault.message())
    }

    fn operator(&mut self) -> Result<Operator> {
        let symbol = |c: char| "!&|=<>~+-*/%^?".contains(c);
        if !matches!(self.lexer.scan(), Kind::Character(c) if symbol(c)) {
            self.lexer.back();
            return Ok(Operator::None);
        }
        while let Some(c) = self.lexer.peek() {
            let longer = format!("{}{c}", self.lexer.word());
            let begins = |word: &str| word.starts_with(&longer);
            if !(begins(PIPE) || INFIX.iter().any(|(word, _)| begins(word))) {
                break;
            }
            self.lexer.extend();
        }
        let word = self.lexer.word();
        let known = INFIX.iter().find(|(known, _)| *known == word);
        let known = known.map(|(_, operator)| *operator);
        if self.dialect == Dialect::Path {
            if word == PIPE {
                return Ok(Operator::Pipe);
            }
            if let Some(operator) = known {
                return Ok(Operator::Infix(operator));
            }
        } else if let Some(operator) = known.and_then(Infix::in_routes) {
            return Ok(Operator::Infix(operator));
        }
        self.lexer.back();
        Err(self.unexpected())
    }

    fn next(&mut self) -> Result<Expr> {
        match self.lexer.scan() {
            Kind::Number => match Number::parse(self.lexer.word()) {
                Some(number) => Ok(Expr::Constant(Value::Number(number))),
                None => Err(self.wrong("this is no number that can be read")),
            },
            Kind::Quoted(_) => match unquote(self.lexer.word()) {
                Some(text) => Ok(Expr::Constant(Value::text(text))),
                None => Err(self.wrong("this text is not closed, or holds an unknown escape")),
            },
            Kind::Name => self.name(),
            Kind::Character('$') if self.dialect == Dialect::Path => self.path(Vec::new()),
            Kind::Character('$') => self.route(false),
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

    fn wrong(&mut self, message: &str) -> Fault {
        self.lexer.back();
        fault(self.text, self.lexer.at(), message)
    }

    fn prefix(&mut self, operator: Prefix) -> Result<Expr> {
        match self.operand()? {
            Expr::Constant(operand) => operators::prefix(operator, &operand)
                .map(Expr::Constant)
                .map_err(|fault| self.folded(&fault)),
            operand => Ok(Expr::Prefix(operator, Box::new(operand))),
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
                    items.push(self.expression()?);
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
                    entries.push((key, self.expression()?));
                }
            }
        }
    }

    fn name(&mut self) -> Result<Expr> {
        let name = self.lexer.word();
        match name {
            "true" => return Ok(Expr::Constant(Value::Bool(true))),
            "false" => return Ok(Expr::Constant(Value::Bool(false))),
            "null" if self.dialect == Dialect::Path => return Ok(Expr::Constant(Value::Null)),
            _ => {}
        }
        match self.dialect {
            Dialect::Path => {}
            Dialect::Route => return self.variable(),
            Dialect::Pattern => {
                self.lexer.back();
                return Err(self.unexpected());
            }
        }
        if self.lexer.scan_accessor() == Kind::Character('(') {
            let arguments = self.arguments()?;
            return Ok(Expr::Call(name.to_owned(), arguments));
        }
        self.lexer.back();
        self.path(vec![Expr::Constant(Value::text(name))])
    }

    pub(super) fn arguments(&mut self) -> Result<Arguments> {
        match self.lexer.scan() {
            Kind::Character(')') => return Ok(Arguments::Positional(Vec::new())),
            Kind::Name if self.lexer.peek() == Some(':') => {
                self.lexer.back();
                return self.keywords();
            }
            _ => self.lexer.back(),
        }
        let mut arguments = Vec::new();
        loop {
            arguments.push(self.expression()?);
            if !self.more()? {
                return Ok(Arguments::Positional(arguments));
            }
        }
    }

    fn keywords(&mut self) -> Result<Arguments> {
        let mut arguments = Vec::new();
        loop {
            self.expect(Kind::Name)?;
            let name = self.lexer.word().to_owned();
            self.expect(Kind::Character(':'))?;
            arguments.push((name, self.expression()?));
            if !self.more()? {
                return Ok(Arguments::Keyword(arguments));
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

/// A complaint about a place in the text, which is shown by what stands there.
pub(super) fn fault(text: &str, at: usize, message: &str) -> Fault {
    let at = text.floor_char_boundary(at);
    let column = text[..at].chars().count() + 1;
    let here: String = text[at..].chars().take(12).collect();
    let place = if here.is_empty() {
        "at its end".to_owned()
    } else {
        format!(
            "at {} (character {column})",
            crate::diagnostic::shown(&here)
        )
    };
    Fault::new(
        ErrorKind::Parse,
        format_args!("the expression cannot be read {place}: {message}"),
    )
}
