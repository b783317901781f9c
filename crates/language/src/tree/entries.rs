//! What a map holds, with merge keys (`<<`) already merged.

use std::collections::HashSet;

use super::{Content, Kind, NodeId, Tree};
use crate::limits::MAX_ALIASED_NODES;

/// Keys and values of a map, in the order of the text, merged ones last.
pub enum Entries<'a> {
    /// A map as it is written: keys and values alternate.
    Written(std::slice::Chunks<'a, NodeId>),
    /// A map with others merged into it.
    Merged(std::vec::IntoIter<(NodeId, NodeId)>),
}

impl Iterator for Entries<'_> {
    type Item = (NodeId, NodeId);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Written(pairs) => match pairs.next()? {
                [key, value] => Some((*key, *value)),
                _ => None,
            },
            Self::Merged(pairs) => pairs.next(),
        }
    }
}

impl Tree<'_> {
    /// What the map holds, through an alias too; nothing for anything but a map.
    ///
    /// A key written in the map wins over a merged one, and of several merged maps the first.
    pub fn entries(&self, id: NodeId) -> Entries<'_> {
        match self.node(self.resolve(id)).kind {
            Kind::Mapping(links, false) => Entries::Written(self.run(links).chunks(2)),
            Kind::Mapping(_, true) => Entries::Merged(self.merged(self.resolve(id)).into_iter()),
            _ => Entries::Written([].chunks(2)),
        }
    }

    /// The value under `key`, through an alias and merge keys too.
    pub fn get(&self, id: NodeId, key: &str) -> Option<NodeId> {
        self.entries(id)
            .find(|(name, _)| self.scalar(*name) == Some(key))
            .map(|(_, value)| value)
    }

    /// Whether the key merges another map.
    pub(super) fn is_merge_key(&self, key: NodeId) -> bool {
        match self.content(key) {
            Content::Scalar("<<", super::Style::Plain) => self.tag(key).is_none(),
            Content::Scalar(..) => self
                .tag(key)
                .is_some_and(|tag| tag.name == "tag:yaml.org,2002:merge"),
            _ => false,
        }
    }

    fn merged(&self, id: NodeId) -> Vec<(NodeId, NodeId)> {
        let mut pairs = Vec::new();
        let mut seen = HashSet::new();
        let mut waiting = vec![id];
        // A merge chain cannot be endless, since an alias only points backwards; it can be long.
        let mut left = MAX_ALIASED_NODES;
        while let Some(next) = waiting.pop() {
            let links = match self.node(self.resolve(next)).kind {
                Kind::Mapping(links, _) => links,
                Kind::Sequence(links) => {
                    waiting.extend(self.run(links).iter().rev());
                    continue;
                }
                _ => continue,
            };
            let mut sources = Vec::new();
            for pair in self.run(links).chunks(2) {
                let [key, value] = pair else { continue };
                left = left.saturating_sub(1);
                if self.is_merge_key(*key) {
                    sources.push(*value);
                } else if self.scalar(*key).is_none_or(|name| seen.insert(name)) {
                    pairs.push((*key, *value));
                }
            }
            if !self.follow || left == 0 {
                break;
            }
            waiting.extend(sources.into_iter().rev());
        }
        pairs
    }
}
