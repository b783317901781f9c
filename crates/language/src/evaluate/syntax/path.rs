//! Paths: `.name`, `.'text'`, `.0`, `.(expression)` and `[expression]`.

use super::Expr;
use super::lexer::Kind;
use super::parser::Parser;
use crate::evaluate::error::Result;
use crate::evaluate::value::Value;

impl Parser<'_> {
    /// Everything behind the beginning of a path.
    pub(super) fn path(&mut self, mut keys: Vec<Expr>) -> Result<Expr> {
        loop {
            match self.lexer.scan_accessor() {
                Kind::Character('.') => {
                    if self.lexer.scan_accessor() == Kind::Name {
                        keys.push(Expr::Constant(Value::text(self.lexer.word())));
                    } else {
                        self.lexer.back();
                        keys.push(self.operand()?);
                    }
                }
                Kind::Character('[') => {
                    keys.push(self.expression()?);
                    self.expect(Kind::Character(']'))?;
                }
                _ => {
                    self.lexer.back();
                    return Ok(Expr::Path(keys));
                }
            }
        }
    }
}
