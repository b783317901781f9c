//! Steps and what they wait for, for a picture beside the text.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::Assist;
use crate::plan::StepKind;
use crate::text::Place;

/// One step waiting for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Need {
    /// The number of the other step in [`Graph::steps`].
    pub step: usize,
    /// Whether `dependsOn` says so; else the step refers to something of the other one.
    pub explicit: bool,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GraphStep {
    /// Its name; empty while it has none.
    pub name: String,
    /// What it is.
    pub kind: StepKind,
    /// The image it runs.
    pub image: Option<String>,
    /// All of it.
    pub place: Place,
    /// Its name in the text, or the beginning of the step.
    pub name_place: Place,
    /// The steps it waits for, in the order of the text. Those that do not exist are left out.
    pub needs: Vec<Need>,
    /// The connections it may read, as type and name, sorted.
    pub connections: Vec<(String, String)>,
    /// The secrets it may read, sorted.
    pub secrets: Vec<String>,
    /// The parameters it may read, sorted.
    pub parameters: Vec<String>,
}

/// Every step, in the order of the text. There may be circles: the diagnostics tell of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Graph {
    /// The steps.
    pub steps: Vec<GraphStep>,
}

impl Assist<'_> {
    /// The steps with what they wait for and what they need.
    pub fn graph(&self) -> Graph {
        let mut numbers = HashMap::new();
        for (at, step) in self.document.steps.iter().enumerate() {
            if !step.name.is_empty() {
                numbers.entry(step.name.as_str()).or_insert(at);
            }
        }
        let mut plan = self.document.plan.steps.iter();
        let mut steps = Vec::new();
        for (step, part) in self.document.steps.iter().zip(&self.parts.steps) {
            let planned = if step.name.is_empty() {
                None
            } else {
                plan.next()
            };
            let needs = planned.map_or(&[] as &[String], |planned| &planned.needs);
            let named: HashSet<&String> = step.depends_on.iter().collect();
            let mut needs: Vec<_> = needs
                .iter()
                .filter_map(|name| {
                    Some(Need {
                        step: *numbers.get(name.as_str())?,
                        explicit: named.contains(name),
                    })
                })
                .collect();
            needs.sort_by_key(|need| need.step);
            steps.push(GraphStep {
                name: step.name.clone(),
                kind: step.kind,
                image: step.image.clone(),
                place: self.place(self.tree.span_with_tag(part.item)),
                name_place: step.place,
                needs,
                connections: planned.map_or_else(Vec::new, |one| one.connections.clone()),
                secrets: planned.map_or_else(Vec::new, |one| one.secrets.clone()),
                parameters: planned.map_or_else(Vec::new, |one| one.parameters.clone()),
            });
        }
        Graph { steps }
    }

    /// The number of the step that this place belongs to. What stands between two steps belongs
    /// to the upper one.
    pub fn step_at(&self, at_utf16: usize) -> Option<usize> {
        let at = self.places.byte(at_utf16);
        let root = self.tree.root()?;
        let section = self.tree.entries(root).filter_map(|(key, _)| {
            let start = self.places.line_start(self.tree.span(key).start as usize);
            (start <= at).then(|| (start, self.tree.scalar(key)))
        });
        let (_, section) = section.max_by_key(|(start, _)| *start)?;
        let starts = self.parts.steps.iter().enumerate();
        let starts = starts.filter_map(|(number, one)| {
            let start = self.tree.span_with_tag(one.item).start as usize;
            let line = self.places.line_start(start);
            // In brackets several steps may share a line.
            let dash = self.text.get(line..start).filter(|dash| dash.len() < 80);
            let dash = dash.is_some_and(|dash| dash.chars().all(|c| c == ' ' || c == '-'));
            let start = if dash { line } else { start };
            (start <= at).then_some((start, number))
        });
        let step = starts.max_by_key(|(start, _)| *start);
        step.filter(|_| section == Some("steps"))
            .map(|(_, number)| number)
    }
}
