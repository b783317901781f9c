//! JSON paths: `$.a[0]`, `@..b`, `.items[?(@.v > 1)].name`.

use super::lexer::Kind;
use super::parser::Parser;
use super::{Dialect, Expr, Fold, Literal, Result};
use crate::number::Number;

/// A JSON path.
#[derive(Debug, PartialEq)]
pub(crate) struct Route {
    /// Whether it begins at `@` instead of `$`.
    pub(crate) current: bool,
    pub(crate) selectors: Vec<Selector>,
}

/// One step of a JSON path.
#[derive(Debug, PartialEq)]
pub(crate) enum Selector {
    /// What is under this key.
    Child(Expr),
    /// Everything one level below.
    All,
    /// The thing itself and everything below it.
    Deep,
    /// From, to, and how far each time.
    Range([Expr; 3]),
    /// What is one level below and fits.
    Filter(Expr),
    /// What is under each of these keys.
    Several(Vec<Expr>),
    /// Whatever this works out.
    Script(Expr),
}

/// The end of a list, whatever its length.
const END: i64 = i32::MAX as i64;

impl Parser<'_> {
    /// A whole question, which may leave out the `$` in front.
    pub(super) fn question(&mut self) -> Result<Expr> {
        let kind = self.lexer.scan();
        self.lexer.back();
        match kind {
            Kind::Character('.' | '[' | '(') => self.route(false),
            // A number may begin with a dot here, where a path begins otherwise.
            _ => self.expression(),
        }
    }

    /// Everything behind the `$` or `@`.
    pub(super) fn route(&mut self, current: bool) -> Result<Expr> {
        let mut selectors = Vec::new();
        loop {
            match self.lexer.scan_accessor() {
                Kind::Character('.') => self.dot(&mut selectors)?,
                Kind::Character('[') => selectors.push(self.bracket(false)?),
                Kind::Character('(') => selectors.push(self.script()?),
                _ => {
                    self.lexer.back();
                    return Ok(Expr::Route(Route { current, selectors }));
                }
            }
        }
    }

    fn dot(&mut self, selectors: &mut Vec<Selector>) -> Result<()> {
        match self.lexer.scan() {
            Kind::Name => selectors.push(self.child()),
            Kind::Number if self.lexer.word().bytes().all(|b| b.is_ascii_digit()) => {
                selectors.push(self.child());
            }
            Kind::Character('*') => selectors.push(Selector::All),
            Kind::Character('.') => {
                selectors.push(Selector::Deep);
                match self.lexer.scan() {
                    Kind::Name => selectors.push(self.child()),
                    Kind::Character('*') => selectors.push(Selector::All),
                    Kind::Character('[') => selectors.push(self.bracket(true)?),
                    Kind::Character('(') => selectors.push(self.script()?),
                    _ => self.lexer.back(),
                }
            }
            _ => {
                self.lexer.back();
                return Err(self.unexpected());
            }
        }
        Ok(())
    }

    fn child(&self) -> Selector {
        Selector::Child(Expr::Constant(Literal::text(self.lexer.word())))
    }

    fn script(&mut self) -> Result<Selector> {
        let script = self.expression()?;
        self.expect(Kind::Character(')'))?;
        Ok(Selector::Script(script))
    }

    /// What stands in brackets: a key, several, a range, `*`, or `?(…)`. `deep` behind `..`,
    /// where there is no range.
    fn bracket(&mut self, deep: bool) -> Result<Selector> {
        match self.lexer.scan() {
            Kind::Character('*') => {
                self.expect(Kind::Character(']'))?;
                return Ok(Selector::All);
            }
            Kind::Character('?') => {
                self.expect(Kind::Character('('))?;
                self.lexer.back();
                let filter = self.expression()?;
                self.expect(Kind::Character(']'))?;
                return Ok(Selector::Filter(filter));
            }
            Kind::Character(':') => {
                self.lexer.back();
                return self.range(None, deep);
            }
            _ => self.lexer.back(),
        }
        let first = self.expression()?;
        match self.lexer.scan() {
            Kind::Character(']') => Ok(Selector::Child(first)),
            Kind::Character(',') => self.several(first),
            Kind::Character(':') => {
                self.lexer.back();
                self.range(Some(first), deep)
            }
            _ => {
                self.lexer.back();
                Err(self.unexpected())
            }
        }
    }

    fn several(&mut self, first: Expr) -> Result<Selector> {
        let mut keys = vec![first];
        loop {
            keys.push(self.expression()?);
            match self.lexer.scan() {
                Kind::Character(',') => {}
                Kind::Character(']') => return Ok(Selector::Several(keys)),
                _ => {
                    self.lexer.back();
                    return Err(self.unexpected());
                }
            }
        }
    }

    /// The rest of a range, from its first colon.
    fn range(&mut self, first: Option<Expr>, deep: bool) -> Result<Selector> {
        if deep {
            return Err(self.unexpected());
        }
        let mut bounds = [first, None, None];
        for bound in bounds.iter_mut().skip(1) {
            if self.lexer.scan() != Kind::Character(':') {
                self.lexer.back();
                break;
            }
            let left_out = matches!(self.lexer.scan(), Kind::Character(':' | ']'));
            self.lexer.back();
            if !left_out {
                *bound = Some(self.expression()?);
            }
        }
        self.expect(Kind::Character(']'))?;
        let number = |number: i64| Expr::Constant(Literal::Number(Number::from(number)));
        let [from, to, step] = bounds;
        Ok(Selector::Range([
            from.unwrap_or_else(|| number(0)),
            to.unwrap_or_else(|| number(END)),
            step.unwrap_or_else(|| number(1)),
        ]))
    }

    /// A name that is no path: read to its end, so that what follows can be read.
    pub(super) fn variable(&mut self) -> Result<Expr> {
        loop {
            match self.lexer.scan() {
                Kind::Character('.') => self.expect(Kind::Name)?,
                Kind::Character('[') => {
                    self.expression()?;
                    self.expect(Kind::Character(']'))?;
                }
                Kind::Character('(') => {
                    self.arguments()?;
                    return Ok(Expr::Variable);
                }
                _ => {
                    self.lexer.back();
                    return Ok(Expr::Variable);
                }
            }
        }
    }

    /// For a path inside of a text: which language the words around it belong to.
    pub(super) fn in_pattern<'t>(text: &'t str, at: usize, fold: &'t Fold) -> Parser<'t> {
        Parser::in_dialect(text, at, Dialect::Pattern, Some(fold))
    }
}
