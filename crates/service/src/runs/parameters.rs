//! What a run is given: the parameters of a text, their defaults, and what was typed for them.

use std::collections::BTreeMap;

use language::Document;
use model::{FieldProblem, Problem, ProblemKind};
use serde_json::Value;

use super::RunParameter;
use crate::field::Fields;

/// The most that a run is given, in bytes of JSON.
const MAX_GIVEN: usize = 256 * 1024;

/// A parameter that a run can be given.
struct Offered {
    name: String,
    description: Option<String>,
    without: Without,
}

/// What a run is given when nothing is typed.
enum Without {
    /// The default, as JSON.
    Default(String),
    /// Nothing: whatever uses it copes with that.
    Nothing,
    /// That cannot be: it needs a value.
    Refused,
}

/// Every parameter that a run can be given: the declared ones, then those that steps use without
/// a declaration.
fn offered(document: &Document) -> Vec<Offered> {
    let declared = document.parameters.iter().map(|one| Offered {
        name: one.name.clone(),
        description: one.description.clone(),
        without: match &one.default {
            Some(default) => Without::Default(default.clone()),
            None => Without::Refused,
        },
    });
    let used = document.requirements.parameters.iter();
    let used = used.filter(|one| !one.declared && !one.steps.is_empty());
    let used = used.map(|one| Offered {
        name: one.name.clone(),
        description: None,
        without: if one.indispensable {
            Without::Refused
        } else {
            Without::Nothing
        },
    });
    declared.chain(used).collect()
}

/// The fields of the form.
pub(super) fn fields(document: &Document) -> Vec<RunParameter> {
    let field = |one: Offered| RunParameter {
        required: matches!(one.without, Without::Refused),
        shown: match one.without {
            Without::Default(default) => shown(&default),
            Without::Nothing | Without::Refused => String::new(),
        },
        name: one.name,
        description: one.description,
    };
    offered(document).into_iter().map(field).collect()
}

/// A JSON value as a person types it: a text as it is, null as nothing, anything else as JSON.
pub(super) fn shown(json: &str) -> String {
    match serde_json::from_str(json) {
        Ok(Value::String(text)) => text,
        Ok(Value::Null) => String::new(),
        // As it was written: a number must not lose a digit on its way through a form.
        _ => json.to_owned(),
    }
}

/// What the run is given, as a JSON object. A text that is what the form showed of the default
/// stands for the default itself, with its type; any other is a text. No text for what a run can do without is no value.
pub(super) fn given(
    document: &Document,
    typed: Vec<(String, String)>,
) -> Result<BTreeMap<String, String>, Problem> {
    // A form sends line ends as CRLF.
    let unified = |(name, text): (String, String)| (name, text.replace("\r\n", "\n"));
    let mut typed: BTreeMap<_, _> = typed.into_iter().map(unified).collect();
    let mut fields = Fields::default();
    let mut given = BTreeMap::new();
    for one in offered(document) {
        let text = typed.remove(&one.name);
        let empty = text.as_ref().is_none_or(String::is_empty);
        let value = match (text, one.without) {
            (None, Without::Default(default)) => default,
            (Some(text), Without::Default(default)) if text == shown(&default) => default,
            (_, Without::Nothing) if empty => continue,
            (None, _) => {
                fields.found(Some(required(&one.name)));
                continue;
            }
            (Some(_), Without::Refused) if empty => {
                fields.found(Some(required(&one.name)));
                continue;
            }
            (Some(text), _) if text.contains('\0') => {
                let detail = format!("Leave the NUL character out of {}.", one.name);
                fields.wrong(&form_name(&one.name), "nul", detail);
                continue;
            }
            (Some(text), _) => Value::String(text).to_string(),
        };
        given.insert(one.name, value);
    }
    if !typed.is_empty() {
        fields.wrong(
            "parameters",
            "unknown_parameter",
            "The text of this workflow has no parameter of that name. Open the form again.",
        );
    }
    let given = fields.checked(Some(given))?;
    let size: usize = given
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if size > MAX_GIVEN {
        return Err(Problem::new(
            ProblemKind::TooLarge,
            "parameters_too_large",
            "The parameters are larger than 256 KiB together. Let a step fetch what is that long.",
        ));
    }
    Ok(given)
}

/// The JSON object of these parameters.
pub(super) fn object(given: &BTreeMap<String, String>) -> String {
    let pairs: Vec<_> = given
        .iter()
        .map(|(name, value)| format!("{}:{value}", Value::from(name.as_str())))
        .collect();
    format!("{{{}}}", pairs.join(","))
}

