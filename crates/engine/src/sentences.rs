//! Parts of sentences that a person reads about a step.

use language::{Reference, StepReads};

use crate::opening::Subject;

/// A part of a sentence as a sentence of its own.
pub(crate) fn sentence(part: &str) -> String {
    let part = part.trim_end_matches('.');
    let mut characters = part.chars();
    let first = characters.next().map(char::to_uppercase);
    let first: String = first.into_iter().flatten().collect();
    format!("{first}{}.", characters.as_str())
}

/// What leads nowhere, after “uses”. Only names that are written in the step are told: others are
/// computed, perhaps of values.
pub(crate) fn missing(reference: &Reference, reads: &StepReads) -> String {
    match reference {
        Reference::Parameter { name } if reads.parameters.contains(name) => {
            format!("the parameter “{name}”, which this run was not given")
        }
        Reference::Secret { name } if reads.secrets.contains(name) => {
            format!("the secret “{name}”, which does not exist")
        }
        Reference::Connection { type_name, name } if reads_connection(reads, type_name, name) => {
            format!("the connection {type_name} / {name}, which does not exist")
        }
        Reference::Output { step, .. } if reads.outputs.contains(step) => {
            format!("an output of the step “{step}”, which did not set it")
        }
        Reference::Answer { .. } => "an answer that nobody gave".to_owned(),
        Reference::Data { .. } => "the data of an event, and no event started this run".to_owned(),
        _ => "a name that the run works out, and nothing of that name can be read".to_owned(),
    }
}

/// What leads nowhere, as the original named it in its answers to steps; with the same care for names.
pub(crate) fn identified(reference: &Reference, reads: &StepReads) -> String {
    match reference {
        Reference::Parameter { name } if reads.parameters.contains(name) => {
            format!("parameter {name:?}")
        }
        Reference::Secret { name } if reads.secrets.contains(name) => format!("secret {name:?}"),
        Reference::Connection { type_name, name } if reads_connection(reads, type_name, name) => {
            format!("connection type {type_name:?} with name {name:?}")
        }
        Reference::Output { step, name } if reads.outputs.contains(step) => {
            format!("output {name:?} of step {step:?}")
        }
        Reference::Answer { ask_ref, name } if reads.answers.contains(ask_ref) => {
            format!("answer {name:?} of ask {ask_ref:?}")
        }
        _ => "a name that the run works out".to_owned(),
    }
}

fn reads_connection(reads: &StepReads, type_name: &str, name: &str) -> bool {
    let same = |(kind, read): &(String, String)| kind == type_name && read == name;
    reads.connections.iter().any(same)
}

/// What a condition needs that exists and cannot be opened. It is named in the text of the step.
pub(crate) fn shut(subject: &Subject) -> String {
    let named = match subject {
        Subject::Secret { name } => format!("the secret “{name}”"),
        Subject::Connection { type_name, name } => format!("the connection {type_name} / {name}"),
    };
    format!(
        "its condition needs {named}, which is stored and can't be opened; an administrator overwrites \
         it, or finds out in the log of Relay why"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_becomes_a_sentence() {
        assert_eq!(
            sentence("its condition does not hold"),
            "Its condition does not hold."
        );
        assert_eq!(sentence("émile is late."), "Émile is late.");
        assert_eq!(sentence(""), ".");
    }

    #[test]
    fn a_name_that_is_not_written_is_not_told() {
        let reads = StepReads {
            secrets: vec!["token".to_owned()],
            ..StepReads::default()
        };
        let secret = |name: &str| Reference::Secret {
            name: name.to_owned(),
        };
        assert!(missing(&secret("token"), &reads).contains("“token”"));
        assert!(!missing(&secret("hunter2"), &reads).contains("hunter2"));
        assert_eq!(identified(&secret("token"), &reads), "secret \"token\"");
        assert!(!identified(&secret("hunter2"), &reads).contains("hunter2"));
    }
}
