//! Builds the tree from the bottom up, and finds what only shows while building: keys that occur
//! twice, aliases that stand for too much, nodes inside themselves.

use super::complaints;
use super::{Anchor, Characters, Kind, Links, Node, NodeId, ScalarType, Style, Tag, Tree};
use crate::code::Code;
use crate::diagnostic::{Severity, shown};
use crate::findings::Findings;
use crate::limits::{MAX_ALIASED_BYTES, MAX_ALIASED_NODES, MAX_ALIASES, MAX_DEPTH, MAX_NODES};
use crate::recovery::Opened;
use crate::repair::Repair;
use crate::text::{Span, small};

/// What a node amounts to when every alias in it is followed.
#[derive(Clone, Copy, Default)]
struct Weight {
    nodes: u32,
    /// Of its scalars.
    bytes: u32,
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
    aliased_bytes: u32,
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
            aliased_bytes: 0,
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
            bytes: small(value.len()),
            ..Weight::default()
        };
        let id = self.add(Kind::Scalar(characters, style), span, tag, weight);
        complaints::tag_misfit(&self.tree, id, self.findings);
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

    /// Notes an anchor down and gives its number.
    pub(crate) fn anchor(&mut self, node: NodeId, span: Span) -> usize {
        self.tree.anchors.push(Anchor { node, span });
        self.tree.anchors.len() - 1
    }

    /// The node of an anchor.
    pub(crate) fn anchored(&self, anchor: usize) -> NodeId {
        self.tree.anchors[anchor].node
    }

    /// Complains about an alias without an anchor.
    pub(crate) fn unknown_anchor(&mut self, name: &str, span: Span) {
        let text = self.tree.text;
        let anchors = self.tree.anchors.iter();
        let names = anchors.filter_map(|anchor| text.get(anchor.span.range())?.strip_prefix('&'));
        let guess = self.findings.guess(name, names);
        self.findings.add(
            Severity::Error,
            Code::UnknownAnchor,
            span,
            format_args!("no anchor `&{name}` stands before this alias{guess}"),
            guess
                .found
                .map(|found| Repair::replace(span, &format!("*{found}"))),
        );
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
            ..Weight::default()
        };
        for child in &children {
            let child = self.weights[child.index()];
            weight.nodes = weight.nodes.saturating_add(child.nodes);
            weight.bytes = weight.bytes.saturating_add(child.bytes);
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
                Code::RecursiveAlias,
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
        self.aliased_bytes = self.aliased_bytes.saturating_add(weight.bytes);
        let depth = weight.depth.saturating_add(small(self.open.len()));
        let too_many = self.aliases > MAX_ALIASES
            || self.aliased > MAX_ALIASED_NODES
            || self.aliased_bytes > MAX_ALIASED_BYTES;
        if self.tree.follow && (too_many || depth > MAX_DEPTH) {
            self.tree.follow = false;
            self.findings.error(
                Code::TooManyAliases,
                span,
                "aliases up to here stand for more than is read; write out what is needed instead",
            );
        }
        let id = self.add(Kind::Alias(target), span, None, weight);
        self.place(id);
    }

    /// What is open, for finding a way to go on.
    pub(crate) fn opened(&self) -> Opened {
        let outermost = self.open.first();
        let lines = match outermost {
            Some(open) => !open.flow && self.is_mapping(open.node),
            None => self.tree.root.is_none(),
        };
        let list = self
            .open
            .get(1)
            .filter(|open| lines && !open.flow && !self.is_mapping(open.node));
        Opened {
            lines,
            indent: list.and_then(|list| self.indent(list)),
            bracket: self
                .open
                .iter()
                .find(|open| open.flow)
                .map(|open| self.tree.span(open.node).start as usize),
        }
    }

    fn is_mapping(&self, node: NodeId) -> bool {
        matches!(self.tree.node(node).kind, Kind::Mapping(..))
    }

    /// How far the dashes of a list are indented.
    fn indent(&self, list: &Open) -> Option<usize> {
        let inside = self.pending.get(list.first).copied();
        let first = inside
            .or_else(|| self.open.get(2).map(|open| open.node))
            .unwrap_or(list.node);
        let start = self.tree.span_with_tag(first).start as usize;
        let text = self.tree.text;
        let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
        let line = text[line..].split('\n').next().unwrap_or_default();
        let indent = line.len() - line.trim_start_matches(' ').len();
        line[indent..].starts_with("- ").then_some(indent)
    }

    /// From where on nothing that is open can be trusted to be whole; what stands before it in
    /// the top map, or also in the list under its last key, can.
    pub(crate) fn untouched(&self, in_list: bool) -> usize {
        let kept = if in_list { 2 } else { 1 };
        if let Some(open) = self.open.get(kept) {
            return self.tree.span_with_tag(open.node).start as usize;
        }
        let Some(innermost) = self.open.last() else {
            return 0;
        };
        let children = &self.pending[innermost.first..];
        let lone_key = self.is_mapping(innermost.node) && children.len() % 2 == 1;
        match children.last() {
            Some(last) if lone_key => self.tree.span(*last).start as usize,
            Some(last) => self.tree.span(*last).end as usize,
            None => self.tree.span(innermost.node).start as usize,
        }
    }

    /// Ends everything inside the outermost `kept` lists and maps, so that one more can follow;
    /// `false` when nothing is open at all.
    pub(crate) fn abandon(&mut self, kept: usize, at: Span) -> bool {
        while self.open.len() > kept {
            self.close(at);
        }
        if let Some(open) = self.open.last() {
            let lone_key = self.is_mapping(open.node) && (self.pending.len() - open.first) % 2 == 1;
            if lone_key {
                self.nothing(at);
            }
        }
        !self.open.is_empty()
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
                Some(name) => {
                    complaints::tag_on_key(&self.tree, *key, self.findings);
                    if self.tree.scalar_type(*key) != Some(ScalarType::Text) {
                        complaints::key_not_text(&self.tree, *key, self.findings);
                    }
                    names.push((name, *key));
                }
                // An alias that is not followed any more may well be one.
                None if !self.tree.follow => {}
                None => self.findings.error(
                    Code::KeyNotScalar,
                    self.tree.span(*key),
                    "a key is one word or text, not a list or map; if this should be a template, \
                     put it in quotes",
                ),
            }
            if self.tree.follow && self.tree.is_merge_key(*key) {
                complaints::merge(&self.tree, *value, self.findings);
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
                        Code::DuplicateKey,
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
}
