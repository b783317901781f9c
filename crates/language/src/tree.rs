//! The text as a tree of nodes, each with its place.
//!
//! Nodes lie in one arena and know each other by number, so nothing here recurses and nothing is
//! copied: an alias is a node that points at the node it stands for.

mod build;
mod complaints;
mod entries;
mod scalar;

pub use entries::Entries;
pub use scalar::ScalarType;

pub(crate) use build::Builder;

use crate::diagnostic::Diagnostic;
use crate::findings::Findings;
use crate::text::Span;

/// The number of a node in its tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: it may mean a number, a boolean or nothing at all.
    Plain,
    /// In single or double quotes: always text.
    Quoted,
    /// After `|` or `>`: always text.
    Block,
}

/// Where a scalar's characters are: in the source as they stand, or, after escapes and folding,
/// in a list of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Characters {
    Source(Span),
    Own(u32),
}

/// A run of `Tree::links`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Links {
    start: u32,
    len: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Scalar(Characters, Style),
    Sequence(Links),
    /// Keys and values alternate; `true` when one of the keys is `<<`.
    Mapping(Links, bool),
    Alias(NodeId),
}

/// What a node is, with its children.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content<'a> {
    /// One value, after escapes and folding.
    Scalar(&'a str, Style),
    /// A list.
    Sequence(&'a [NodeId]),
    /// A map; see [`Tree::entries`] for what it holds.
    Mapping,
    /// Another name for a node that was written earlier.
    Alias(NodeId),
}

#[derive(Debug)]
struct Node {
    kind: Kind,
    span: Span,
    /// Place in `Tree::tags`, plus one.
    tag: u32,
}

/// A tag as the text has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Resolved: `!Secret`, or `tag:yaml.org,2002:str` for `!!str`.
    pub name: String,
    /// Where it is written.
    pub span: Span,
}

/// A node that other places refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// The node that carries it.
    pub node: NodeId,
    /// Where it is written, with its `&`.
    pub span: Span,
}

/// A document. What is missing because of a syntax error is simply not in it.
#[derive(Debug)]
pub struct Tree<'t> {
    text: &'t str,
    nodes: Vec<Node>,
    links: Vec<NodeId>,
    own: Vec<String>,
    tags: Vec<Tag>,
    anchors: Vec<Anchor>,
    root: Option<NodeId>,
    follow: bool,
}

/// Reads YAML and nothing more: the tree, and what is wrong with the YAML.
pub fn parse(text: &str) -> (Tree<'_>, Vec<Diagnostic>) {
    let mut findings = Findings::new(text);
    let parsed = crate::parse::parse(text, &mut findings);
    (parsed.tree, findings.finish())
}

impl<'t> Tree<'t> {
    /// The text it was read from.
    pub fn source(&self) -> &'t str {
        self.text
    }

    /// The outermost node; none in an empty document.
    pub fn root(&self) -> Option<NodeId> {
        self.root
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Whether aliases may be followed: not when they stand for more than anybody could read.
    pub fn follows_aliases(&self) -> bool {
        self.follow
    }

    /// Every anchor, in the order of the text.
    pub fn anchors(&self) -> &[Anchor] {
        &self.anchors
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    fn run(&self, links: Links) -> &[NodeId] {
        &self.links[links.start as usize..][..links.len as usize]
    }

    fn characters(&self, characters: Characters) -> &str {
        match characters {
            Characters::Source(span) => &self.text[span.range()],
            Characters::Own(at) => &self.own[at as usize],
        }
    }

    /// What the node is.
    pub fn content(&self, id: NodeId) -> Content<'_> {
        match self.node(id).kind {
            Kind::Scalar(characters, style) => Content::Scalar(self.characters(characters), style),
            Kind::Sequence(links) => Content::Sequence(self.run(links)),
            Kind::Mapping(..) => Content::Mapping,
            Kind::Alias(target) => Content::Alias(target),
        }
    }

    /// What is written directly in a list or a map, keys and values alternating.
    pub(crate) fn children(&self, id: NodeId) -> &[NodeId] {
        match self.node(id).kind {
            Kind::Sequence(links) | Kind::Mapping(links, _) => self.run(links),
            Kind::Scalar(..) | Kind::Alias(_) => &[],
        }
    }

    /// The node an alias stands for if aliases may be followed, or else the node itself.
    pub fn resolve(&self, id: NodeId) -> NodeId {
        match self.node(id).kind {
            Kind::Alias(target) if self.follow => target,
            _ => id,
        }
    }

    /// Where the node's content is, without its tag and anchor.
    pub fn span(&self, id: NodeId) -> Span {
        self.node(id).span
    }

    /// Where the node is, with its tag.
    pub fn span_with_tag(&self, id: NodeId) -> Span {
        let span = self.span(id);
        self.tag(id).map_or(span, |tag| tag.span.to(span))
    }

    /// As much of a node as stands on its first line: nobody wants half a page underlined.
    pub fn first_line(&self, id: NodeId) -> Span {
        let span = self.span_with_tag(id);
        let text = self.text.get(span.range()).unwrap_or_default();
        let line = text
            .split(['\n', '\r'])
            .next()
            .unwrap_or_default()
            .trim_end();
        Span::new(span.start as usize, span.start as usize + line.len())
    }

    /// The node's tag.
    pub fn tag(&self, id: NodeId) -> Option<&Tag> {
        self.tags.get((self.node(id).tag as usize).checked_sub(1)?)
    }

    /// The scalar's text, through an alias too; none for lists and maps.
    pub fn scalar(&self, id: NodeId) -> Option<&str> {
        match self.content(self.resolve(id)) {
            Content::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// Where the scalar's characters stand in the source one by one, if they do. With escapes or
    /// folded lines they do not.
    pub fn verbatim(&self, id: NodeId) -> Option<Span> {
        match self.node(id).kind {
            Kind::Scalar(Characters::Source(span), _) => Some(span),
            _ => None,
        }
    }

    /// The type a scalar has by YAML's rules, through an alias too; none for lists and maps.
    pub fn scalar_type(&self, id: NodeId) -> Option<ScalarType> {
        let id = self.resolve(id);
        match self.content(id) {
            Content::Scalar(text, style) => Some(scalar::scalar_type(
                text,
                style,
                self.tag(id).map(|tag| tag.name.as_str()),
            )),
            _ => None,
        }
    }

    /// Whether the node is there only in name: `key:`, `~` or `null`.
    pub fn is_null(&self, id: NodeId) -> bool {
        self.scalar_type(id) == Some(ScalarType::Null)
    }
}
