//! `path(object, query, default)`: a path that is worked out or may lead nowhere.

use super::choice::is_absence;
use super::{Arguments, Named, arity, keyword, number, required};
use crate::evaluate::context::Context;
use crate::evaluate::error::{ErrorKind, Fault, Result};
use crate::evaluate::syntax;
use crate::evaluate::value::Value;
use crate::evaluate::walk::{self, Partial, Scope};

pub(super) fn path(arguments: &Arguments<'_, '_>, context: &mut Context<'_>) -> Result<Partial> {
    match arguments {
        Arguments::Positional(list) => {
            let (object, query, default) = match &list[..] {
                [object, query] => (object, query, None),
                [object, query, default] => (object, query, Some(default)),
                _ => return Err(arity("two or three arguments", list.len())),
            };
            let default = default.map(|default| number(2, default));
            let asked = Asked {
                object: number(0, object),
                query: number(1, query),
                default,
            };
            asked.answer(context, |parts| Value::list(parts.into_iter().flatten()))
        }
        Arguments::Keyword(list) => {
            let asked = Asked {
                object: required(list, "object")?,
                query: required(list, "query")?,
                default: keyword(list, "default"),
            };
            asked.answer(context, |parts| {
                let pairs = ["object", "query", "default"].into_iter().zip(parts);
                Value::map(pairs.filter_map(|(name, part)| Some((name.to_owned(), part?))))
            })
        }
    }
}

struct Asked<'l, 'a, 'n> {
    object: Named<'l, 'a, 'n>,
    query: Named<'l, 'a, 'n>,
    default: Option<Named<'l, 'a, 'n>>,
}

impl Asked<'_, '_, '_> {
    /// `open` puts the arguments together again when the answer has to wait.
    fn answer(
        &self,
        context: &mut Context<'_>,
        open: impl Fn([Option<Value>; 3]) -> Value,
    ) -> Result<Partial> {
        let raw_default = || self.default.as_ref().map(|named| named.argument.raw());
        let object = || Some(self.object.argument.raw());
        let query = self.query.evaluate(context)?;
        if query.open {
            return Ok(Partial::open(open([
                object(),
                Some(query.value),
                raw_default(),
            ])));
        }
        let Some(text) = query.value.as_text() else {
            return Err(self.query.wrong_type("a text", &query.value));
        };
        let mark = context.mark();
        let fault = match self.look(text, context) {
            Ok(partial) if partial.open => {
                return Ok(Partial::open(open([
                    object(),
                    Some(query.value.clone()),
                    raw_default(),
                ])));
            }
            Ok(partial) => return Ok(partial),
            Err(fault) => fault,
        };
        let Some(default) = self.default.as_ref().filter(|_| is_absence(fault.kind())) else {
            return Err(fault);
        };
        context.forget(mark);
        let default = default.evaluate(context)?;
        Ok(if default.open {
            Partial::open(open([
                object(),
                Some(query.value.clone()),
                Some(default.value),
            ]))
        } else {
            default
        })
    }

    fn look(&self, query: &str, context: &mut Context<'_>) -> Result<Partial> {
        let looked = self.follow(query, context);
        if self.query.argument.is_written() {
            return looked.map_err(|fault| fault.inside(&self.object.words));
        }
        // A path that is worked out may hold a value, so its words are not repeated.
        looked.map_err(|fault| {
            let message = match fault.kind() {
                kind if is_absence(kind) => "the path leads to nothing",
                ErrorKind::Parse => "the path cannot be read",
                _ => "the path cannot be followed",
            };
            Fault::new(fault.kind(), message)
        })
    }

    fn follow(&self, query: &str, context: &mut Context<'_>) -> Result<Partial> {
        let query = syntax::parse(query)?;
        let object = self.object.argument.outcome(context)?;
        if object.open {
            return Ok(Partial::open(Value::Null));
        }
        let scope = Scope::new(&object.item, false);
        walk::whole(&query, scope, context)
    }
}
