//! Between the language's requirements and the rows that keep them.

use std::collections::BTreeMap;

use language::{ConnectionRequirement, Document, Requirements, SecretRequirement};
use model::{HeldConnection, HeldSecret, Holdings, WorkflowId};
use store::connections::ConnectionRow;
use store::grants::Grants;
use store::requirements::{Kind, Requirement, UsePlace, WorkflowRequirement};

/// The rows of a text: one for each place that needs something.
pub(crate) fn index(document: &Document) -> Vec<Requirement> {
    let needs = &document.requirements;
    let mut rows = Vec::new();
    let mut add = |kind, type_name: &str, name: &str, places: Vec<UsePlace>| {
        rows.extend(places.into_iter().map(|place| Requirement {
            kind,
            type_name: type_name.to_owned(),
            name: name.to_owned(),
            place,
        }));
    };
    for one in &needs.connections {
        add(
            Kind::Connection,
            &one.type_name,
            &one.name,
            places(&one.steps, &one.triggers),
        );
    }
    for one in &needs.secrets {
        add(
            Kind::Secret,
            "",
            &one.name,
            places(&one.steps, &one.triggers),
        );
    }
    for one in &needs.parameters {
        add(
            Kind::Parameter,
            "",
            &one.name,
            places(&one.steps, &one.triggers),
        );
    }
    rows
}

fn places(steps: &[String], triggers: &[String]) -> Vec<UsePlace> {
    let steps = steps.iter().cloned().map(UsePlace::Step);
    let mut places: Vec<_> = steps
        .chain(triggers.iter().cloned().map(UsePlace::Trigger))
        .collect();
    if places.is_empty() {
        places.push(UsePlace::Workflow);
    }
    places
}

/// The requirements of one workflow, as its rows have them. Places in the text are not in the rows.
pub(crate) fn rebuild<'a>(rows: impl Iterator<Item = &'a Requirement>) -> Requirements {
    let mut requirements = Requirements::default();
    for row in rows {
        let (steps, triggers) = match &row.place {
            UsePlace::Step(name) => (vec![name.clone()], vec![]),
            UsePlace::Trigger(name) => (vec![], vec![name.clone()]),
            UsePlace::Workflow => (vec![], vec![]),
        };
        match row.kind {
            Kind::Connection => requirements.connections.push(ConnectionRequirement {
                type_name: row.type_name.clone(),
                name: row.name.clone(),
                steps,
                triggers,
                place: language::Place::default(),
            }),
            Kind::Secret => requirements.secrets.push(SecretRequirement {
                name: row.name.clone(),
                steps,
                triggers,
                place: language::Place::default(),
            }),
            Kind::Parameter => {}
        }
    }
    // One row is one place; the language has one requirement with all its places.
    requirements.connections.dedup_by(|next, first| {
        let same = (&next.type_name, &next.name) == (&first.type_name, &first.name);
        if same {
            first.steps.append(&mut next.steps);
            first.triggers.append(&mut next.triggers);
        }
        same
    });
    requirements.secrets.dedup_by(|next, first| {
        let same = next.name == first.name;
        if same {
            first.steps.append(&mut next.steps);
            first.triggers.append(&mut next.triggers);
        }
        same
    });
    requirements
}

/// How many distinct connections and secrets each workflow misses.
pub(crate) fn missing(
    rows: &[WorkflowRequirement],
    connections: &[ConnectionRow],
    grants: &Grants,
    mut secrets: BTreeMap<WorkflowId, Vec<HeldSecret>>,
) -> BTreeMap<WorkflowId, usize> {
    let mut holdings = Holdings::default();
    // The rows of one workflow stand together.
    rows.chunk_by(|one, other| one.workflow_id == other.workflow_id)
        .map(|rows| {
            let id = rows[0].workflow_id.clone();
            let requirements = rebuild(rows.iter().map(|row| &row.requirement));
            holdings.connections = held(connections, grants, &id);
            holdings.secrets = secrets.remove(&id).unwrap_or_default();
            let missing = language::compare(&requirements, &holdings).missing();
            (id, missing)
        })
        .collect()
}

/// Connections as the language compares them, and whether this workflow may use them.
pub(crate) fn held(
    connections: &[ConnectionRow],
    grants: &Grants,
    workflow: &WorkflowId,
) -> Vec<HeldConnection> {
    let held = |row: &ConnectionRow| HeldConnection {
        id: row.id.to_string(),
        type_name: row.type_name.to_string(),
        name: row.name.to_string(),
        permitted: grants.permit(&row.id, workflow),
    };
    connections.iter().map(held).collect()
}
