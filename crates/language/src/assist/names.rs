//! Every name in a text that means something elsewhere in it, with its place.

use super::parts::{Parts, items};
use super::template::{self, Chain, Word};
use super::written::{Notation, Written};
use crate::aligned::Aligned;
use crate::text::Span;
use crate::tree::{Content, NodeId, Tree};

/// What a name means.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Symbol {
    Step(String),
    Trigger(String),
    Parameter(String),
    Secret(String),
    /// Type and name.
    Connection(String, String),
    /// The step it comes from, and its name.
    Output(String, String),
    /// The node that an anchor stands at.
    Anchor(NodeId),
}

/// How a name is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// It is a scalar of its own.
    Scalar(Notation),
    /// It is a word in a template of this scalar.
    Word {
        scalar: NodeId,
        notation: Notation,
        quote: Option<char>,
        bracket: bool,
    },
    /// It says more about the name beside it, as the type of a connection does; or it stands
    /// where no other name can be put.
    Fixed,
}

/// A name in the text.
#[derive(Debug, Clone)]
pub(super) struct Occurrence {
    pub(super) symbol: Symbol,
    /// With its quotes.
    pub(super) span: Span,
    pub(super) shape: Shape,
    /// Whether this is where the thing is declared.
    pub(super) declares: bool,
}

/// All names, in the order of the text.
pub(super) fn read(tree: &Tree<'_>, parts: &Parts) -> Vec<Occurrence> {
    let mut reader = Reader {
        tree,
        found: Vec::new(),
        seen: vec![false; tree.len()],
        waiting: Vec::new(),
    };
    for (key, _) in &parts.parameters {
        reader.scalar(*key, true, Symbol::Parameter);
    }
    for step in &parts.steps {
        if let Some(name) = step.name {
            reader.scalar(name, true, Symbol::Step);
        }
        match tree.get(step.node, "dependsOn") {
            Some(id) if matches!(tree.content(tree.resolve(id)), Content::Scalar(..)) => {
                reader.scalar(id, false, Symbol::Step);
            }
            list => {
                for item in items(tree, list) {
                    reader.scalar(*item, false, Symbol::Step);
                }
            }
        }
        reader.values(step.node, &["spec", "env", "when"]);
    }
    for trigger in &parts.triggers {
        if let Some(name) = trigger.name {
            reader.scalar(name, true, Symbol::Trigger);
        }
        reader.values(trigger.node, &["when"]);
        if let Some(source) = tree.get(trigger.node, "source") {
            reader.values(source, &["spec", "env"]);
        }
        if let Some(binding) = tree.get(trigger.node, "binding") {
            reader.values(binding, &["key", "parameters"]);
            if let Some(parameters) = tree.get(binding, "parameters") {
                for (key, _) in tree.entries(parameters) {
                    reader.scalar(key, false, Symbol::Parameter);
                }
            }
        }
    }
    // Values that aliases bring into steps are looked at where they are written.
    if let Some(locals) = parts.locals {
        reader.value(locals);
    }
    reader.anchors();
    let mut found = reader.found;
    found.sort_by_key(|one| one.span);
    found.dedup_by(|a, b| a.span == b.span && a.symbol == b.symbol);
    found
}

struct Reader<'a, 't> {
    tree: &'a Tree<'t>,
    found: Vec<Occurrence>,
    /// Whether a value has been looked at, by its number.
    seen: Vec<bool>,
    waiting: Vec<NodeId>,
}

impl Reader<'_, '_> {
    fn push(&mut self, symbol: Symbol, span: Span, shape: Shape, declares: bool) {
        self.found.push(Occurrence {
            symbol,
            span,
            shape,
            declares,
        });
    }

    /// A scalar that is a name as a whole.
    fn scalar(&mut self, id: NodeId, declares: bool, symbol: impl Fn(String) -> Symbol) {
        // Behind an alias the name is written where the anchor is.
        let id = self.tree.resolve(id);
        let (Some(name), Some(written)) = (self.tree.scalar(id), Written::of(self.tree, id)) else {
            return;
        };
        if !name.is_empty() && !name.contains("${") {
            let shape = Shape::Scalar(written.notation);
            self.push(symbol(name.to_owned()), self.tree.span(id), shape, declares);
        }
    }

    fn values(&mut self, of: NodeId, keys: &[&str]) {
        for key in keys {
            if let Some(value) = self.tree.get(of, key) {
                self.value(value);
            }
        }
    }

    /// Everything in a value that is evaluated.
    fn value(&mut self, id: NodeId) {
        self.waiting.push(id);
        while let Some(id) = self.waiting.pop() {
            let id = self.tree.resolve(id);
            if let Some(seen) = self.seen.get_mut(id.index())
                && !std::mem::replace(seen, true)
            {
                self.node(id);
            }
        }
    }

