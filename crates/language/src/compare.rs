//! The one comparison of what a text needs with what the account holds.

use std::collections::{HashMap, HashSet};

use model::{HeldSecret, Holdings, RequirementState, Unopenable};
use serde::{Deserialize, Serialize};

use crate::requirement::Requirements;
use crate::text::Place;

/// A needed connection and whether it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupConnection {
    /// The needed type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The needed name.
    pub name: String,
    /// Whether it is there.
    pub state: RequirementState,
    /// The id of the connection that fits.
    pub id: Option<String>,
    /// Why that one can't be opened any more. No run has to wait for that: perhaps no step asks for
    /// it.
    pub unopenable: Option<Unopenable>,
    /// For the state wrong type: the type of the connection that has this name.
    pub held_type: Option<String>,
    /// The steps that use it.
    pub steps: Vec<String>,
    /// The triggers that use it.
    pub triggers: Vec<String>,
    /// Where the text names it first.
    pub place: Place,
}

/// A needed secret and whether it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupSecret {
    /// The needed name.
    pub name: String,
    /// Whether it is there.
    pub state: RequirementState,
    /// The id of the secret.
    pub id: Option<String>,
    /// Why it can't be opened any more.
    pub unopenable: Option<Unopenable>,
    /// The steps that use it.
    pub steps: Vec<String>,
    /// The triggers that use it.
    pub triggers: Vec<String>,
    /// Where the text names it first.
    pub place: Place,
}

/// Every requirement with its state, in the order of the text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    /// The connections.
    pub connections: Vec<SetupConnection>,
    /// The secrets.
    pub secrets: Vec<SetupSecret>,
    /// The secrets that are there although the text does not name them, in the order of the
    /// holdings. None while it shows only at run time which secrets are meant.
    pub unused_secrets: Vec<HeldSecret>,
    /// How many references to connections and secrets are computed at run time. They are never
    /// counted as missing.
    pub unknown: usize,
}

impl Setup {
    /// Connections that somebody has to do something about.
    pub fn missing_connections(&self) -> usize {
        self.connections
            .iter()
            .filter(|one| one.state.blocks())
            .count()
    }

    /// Secrets that somebody has to do something about.
    pub fn missing_secrets(&self) -> usize {
        self.secrets.iter().filter(|one| one.state.blocks()).count()
    }

    /// Both together: the number on the Setup button.
    pub fn missing(&self) -> usize {
        self.missing_connections() + self.missing_secrets()
    }
}

/// Compares. Names and types have to be equal letter by letter.
pub fn compare(requirements: &Requirements, holdings: &Holdings) -> Setup {
    let mut exact = HashMap::new();
    let mut named = HashMap::new();
    for held in &holdings.connections {
        exact
            .entry((held.type_name.as_str(), held.name.as_str()))
            .or_insert(held);
        named.entry(held.name.as_str()).or_insert(held);
    }
    let secrets: HashMap<_, _> = holdings
        .secrets
        .iter()
        .map(|held| (held.name.as_str(), held))
        .collect();
    let unused_secrets = unused(requirements, holdings);
    let connections = requirements.connections.iter().map(|one| {
        let held = exact.get(&(one.type_name.as_str(), one.name.as_str()));
        let other = if held.is_some() {
            None
        } else {
            named.get(one.name.as_str())
        };
        let state = match (held, other) {
            (Some(held), _) if !held.permitted => RequirementState::NoPermission,
            (Some(_), _) => RequirementState::Configured,
            (None, Some(_)) => RequirementState::WrongType,
            (None, None) => RequirementState::Missing,
        };
        SetupConnection {
            type_name: one.type_name.clone(),
            name: one.name.clone(),
            state,
            id: held.map(|held| held.id.clone()),
            unopenable: held.and_then(|held| held.unopenable),
            held_type: other.map(|held| held.type_name.clone()),
            steps: one.steps.clone(),
            triggers: one.triggers.clone(),
            place: one.place,
        }
    });
    let secrets = requirements.secrets.iter().map(|one| {
        let held = secrets.get(one.name.as_str());
        SetupSecret {
            name: one.name.clone(),
            state: match held {
                Some(_) => RequirementState::Configured,
                None => RequirementState::Missing,
            },
            id: held.map(|held| held.id.clone()),
            unopenable: held.and_then(|held| held.unopenable),
            steps: one.steps.clone(),
            triggers: one.triggers.clone(),
            place: one.place,
        }
    });
    let hidden = |kind: &str| matches!(kind, "connection" | "secret");
    Setup {
        connections: connections.collect(),
        secrets: secrets.collect(),
        unused_secrets,
        unknown: requirements
            .dynamic
            .iter()
            .filter(|one| hidden(&one.kind))
            .count(),
    }
}

fn unused(requirements: &Requirements, holdings: &Holdings) -> Vec<HeldSecret> {
    if requirements.dynamic.iter().any(|one| one.kind == "secret") {
        return Vec::new();
    }
    let named = requirements.secrets.iter();
    let named: HashSet<_> = named.map(|one| one.name.as_str()).collect();
    let unused = |held: &&HeldSecret| !named.contains(held.name.as_str());
    holdings.secrets.iter().filter(unused).cloned().collect()
}
