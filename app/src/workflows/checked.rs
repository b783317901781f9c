//! What the language says of a text, together with what the account holds, as the workflow page
//! shows it. Made by the same code on the server and, on every change, in the browser.

use language::Severity;
use model::{HeldSecret, Holdings, RequirementState, Unopenable};
use serde::{Deserialize, Serialize};

/// A text, checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// Whether the text could be read as a workflow at all.
    pub readable: bool,
    /// Errors, warnings and remarks in the order of the text.
    pub remarks: Vec<Remark>,
    /// The connections the text needs, in the order of the text.
    pub connections: Vec<Need>,
    /// The secrets the text needs, in the order of the text.
    pub secrets: Vec<Need>,
    /// The secrets that are there although the text does not name them.
    #[serde(default)]
    pub unused_secrets: Vec<HeldSecret>,
    /// How many references are computed at run time, so that nothing can be said of them.
    pub unknown: usize,
}

/// One diagnostic, with its place as the editor counts (UTF-16 units).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// First unit.
    pub from: usize,
    /// One past the last unit.
    pub to: usize,
    /// Line, from 1.
    pub line: u32,
    /// `error`, `warning` or `info`.
    pub severity: String,
    /// Stable word for programs and the documentation.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// A cure that the editor can carry out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cure: Option<Cure>,
}

/// A cure, with its places as the editor counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cure {
    /// What it does, as a person would say it.
    pub label: String,
    /// The stretches to be replaced: first unit, one past the last unit, and what stands there afterwards.
    pub edits: Vec<(usize, usize, String)>,
}

impl From<&language::Fix> for Cure {
    fn from(fix: &language::Fix) -> Self {
        let edit = |edit: &language::Edit| (edit.start_utf16, edit.end_utf16, edit.text.clone());
        Self {
            label: fix.label.clone(),
            edits: fix.edits.iter().map(edit).collect(),
        }
    }
}

/// A connection or secret the text needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// The type of a connection; `None` for a secret.
    pub type_name: Option<String>,
    /// Its name.
    pub name: String,
    /// Whether it is there.
    pub state: RequirementState,
    /// Its id, when it is there.
    pub id: Option<String>,
    /// Why it can't be opened any more; `None` when nothing is known against it.
    #[serde(default)]
    pub unopenable: Option<Unopenable>,
    /// For a wrong type: the type that a connection of this name has.
    pub held_type: Option<String>,
    /// The steps and triggers that use it, in words.
    pub used_in: String,
}

impl Need {
    /// Its state in words.
    pub fn words(&self) -> String {
        let state = self.state.words();
        match (&self.held_type, self.unopenable) {
            (Some(held), _) => format!("{state}: it is of type {held}"),
            (None, Some(why)) => format!("{state}, but it {}: {}", model::UNOPENABLE, why.cure()),
            (None, None) => state.to_owned(),
        }
    }

    /// `aws / my-aws-account`, or the name of a secret.
    pub fn full_name(&self) -> String {
        match &self.type_name {
            Some(type_name) => format!("{type_name} / {}", self.name),
            None => self.name.clone(),
        }
    }

    /// `connection` or `secret`.
    pub fn noun(&self) -> &'static str {
        if self.type_name.is_some() {
            "connection"
        } else {
            "secret"
        }
    }
}

fn used_in(steps: &[String], triggers: &[String]) -> String {
    let part = |noun: &str, names: &[String]| match names {
        [] => None,
        [one] => Some(format!("{noun} {one}")),
        several => Some(format!("{noun}s {}", several.join(", "))),
    };
    let parts: Vec<String> = [part("step", steps), part("trigger", triggers)]
        .into_iter()
        .flatten()
        .collect();
    parts.join("; ")
}

impl Checked {
    /// Reads `text` and compares what it needs with what is there.
    pub fn of(text: &str, holdings: &Holdings) -> Self {
        let document = language::read(text);
        let setup = language::compare(&document.requirements, holdings);
        let remark = |one: &language::Diagnostic| Remark {
            from: one.place.start_utf16,
            to: one.place.end_utf16,
            line: one.place.line,
            severity: match one.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "info",
            }
            .to_owned(),
            code: one.code.to_owned(),
            message: one.message.clone(),
            cure: one.fix.as_ref().map(Cure::from),
        };
        Self {
            readable: document.readable,
            remarks: document.diagnostics.iter().map(remark).collect(),
            connections: setup
                .connections
                .into_iter()
                .map(|one| Need {
                    used_in: used_in(&one.steps, &one.triggers),
                    type_name: Some(one.type_name),
                    name: one.name,
                    state: one.state,
                    id: one.id,
                    unopenable: one.unopenable,
                    held_type: one.held_type,
                })
                .collect(),
            secrets: setup
                .secrets
                .into_iter()
                .map(|one| Need {
                    used_in: used_in(&one.steps, &one.triggers),
                    type_name: None,
                    name: one.name,
                    state: one.state,
                    id: one.id,
                    unopenable: one.unopenable,
                    held_type: None,
                })
                .collect(),
            // What a text uses that cannot be read as a whole, nobody knows.
            unused_secrets: if document.readable {
                setup.unused_secrets
            } else {
                Vec::new()
            },
            unknown: setup.unknown,
        }
    }

    /// The text could not be checked.
    pub fn unknown() -> Self {
        Self {
            remarks: vec![Remark {
                from: 0,
                to: 0,
                line: 1,
                severity: "info".to_owned(),
                code: "unchecked".to_owned(),
                message:
                    "this text is not checked, because a part of the editor did not load; save or \
                          copy it, and load the page again"
                        .to_owned(),
                cure: None,
            }],
            ..Self::default()
        }
    }

    /// Distinct connections that somebody has to do something about.
    pub fn missing_connections(&self) -> usize {
        self.connections
            .iter()
            .filter(|need| need.state.blocks())
            .count()
    }

    /// Distinct secrets that somebody has to do something about.
    pub fn missing_secrets(&self) -> usize {
        self.secrets
            .iter()
            .filter(|need| need.state.blocks())
            .count()
    }

    /// The words of the Setup button.
    pub fn words(&self, online: bool) -> String {
        match self.missing_connections() + self.missing_secrets() {
            _ if !self.readable || !online => "Setup: unknown".to_owned(),
            0 => "Setup: ready".to_owned(),
            missing => format!("Setup: {missing} missing"),
        }
    }
}

/// “Your workflow has 2 missing required connections”.
pub fn missing_sentence(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("Your workflow has {count} missing required {noun}{ending}")
}
