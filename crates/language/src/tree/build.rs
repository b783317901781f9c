//! Builds the tree from the bottom up, and finds what only shows while building: keys that occur
//! twice, aliases that stand for too much, nodes inside themselves.

use super::{Anchor, Characters, Kind, Links, Node, NodeId, Style, Tag, Tree};
use crate::diagnostic::{Findings, shown};
use crate::limits::{MAX_ALIASED_NODES, MAX_ALIASES, MAX_DEPTH, MAX_NODES};
use crate::text::{Span, small};

/// What a node amounts to when every alias in it is followed.
#[derive(Clone, Copy, Default)]
struct Weight {
    nodes: u32,
    aliases: u32,
    depth: u32,
}

/// A list or map that has not ended yet.
struct Open {
    node: NodeId,
    /// Where its children begin in `Builder::pending`.
    first: usize,
    flow: bool,
}

pub(crate) struct Builder<'t, 'f> {
    tree: Tree<'t>,
    findings: &'f mut Findings<'t>,
    open: Vec<Open>,
    pending: Vec<NodeId>,
    weights: Vec<Weight>,
    /// Nodes that aliases stand for, all together.
    aliased: u32,
    aliases: u32,
}

impl<'t, 'f> Builder<'t, 'f> {
    pub(crate) fn new(text: &'t str, findings: &'f mut Findings<'t>) -> Self {
        let tree = Tree {
            text,
            nodes: Vec::new(),
            links: Vec::new(),
            own: Vec::new(),
            tags: Vec::new(),
            anchors: Vec::new(),
            root: None,
            follow: true,
        };
        Self {
            tree,
            findings,
            open: Vec::new(),
            pending: Vec::new(),
            weights: Vec::new(),
            aliased: 0,
            aliases: 0,
        }
    }