    fn node(&mut self, id: NodeId) {
        let tree = self.tree;
        let tag = tree.tag(id).map_or("", |tag| tag.name.as_str());
        match tree.content(id) {
            Content::Scalar(text, _) => {
                let templates = text.contains("${");
                match tag {
                    "!Secret" if !templates => self.scalar(id, false, Symbol::Secret),
                    "!Parameter" if !templates => self.scalar(id, false, Symbol::Parameter),
                    _ if templates => self.templates(id),
                    _ => {}
                }
            }
            Content::Sequence(items) => {
                let item = |at: usize| items.get(at).copied();
                self.reference(tag, item(0), item(1));
                self.waiting.extend(items);
            }
            Content::Mapping => {
                let get = |key: &str| tree.get(id, key);
                let word = get("$type").and_then(|word| tree.scalar(word));
                let kind = word.map(|word| format!("!{word}"));
                let (first, second) = match kind.as_deref().unwrap_or(tag) {
                    "!Connection" => (get("type"), get("name")),
                    "!Output" => (get("from").or_else(|| get("taskName")), get("name")),
                    "!Answer" => (get("askRef"), None),
                    _ => (get("name"), None),
                };
                self.reference(kind.as_deref().unwrap_or(tag), first, second);
                let values = tree.entries(id).map(|(_, value)| value);
                self.waiting.extend(values);
            }
            Content::Alias(_) => {}
        }
    }

    /// A tag or a `$type` map with its first and second field.
    fn reference(&mut self, tag: &str, first: Option<NodeId>, second: Option<NodeId>) {
        let Some(first) = first else { return };
        match tag {
            "!Secret" => self.scalar(first, false, Symbol::Secret),
            "!Parameter" => self.scalar(first, false, Symbol::Parameter),
            "!Answer" => self.scalar(first, false, Symbol::Step),
            "!Output" => {
                self.scalar(first, false, Symbol::Step);
                let step = self.literal(first);
                if let (Some(step), Some(name)) = (step, second) {
                    self.scalar(name, false, |name| Symbol::Output(step.clone(), name));
                    self.fix();
                }
            }
            "!Connection" => {
                let Some(second) = second else { return };
                if let (Some(kind), Some(name)) = (self.literal(first), self.literal(second)) {
                    self.scalar(first, false, |kind| Symbol::Connection(kind, name.clone()));
                    self.fix();
                    self.scalar(second, false, |name| Symbol::Connection(kind.clone(), name));
                }
            }
            _ => {}
        }
    }

    /// What was found last cannot be renamed.
    fn fix(&mut self) {
        if let Some(last) = self.found.last_mut() {
            last.shape = Shape::Fixed;
        }
    }

    fn literal(&self, id: NodeId) -> Option<String> {
        let text = self.tree.scalar(id)?;
        (!text.contains("${")).then(|| text.to_owned())
    }

    fn templates(&mut self, id: NodeId) {
        let tree = self.tree;
        let text = tree.scalar(id).filter(|text| text.contains("${"));
        let (Some(text), Some(written)) = (text, Written::of(tree, id)) else {
            return;
        };
        let aligned = Aligned::of(tree, id);
        for chain in template::read(text).chains {
            self.chain(&chain, id, written.notation, &aligned);
        }
    }

    fn chain(&mut self, chain: &Chain, scalar: NodeId, notation: Notation, aligned: &Aligned) {
        let word = |at: usize| chain.words.get(at);
        let (Some(root), Some(first)) = (word(0), word(1)) else {
            return;
        };
        let shape = |word: &Word| Shape::Word {
            scalar,
            notation,
            quote: word.quote,
            bracket: word.bracket,
        };
        let span = |word: &Word| aligned.span(&word.range);
        let name = first.name.clone();
        let symbol = match root.name.as_str() {
            "parameters" => Symbol::Parameter(name),
            "secrets" => Symbol::Secret(name),
            "outputs" => {
                if let Some(output) = word(2)
                    && let Some(span) = span(output)
                {
                    let symbol = Symbol::Output(name.clone(), output.name.clone());
                    self.push(symbol, span, Shape::Fixed, false);
                }
                Symbol::Step(name)
            }
            "steps" => Symbol::Step(name),
            "connections" => {
                let Some(second) = word(2) else { return };
                let symbol = Symbol::Connection(name, second.name.clone());
                if let (Some(kind), Some(name)) = (span(first), span(second)) {
                    self.push(symbol.clone(), kind, Shape::Fixed, false);
                    self.push(symbol, name, shape(second), false);
                }
                return;
            }
            _ => return,
        };
        if let Some(span) = span(first) {
            self.push(symbol, span, shape(first), false);
        }
    }

    /// Anchors, and the aliases that stand for them.
    fn anchors(&mut self) {
        let tree = self.tree;
        for anchor in tree.anchors() {
            self.push(Symbol::Anchor(anchor.node), anchor.span, Shape::Fixed, true);
        }
        if tree.anchors().is_empty() {
            return;
        }
        let mut waiting: Vec<NodeId> = tree.root().into_iter().collect();
        while let Some(id) = waiting.pop() {
            if let Content::Alias(target) = tree.content(id) {
                self.push(Symbol::Anchor(target), tree.span(id), Shape::Fixed, false);
            }
            waiting.extend(tree.children(id));
        }
    }
}
