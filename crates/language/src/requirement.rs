//! What a text needs before it can run, found by reading it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::findings::Findings;
use crate::reference::{Found, Kind, Reference};
use crate::text::Place;

/// A connection that the text names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionRequirement {
    /// Its type, such as `aws`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Its name.
    pub name: String,
    /// The steps that use it, in the order of the text.
    pub steps: Vec<String>,
    /// The triggers that use it, in the order of the text.
    pub triggers: Vec<String>,
    /// Where it is named first.
    pub place: Place,
}

/// A secret that the text names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretRequirement {
    /// Its name.
    pub name: String,
    /// The steps that use it.
    pub steps: Vec<String>,
    /// The triggers that use it.
    pub triggers: Vec<String>,
    /// Where it is named first.
    pub place: Place,
}

/// A parameter that the text declares or uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterRequirement {
    /// Its name.
    pub name: String,
    /// Whether a run needs a value for it, because it has no default.
    pub required: bool,
    /// Whether `parameters` declares it.
    pub declared: bool,
    /// Whether a step uses it where nothing copes with its absence, as `coalesce` and `exists` do.
    pub indispensable: bool,
    /// The steps that use it.
    pub steps: Vec<String>,
    /// The triggers that use it.
    pub triggers: Vec<String>,
    /// Where it is declared, or else used first.
    pub place: Place,
}

/// A reference that is computed at run time: nobody can tell beforehand what it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DynamicRequirement {
    /// `connection`, `secret`, `parameter`, `output` or `step`.
    pub kind: String,
    /// The steps that use it.
    pub steps: Vec<String>,
    /// The triggers that use it.
    pub triggers: Vec<String>,
    /// Its line, from 1.
    pub line: u32,
    /// Where it is.
    pub place: Place,
}

/// Everything a text needs. Each list is in the order of the text and names a thing once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirements {
    /// Distinct by type and name.
    pub connections: Vec<ConnectionRequirement>,
    /// Distinct by name.
    pub secrets: Vec<SecretRequirement>,
    /// Distinct by name; the declared ones first.
    pub parameters: Vec<ParameterRequirement>,
    /// Distinct by place.
    pub dynamic: Vec<DynamicRequirement>,
}

/// Who refers to something.
#[derive(Clone, Copy)]
pub(crate) enum User<'n> {
    Step(&'n str),
    Trigger(&'n str),
}

/// Gathers requirements while steps and triggers are read one after the other.
#[derive(Default)]
pub(crate) struct Gathering {
    requirements: Requirements,
    /// By type, then by name.
    connections: HashMap<String, HashMap<String, usize>>,
    secrets: HashMap<String, usize>,
    parameters: HashMap<String, usize>,
    /// Whether a parameter is referred to, in the order of the parameters.
    used: Vec<bool>,
    dynamic: HashMap<(Kind, Place), usize>,
}

/// Users come one after the other, so a repetition is always the last.
fn note(user: User<'_>, steps: &mut Vec<String>, triggers: &mut Vec<String>) {
    let (name, list) = match user {
        User::Step(name) => (name, steps),
        User::Trigger(name) => (name, triggers),
    };
    if !name.is_empty() && list.last().is_none_or(|last| last != name) {
        list.push(name.to_owned());
    }
}

impl Gathering {
    /// A parameter that the text declares.
    pub(crate) fn declare(&mut self, name: &str, required: bool, place: Place) {
        self.parameter(name, required, true, place);
    }

    /// Something that a step or trigger refers to.
    pub(crate) fn add(&mut self, found: &Found, user: User<'_>, findings: &Findings<'_>) {
        match &found.reference {
            Reference::Connection { type_name, name } => {
                let at = self.connection(type_name, name, found, findings);
                let one = &mut self.requirements.connections[at];
                note(user, &mut one.steps, &mut one.triggers);
            }
            Reference::Secret { name } => {
                let at = self.secret(name, found, findings);
                let one = &mut self.requirements.secrets[at];
                note(user, &mut one.steps, &mut one.triggers);
            }
            Reference::Parameter { name } => {
                if !self.parameters.contains_key(name) {
                    self.parameter(name, true, false, findings.place(found.span));
                }
                let at = self.parameters[name];
                self.used[at] = true;
                let one = &mut self.requirements.parameters[at];
                one.indispensable |= !found.guarded && matches!(user, User::Step(_));
                note(user, &mut one.steps, &mut one.triggers);
            }
            Reference::Dynamic(kind) => {
                let at = self.dynamic(*kind, findings.place(found.span));
                let one = &mut self.requirements.dynamic[at];
                note(user, &mut one.steps, &mut one.triggers);
            }
            Reference::Output { .. }
            | Reference::Status { .. }
            | Reference::Answer { .. }
            | Reference::Event => {}
        }
    }

    fn connection(
        &mut self,
        type_name: &str,
        name: &str,
        found: &Found,
        findings: &Findings<'_>,
    ) -> usize {
        if let Some(at) = self.connections.get(type_name).and_then(|of| of.get(name)) {
            return *at;
        }
        let all = &mut self.requirements.connections;
        let of_type = self.connections.entry(type_name.to_owned()).or_default();
        of_type.insert(name.to_owned(), all.len());
        all.push(ConnectionRequirement {
            type_name: type_name.to_owned(),
            name: name.to_owned(),
            steps: Vec::new(),
            triggers: Vec::new(),
            place: findings.place(found.span),
        });
        all.len() - 1
    }

    fn secret(&mut self, name: &str, found: &Found, findings: &Findings<'_>) -> usize {
        if let Some(at) = self.secrets.get(name) {
            return *at;
        }
        let all = &mut self.requirements.secrets;
        self.secrets.insert(name.to_owned(), all.len());
        all.push(SecretRequirement {
            name: name.to_owned(),
            steps: Vec::new(),
            triggers: Vec::new(),
            place: findings.place(found.span),
        });
        all.len() - 1
    }

    fn parameter(&mut self, name: &str, required: bool, declared: bool, place: Place) {
        let all = &mut self.requirements.parameters;
        self.parameters.insert(name.to_owned(), all.len());
        self.used.push(false);
        all.push(ParameterRequirement {
            name: name.to_owned(),
            required,
            declared,
            indispensable: false,
            steps: Vec::new(),
            triggers: Vec::new(),
            place,
        });
    }

    fn dynamic(&mut self, kind: Kind, place: Place) -> usize {
        let all = &mut self.requirements.dynamic;
        *self.dynamic.entry((kind, place)).or_insert_with(|| {
            all.push(DynamicRequirement {
                kind: kind.as_str().to_owned(),
                steps: Vec::new(),
                triggers: Vec::new(),
                line: place.line,
                place,
            });
            all.len() - 1
        })
    }

    /// The parameters that nothing refers to; none while it shows only at run time which are meant.
    pub(crate) fn unused_parameters(&self) -> impl Iterator<Item = &ParameterRequirement> {
        let unknown = self
            .dynamic
            .keys()
            .any(|(kind, _)| *kind == Kind::Parameter);
        let all = self.requirements.parameters.iter().zip(&self.used);
        all.filter(move |(_, used)| !**used && !unknown)
            .map(|(one, _)| one)
    }

    pub(crate) fn finish(self) -> Requirements {
        let mut all = self.requirements;
        // Steps are read before triggers, but the text may have them the other way round; an
        // alias may name later what its anchor wrote earlier.
        all.connections.sort_by_key(|one| one.place);
        all.secrets.sort_by_key(|one| one.place);
        all.parameters.sort_by_key(|one| (!one.declared, one.place));
        all.dynamic.sort_by_key(|one| one.place);
        all
    }
}