    pub(crate) fn findings(&mut self) -> &mut Findings<'t> {
        self.findings
    }

    /// Whether no more nodes are taken.
    pub(crate) fn is_full(&self) -> bool {
        self.tree.nodes.len() >= MAX_NODES
    }

    fn add(&mut self, kind: Kind, span: Span, tag: Option<Tag>, weight: Weight) -> NodeId {
        let tag = tag.map_or(0, |tag| {
            self.tree.tags.push(tag);
            small(self.tree.tags.len())
        });
        let id = NodeId(small(self.tree.nodes.len()));
        self.tree.nodes.push(Node { kind, span, tag });
        self.weights.push(weight);
        id
    }

    /// Puts a finished node where it belongs.
    fn place(&mut self, id: NodeId) {
        if self.open.is_empty() {
            self.tree.root = Some(id);
        } else {
            self.pending.push(id);
        }
    }

    /// A scalar whose value stands in the source at `source`, or else is `value`.
    pub(crate) fn scalar(
        &mut self,
        value: &str,
        source: Option<Span>,
        style: Style,
        span: Span,
        tag: Option<Tag>,
    ) -> NodeId {
        let own = small(self.tree.own.len());
        if source.is_none() {
            self.tree.own.push(value.to_owned());
        }
        let characters = source.map_or(Characters::Own(own), Characters::Source);
        let weight = Weight {
            nodes: 1,
            ..Weight::default()
        };
        let id = self.add(Kind::Scalar(characters, style), span, tag, weight);
        self.place(id);
        id
    }

    /// Nothing, where a node has to be.
    pub(crate) fn nothing(&mut self, at: Span) {
        let empty = Span {
            start: at.start,
            end: at.start,
        };
        self.scalar("", Some(empty), Style::Plain, at, None);
    }

    pub(crate) fn anchor(&mut self, node: NodeId, span: Span) {
        self.tree.anchors.push(Anchor { node, span });
    }

    /// Begins a list or a map; everything until [`Builder::close`] is in it.
    pub(crate) fn open(
        &mut self,
        mapping: bool,
        flow: bool,
        span: Span,
        tag: Option<Tag>,
    ) -> NodeId {
        let links = Links { start: 0, len: 0 };
        let kind = if mapping {
            Kind::Mapping(links, false)
        } else {
            Kind::Sequence(links)
        };
        let node = self.add(kind, span, tag, Weight::default());
        self.open.push(Open {
            node,
            first: self.pending.len(),
            flow,
        });
        node
    }

    /// Ends the innermost list or map. In block notation it ends with its last child: what
    /// follows up to the next token is not its own.
    pub(crate) fn close(&mut self, end: Span) {
        let Some(Open { node, first, flow }) = self.open.pop() else {
            return;
        };
        let mapping = matches!(self.tree.node(node).kind, Kind::Mapping(..));
        if mapping && (self.pending.len() - first) % 2 == 1 {
            let at = Span {
                start: end.start,
                end: end.start,
            };
            let id = self.add(
                Kind::Scalar(Characters::Source(at), Style::Plain),
                at,
                None,
                Weight::default(),
            );
            self.pending.push(id);
        }
        let start = small(self.tree.links.len());
        let children = self.pending.split_off(first);
        let mut weight = Weight {
            nodes: 1,
            aliases: 0,
            depth: 0,
        };
        for child in &children {
            let child = self.weights[child.index()];
            weight.nodes = weight.nodes.saturating_add(child.nodes);
            weight.aliases = weight.aliases.saturating_add(child.aliases);
            weight.depth = weight.depth.max(child.depth);
        }
        weight.depth += 1;
        self.weights[node.index()] = weight;
        let span = self.tree.span(node);
        let whole = match (flow, children.first(), children.last()) {
            (false, Some(first), Some(last)) => {
                let head = self.tree.span_with_tag(*first);
                Span {
                    start: span.start.min(head.start),
                    end: self.tree.span(*last).end,
                }
            }
            (false, ..) => Span {
                start: span.start,
                end: span.start,
            },
            (true, ..) => span.to(end),
        };
        let links = Links {
            start,
            len: small(children.len()),
        };
        let merges = mapping
            && children
                .chunks(2)
                .any(|pair| self.tree.is_merge_key(pair[0]));
        self.tree.links.extend(&children);
        let closed = &mut self.tree.nodes[node.index()];
        closed.span = whole;
        closed.kind = if mapping {
            Kind::Mapping(links, merges)
        } else {
            Kind::Sequence(links)
        };
        if mapping {
            self.check_keys(&children);
        }
        self.place(node);
    }

    /// Another name for `target`, if that node has ended already.
    pub(crate) fn alias(&mut self, target: NodeId, span: Span) {
        if self.open.iter().any(|open| open.node == target) {
            self.findings.error(
                "recursive_alias",
                span,
                "this alias stands for a node that contains it; move the anchor inside",
            );
            self.nothing(span);
            return;
        }
        let mut weight = self.weights[target.index()];
        weight.aliases = weight.aliases.saturating_add(1);
        self.aliases = self.aliases.saturating_add(weight.aliases);
        self.aliased = self.aliased.saturating_add(weight.nodes);
        let depth = weight.depth.saturating_add(small(self.open.len()));
        if self.tree.follow
            && (self.aliases > MAX_ALIASES || self.aliased > MAX_ALIASED_NODES || depth > MAX_DEPTH)
        {
            self.tree.follow = false;
            self.findings.error(
                "too_many_aliases",
                span,
                "aliases up to here stand for more than is read; write out what is needed instead",
            );
        }
        let id = self.add(Kind::Alias(target), span, None, weight);
        self.place(id);
    }

    /// Ends everything that is open, as at a syntax error, and gives the tree.
    pub(crate) fn finish(mut self, at: Span) -> Tree<'t> {
        while !self.open.is_empty() {
            self.close(at);
        }
        self.tree
    }

    fn check_keys(&mut self, children: &[NodeId]) {
        let mut names: Vec<(&str, NodeId)> = Vec::with_capacity(children.len() / 2);
        for pair in children.chunks(2) {
            let [key, value] = pair else { continue };
            match self.tree.scalar(*key) {
                Some(name) => names.push((name, *key)),
                None => self.findings.error(
                    "key_not_scalar",
                    self.tree.span(*key),
                    "a key is one word or text, not a list or map; if this should be a template, \
                     put it in quotes",
                ),
            }
            if self.tree.is_merge_key(*key) && !self.merges(*value) {
                self.findings.error(
                    "merge_not_a_map",
                    self.tree.span(*value),
                    "`<<` takes a map or a list of maps, usually an alias such as `*defaults`",
                );
            }
        }
        // Stable, so that of equal names the first written stays first.
        names.sort_by_key(|(name, _)| *name);
        let mut first = None;
        for (name, key) in names {
            match first {
                Some((known, original)) if known == name => {
                    let line = self.findings.line(self.tree.span(original));
                    self.findings.error(
                        "duplicate_key",
                        self.tree.span(key),
                        format_args!(
                            "the key {} is already on line {line}; remove or rename one of them",
                            shown(name)
                        ),
                    );
                }
                _ => first = Some((name, key)),
            }
        }
    }

    fn merges(&self, value: NodeId) -> bool {
        let map = |id: &NodeId| {
            matches!(
                self.tree.node(self.tree.resolve(*id)).kind,
                Kind::Mapping(..)
            )
        };
        match self.tree.node(self.tree.resolve(value)).kind {
            Kind::Mapping(..) => true,
            Kind::Sequence(links) => self.tree.run(links).iter().all(map),
            Kind::Scalar(..) | Kind::Alias(_) => false,
        }
    }
}
