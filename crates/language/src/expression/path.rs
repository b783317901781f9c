//! Paths: `.name`, `.'text'`, `.0`, `.(expression)` and `[expression]`.

use super::lexer::Kind;
use super::parser::Parser;
use super::{Expr, Literal, Result};

impl Parser<'_> {
    /// Everything behind the beginning of a path.
    pub(super) fn path(&mut self, mut keys: Vec<Expr>) -> Result<Expr> {
        loop {
            match self.lexer.scan_accessor() {
                Kind::Character('.') => {
                    if self.lexer.scan_accessor() == Kind::Name {
                        let key = Expr::Constant(Literal::text(self.lexer.word()));
                        self.keep(&mut keys, key);
                    } else {
                        self.lexer.back();
                        let key = self.operand()?;
                        self.keep(&mut keys, key);
                    }
                }
                Kind::Character('[') => {
                    let key = self.expression()?;
                    self.keep(&mut keys, key);
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
