//! `convertMarkdown(to, content)`.

use super::{Argument, Arguments, Named, exactly, number, required};
use crate::evaluate::context::Context;
use crate::evaluate::error::{ErrorKind, Fault, Result};
use crate::evaluate::markdown;
use crate::evaluate::value::Value;
use crate::evaluate::walk::Partial;

pub(super) fn convert(arguments: &Arguments<'_, '_>, context: &mut Context<'_>) -> Result<Partial> {
    match arguments {
        Arguments::Positional(_) => {
            let [to, source]: &[Argument<'_, '_>; 2] = exactly(arguments)?;
            converted(&number(0, to), &number(1, source), context, |both| {
                Value::list(both)
            })
        }
        Arguments::Keyword(list) => converted(
            &required(list, "to")?,
            &required(list, "content")?,
            context,
            |[to, source]| Value::map([("to".to_owned(), to), ("content".to_owned(), source)]),
        ),
    }
}

fn converted(
    to: &Named<'_, '_, '_>,
    source: &Named<'_, '_, '_>,
    context: &mut Context<'_>,
    open: impl Fn([Value; 2]) -> Value,
) -> Result<Partial> {
    let (format, text) = (to.evaluate(context)?, source.evaluate(context)?);
    if format.open || text.open {
        return Ok(Partial::open(open([format.value, text.value])));
    }
    let Some(format) = format.value.as_text() else {
        return Err(to.wrong_type("a text", &format.value));
    };
    let Some(bytes) = text.value.as_bytes() else {
        return Err(source.wrong_type("a text", &text.value));
    };
    let text = String::from_utf8_lossy(bytes);
    context.spend(text.len().saturating_mul(4))?;
    let converted = match format {
        "html" => markdown::html(&text),
        "jira" => markdown::jira(&text),
        _ => {
            return Err(Fault::new(
                ErrorKind::ArgumentValue,
                "markdown can be converted to `html` and `jira` only",
            ));
        }
    };
    Ok(Partial::done(converted.into()))
}
