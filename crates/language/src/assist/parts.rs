//! The steps, triggers and parameters of a tree, as nodes.

use crate::tree::{Content, NodeId, Tree};

/// A step or a trigger.
pub(super) struct Part {
    /// The map itself.
    pub(super) node: NodeId,
    /// Where it stands in its list: the same node, or an alias for it.
    pub(super) item: NodeId,
    pub(super) name: Option<NodeId>,
}

/// What a text is made of.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) locals: Option<NodeId>,
    /// Key and body of each.
    pub(super) parameters: Vec<(NodeId, NodeId)>,
    pub(super) steps: Vec<Part>,
    pub(super) triggers: Vec<Part>,
}

impl Parts {
    pub(super) fn of(tree: &Tree<'_>) -> Self {
        let Some(root) = tree.root() else {
            return Self::default();
        };
        let parameters = tree.get(root, "parameters");
        Self {
            locals: tree.get(root, "locals"),
            parameters: parameters.map_or_else(Vec::new, |id| tree.entries(id).collect()),
            steps: list(tree, root, "steps"),
            triggers: list(tree, root, "triggers"),
        }
    }
}

fn list(tree: &Tree<'_>, root: NodeId, key: &str) -> Vec<Part> {
    let made = |item: &NodeId| {
        let node = tree.resolve(*item);
        matches!(tree.content(node), Content::Mapping).then(|| Part {
            node,
            item: *item,
            name: tree.get(node, "name"),
        })
    };
    items(tree, tree.get(root, key))
        .iter()
        .filter_map(made)
        .collect()
}

/// The entries of a list, through an alias too.
pub(super) fn items<'a>(tree: &'a Tree<'_>, id: Option<NodeId>) -> &'a [NodeId] {
    match id.map(|id| tree.content(tree.resolve(id))) {
        Some(Content::Sequence(items)) => items,
        _ => &[],
    }
}
