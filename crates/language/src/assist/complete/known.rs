//! The names that there are, of the account and of the text.

use std::collections::{HashMap, HashSet};

use super::{Asked, ItemKind};
use crate::assist::names::{Shape, Symbol};
use crate::assist::vocabulary::{self, Image};

impl<'a> Asked<'a, '_> {
    /// Connections of the account and of the text, as type and name.
    pub(super) fn connections(&self, kind: Option<&str>) -> Vec<(String, String)> {
        let held = &self.holdings.connections;
        let held = held.iter().map(|one| (&one.type_name, &one.name));
        let used = &self.assist.document.requirements.connections;
        let used = used.iter().map(|one| (&one.type_name, &one.name));
        let new = self.only_here();
        let used = used.filter(|(of, name)| match new {
            Some(Symbol::Connection(kind, new)) => (*of, *name) != (kind, new),
            _ => true,
        });
        let used = used.filter(|(of, name)| !of.is_empty() && !name.is_empty());
        let mut seen = HashSet::new();
        held.chain(used)
            .filter(|(of, _)| kind.is_none_or(|kind| *of == kind))
            .filter(|one| seen.insert(*one))
            .map(|(of, name)| (of.clone(), name.clone()))
            .collect()
    }

    /// The first connection of a type, of the account or of the text.
    pub(super) fn first_connection(&self, kind: &str) -> Option<&str> {
        let held = &self.holdings.connections;
        let held = held.iter().map(|one| (&one.type_name, &one.name));
        let used = &self.assist.document.requirements.connections;
        let used = used.iter().map(|one| (&one.type_name, &one.name));
        let found = held.chain(used).find(|(of, _)| *of == kind);
        found.map(|(_, name)| name.as_str())
    }

    /// Secrets of the workflow and of the text.
    pub(super) fn secrets(&self) -> Vec<String> {
        let held = self.holdings.secrets.iter().map(|one| &one.name);
        let used = &self.assist.document.requirements.secrets;
        let used = used.iter().map(|one| &one.name);
        let new = self.only_here();
        let used = used.filter(|name| match new {
            Some(Symbol::Secret(new)) => *name != new,
            _ => true,
        });
        let used = used.filter(|name| !name.is_empty());
        let mut seen = HashSet::new();
        held.chain(used)
            .filter(|one| seen.insert(*one))
            .cloned()
            .collect()
    }

    /// The name that is being written, unless it also stands elsewhere: it is no example.
    fn only_here(&self) -> Option<&Symbol> {
        let symbol = &self.assist.name_at(self.at)?.symbol;
        // The type of a connection stands beside its name and means the same.
        let named = self.assist.named(symbol);
        let named = named.filter(|one| one.shape != Shape::Fixed);
        (named.count() <= 1).then_some(symbol)
    }

    /// Whether the account has the connection, in one word.
    pub(super) fn state(&self, kind: &str, name: &str) -> &'static str {
        let held = &self.holdings.connections;
        if held
            .iter()
            .any(|one| one.type_name == kind && one.name == name)
        {
            "configured"
        } else {
            "missing"
        }
    }

    /// The steps that this one could wait for without a circle, and does not name here already.
    pub(super) fn dependable(&self) -> Vec<String> {
        let own = self.own_step();
        let mut behind: HashMap<&str, Vec<&str>> = HashMap::new();
        for step in &self.assist.document.plan.steps {
            for need in &step.needs {
                behind.entry(need).or_default().push(&step.name);
            }
        }
        let mut taken: HashSet<&str> = HashSet::new();
        let mut waiting: Vec<&str> = own.into_iter().collect();
        while let Some(step) = waiting.pop() {
            if taken.insert(step) {
                waiting.extend(behind.get(step).into_iter().flatten());
            }
        }
        // Names that stand in the same list.
        if let Some(top) = self.spot.frames.last().filter(|top| !top.is_map()) {
            for entry in &top.entries {
                if entry.value.start != self.spot.word.start {
                    taken.insert(self.assist.bare(entry.value));
                }
            }
        }
        let steps = self.assist.document.steps.iter();
        steps
            .map(|step| step.name.as_str())
            .filter(|name| !name.is_empty() && taken.insert(name))
            .map(str::to_owned)
            .collect()
    }

    /// What a step sets, as far as its image or another place of the text tells.
    pub(super) fn outputs(&self, step: &str) -> Vec<String> {
        let all = self.outputs_of(&[step.to_owned()]).into_iter();
        all.map(|(_, output)| output).collect()
    }

    /// The same for several steps: each with what it sets.
    pub(super) fn outputs_of(&self, steps: &[String]) -> Vec<(String, String)> {
        let mut images = HashMap::new();
        for step in &self.assist.document.steps {
            if let Some(image) = &step.image {
                images.entry(step.name.as_str()).or_insert(image.as_str());
            }
        }
        let mut used: HashMap<&str, Vec<&str>> = HashMap::new();
        for one in self.assist.names() {
            // The one that is being written is no example.
            let here = (one.span.start as usize..=one.span.end as usize).contains(&self.at);
            if let Symbol::Output(from, name) = &one.symbol
                && !here
            {
                used.entry(from).or_default().push(name);
            }
        }
        // Each is looked for among all: a text can name thousands.
        let library: HashMap<&str, Image> =
            self.library.images().map(|one| (one.name, one)).collect();
        let mut published: HashMap<&str, Vec<&str>> = HashMap::new();
        let mut all = Vec::new();
        let mut seen = HashSet::new();
        for step in steps {
            seen.clear();
            let sets = images.get(step.as_str()).map(|image| {
                let known = vocabulary::published(image).and_then(|name| library.get(name));
                let sets = || known.map_or_else(Vec::new, |image| image.sets());
                let names = || sets().into_iter().map(|key| key.name).collect();
                &*published.entry(image).or_insert_with(names)
            });
            let used = used.get(step.as_str());
            for name in sets.into_iter().flatten().chain(used.into_iter().flatten()) {
                if seen.insert(*name) {
                    all.push((step.clone(), (*name).to_owned()));
                }
            }
        }
        all
    }

    /// The fields of the event, as far as the trigger's image tells.
    pub(super) fn event_fields(&mut self) {
        let image = self.trigger_image();
        for key in image.map_or_else(Vec::new, Image::sets) {
            self.name(ItemKind::Event, key.name, Some(key.holds.words()));
        }
    }

    /// The published image of the trigger that the place is in.
    pub(super) fn trigger_image(&self) -> Option<Image<'a>> {
        let tree = &self.assist.tree;
        let own = self.spot.value(self.assist.text, 2, "name")?;
        let part = self
            .assist
            .parts
            .triggers
            .iter()
            .find(|one| one.name.and_then(|name| tree.scalar(name)) == Some(own))?;
        let image = tree.get(tree.get(part.node, "source")?, "image")?;
        self.library.image(tree.scalar(image)?)
    }
}