fn form_name(parameter: &str) -> String {
    format!("parameters[{parameter}]")
}

fn required(parameter: &str) -> FieldProblem {
    FieldProblem::new(
        form_name(parameter),
        "required",
        format!("Enter a value for {parameter}: it has no default."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
parameters:
  region: {default: us-east-1, description: where}
  count: {default: 12345678901234567890123}
  list: {default: [a, 1]}
  nothing: {default: null}
  lines: {default: \"a\\nb\"}
  name: {}
steps:
- {name: s, image: i, spec: {x: \"${parameters.other}\"}}
";

    fn typed(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn the_form_shows_defaults_as_people_type_them() {
        let fields = fields(&language::read(TEXT));
        let shown: Vec<_> = fields
            .iter()
            .map(|one| (one.name.as_str(), one.shown.as_str(), one.required))
            .collect();
        assert_eq!(
            shown,
            [
                ("region", "us-east-1", false),
                ("count", "12345678901234567890123", false),
                ("list", "[\"a\",1]", false),
                ("nothing", "", false),
                ("lines", "a\nb", false),
                ("name", "", true),
                ("other", "", true),
            ]
        );
        assert_eq!(fields[0].description.as_deref(), Some("where"));
    }

    #[test]
    fn what_is_not_changed_keeps_its_type() {
        let document = language::read(TEXT);
        let sent = typed(&[
            ("region", "eu-west-1"),
            ("count", "12345678901234567890123"),
            ("list", "[\"a\",1]"),
            ("nothing", ""),
            ("lines", "a\r\nb"),
            ("name", "12"),
            ("other", "{\"$type\":\"Secret\",\"name\":\"x\"}"),
        ]);
        assert_eq!(
            object(&given(&document, sent).unwrap()),
            "{\"count\":12345678901234567890123,\"lines\":\"a\\nb\",\"list\":[\"a\",1],\
             \"name\":\"12\",\"nothing\":null,\
             \"other\":\"{\\\"$type\\\":\\\"Secret\\\",\\\"name\\\":\\\"x\\\"}\",\
             \"region\":\"eu-west-1\"}"
        );
        let changed = typed(&[
            ("count", "3"),
            ("nothing", "x"),
            ("name", "n"),
            ("other", "o"),
        ]);
        assert_eq!(
            object(&given(&document, changed).unwrap()),
            "{\"count\":\"3\",\"lines\":\"a\\nb\",\"list\":[\"a\",1],\"name\":\"n\",\
             \"nothing\":\"x\",\"other\":\"o\",\"region\":\"us-east-1\"}"
        );
    }

    #[test]
    fn what_a_run_can_do_without_is_not_asked_for() {
        let text =
            "steps:\n- {name: s, image: i, spec: {x: \"${coalesce(parameters.region, 'eu')}\"}}\n";
        let document = language::read(text);
        let fields = fields(&document);
        assert_eq!(fields.len(), 1);
        assert!(!fields[0].required && fields[0].shown.is_empty());
        for (sent, expected) in [
            (&[][..], "{}"),
            (&[("region", "")][..], "{}"),
            (&[("region", "us")][..], "{\"region\":\"us\"}"),
        ] {
            assert_eq!(object(&given(&document, typed(sent)).unwrap()), expected);
        }
        // Declared without a default it is asked for, whatever copes with its absence.
        let document = language::read(&format!("parameters: {{region: {{}}}}\n{text}"));
        assert!(given(&document, typed(&[("region", "")])).is_err());
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let document = language::read(TEXT);
        let problem = given(
            &document,
            typed(&[("name", ""), ("region", "a\0b"), ("no", "")]),
        )
        .unwrap_err();
        let wrong: Vec<_> = problem
            .fields
            .iter()
            .map(|one| (one.name.as_str(), one.code.as_str()))
            .collect();
        assert_eq!(
            wrong,
            [
                ("parameters[region]", "nul"),
                ("parameters[name]", "required"),
                ("parameters[other]", "required"),
                ("parameters", "unknown_parameter"),
            ]
        );
        let long = "x".repeat(MAX_GIVEN);
        let problem = given(&document, typed(&[("name", &long), ("other", "o")])).unwrap_err();
        assert_eq!(problem.kind, ProblemKind::TooLarge);
    }
}
