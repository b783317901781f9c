//! From text to tree. The only file that knows the YAML library: its events go in, our nodes
//! come out.

use std::collections::HashMap;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, StructureStyle, options};

use crate::characters;
use crate::code::Code;
use crate::findings::Findings;
use crate::limits::{MAX_NESTING, MAX_NODES, MAX_TEXT};
use crate::recovery::{Piece, Recovery};
use crate::syntax::{self, Trouble};
use crate::text::Span;
use crate::tree::{Builder, NodeId, Style, Tag, Tree};

/// What could be read.
pub(crate) struct Parsed<'t> {
    pub(crate) tree: Tree<'t>,
    /// Whether that is everything: no limit and no syntax error cut something out.
    pub(crate) complete: bool,
    /// What was cut out. Nothing can be said about these stretches.
    pub(crate) broken: Vec<Span>,
}

/// Reads the first document of the text.
pub(crate) fn parse<'t>(text: &'t str, findings: &mut Findings<'t>) -> Parsed<'t> {
    let whole = Span::new(0, text.len());
    if text.len() > MAX_TEXT {
        findings.error(
            Code::TooLarge,
            Span::default(),
            "the text is larger than 256 KiB and is not read; split the workflow, or move scripts \
                     to `inputFile`",
        );
    }
    if text.len() > MAX_TEXT || !characters::check(text, findings) {
        return Parsed {
            tree: Builder::new(text, findings).finish(Span::default()),
            complete: false,
            broken: vec![whole],
        };
    }
    let mut reader = Reader {
        text,
        builder: Builder::new(text, findings),
        anchors: Vec::new(),
        names: HashMap::new(),
        last: None,
        documents: 0,
        base: 0,
        joining: None,
        depth: 0,
    };
    let mut broken = reader.read_pieces();
    let tree = reader.builder.finish(Span::new(text.len(), text.len()));
    if !tree.follows_aliases() {
        broken = vec![whole];
    }
    Parsed {
        tree,
        complete: broken.is_empty(),
        broken,
    }
}

/// How reading a piece ended.
enum End {
    /// With the piece.
    Whole,
    /// There is no room for more values.
    Full,
    Trouble(usize, Trouble),
}

struct Reader<'t, 'f> {
    text: &'t str,
    builder: Builder<'t, 'f>,
    /// The node of each anchor, by the library's number, which counts within a piece.
    anchors: Vec<Option<NodeId>>,
    /// The number of the last anchor with a name in the tree, for aliases in later pieces.
    names: HashMap<String, usize>,
    last: Option<NodeId>,
    documents: u32,
    /// Where the piece begins in the text.
    base: usize,
    /// Set while a piece is read behind trouble: whether its outermost map or list, which goes
    /// on with one that is open already, has begun.
    joining: Option<bool>,
    /// Lists and maps that began in this piece.
    depth: u32,
}

impl<'t> Reader<'t, '_> {
    /// Reads what can be read, going on behind trouble, and gives the stretches that cannot.
    fn read_pieces(&mut self) -> Vec<Span> {
        let mut recovery = Recovery::new(self.text);
        let mut broken = Vec::new();
        let mut piece = Piece {
            range: 0..self.text.len(),
            list: false,
        };
        loop {
            let next = match self.read(&piece) {
                End::Whole => recovery.after(&piece),
                End::Full => {
                    broken.push(Span::new(0, self.text.len()));
                    None
                }
                End::Trouble(at, trouble) => {
                    let opened = self.builder.opened();
                    recovery.spend(&piece, at, trouble);
                    let (at, trouble) = match recovery.cause(at, &opened) {
                        Some(bracket) => (bracket, self.unclosed(bracket)),
                        None => (at, trouble),
                    };
                    syntax::complain(
                        self.text,
                        at,
                        trouble,
                        opened.bracket,
                        self.builder.findings(),
                    );
                    let next = recovery.behind(at, trouble, &opened);
                    let from = self.builder.untouched(opened.indent.is_some());
                    let to = next
                        .as_ref()
                        .map_or(self.text.len(), |next| next.range.start);
                    broken.push(Span::new(from.min(at), to));
                    next
                }
            };
            match next {
                Some(next) => piece = next,
                None => return broken,
            }
            let open = if piece.list { 2 } else { 1 };
            let from = Span::new(piece.range.start, piece.range.start);
            self.joining = self.builder.abandon(open, from).then_some(false);
        }
    }

    fn read(&mut self, piece: &Piece) -> End {
        self.base = piece.range.start;
        self.documents = 0;
        self.depth = 0;
        self.anchors.clear();
        let options = options! {
            emit_unresolved_aliases: true,
            emit_anchor_events: true,
            emit_comments: false,
            flow_nesting_limit: MAX_NESTING,
            block_nesting_limit: MAX_NESTING,
        };
        let text = &self.text[piece.range.clone()];
        for event in Parser::new_from_str_with_options(text, options) {
            match event {
                Ok((event, span)) => {
                    if !self.take(event, &span) {
                        break;
                    }
                    if self.builder.is_full() {
                        let at = self.span(&span);
                        self.builder.findings().error(
                            Code::TooManyValues,
                            at,
                            format_args!(
                                "there are more than {MAX_NODES} values; what follows is not read"
                            ),
                        );
                        return End::Full;
                    }
                }
                Err(error) => {
                    let at = error.marker().byte_offset().unwrap_or(text.len());
                    let at = self
                        .text
                        .floor_char_boundary((self.base + at).min(self.text.len()));
                    return End::Trouble(at, trouble(error.kind()));
                }
            }
        }
        End::Whole
    }

    fn span(&self, span: &granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or_default();
        Span::new(
            (self.base + range.start).min(self.text.len()),
            (self.base + range.end).min(self.text.len()),
        )
    }

    fn tag(&self, tag: Option<&granit_parser::Tag>, span: &granit_parser::Span) -> Option<Tag> {
        let (handle, suffix) = tag?.parts();
        let span = span
            .tag_span()
            .map(|span| self.span(&span))
            .unwrap_or_default();
        Some(Tag {
            name: format!("{handle}{suffix}"),
            span,
        })
    }

    fn define(&mut self, anchor: usize, node: NodeId) {
        self.last = Some(node);
        if anchor > 0 {
            if self.anchors.len() <= anchor {
                self.anchors.resize(anchor + 1, None);
            }
            self.anchors[anchor] = Some(node);
        }
    }

    /// Takes one event; `false` when the rest is not ours.
    fn take(&mut self, event: Event<'t>, at: &granit_parser::Span) -> bool {
        let span = self.span(at);
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.builder.findings().warning(
                        Code::MultipleDocuments,
                        span,
                        "only the first document is read; everything from this `---` on is ignored",
                    );
                    return false;
                }
            }
            Event::Scalar(value, style, anchor, tag) => {
                let tag = self.tag(tag.as_deref(), at);
                let node = self.scalar(&value, style, span, tag);
                self.define(anchor, node);
            }
            Event::SequenceStart(style, anchor, tag) => {
                let tag = self.tag(tag.as_deref(), at);
                self.open(false, style, span, tag, anchor);
            }
            Event::MappingStart(style, anchor, tag) => {
                let tag = self.tag(tag.as_deref(), at);
                self.open(true, style, span, tag, anchor);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if self.depth > 0 {
                    self.depth -= 1;
                    self.builder.close(span);
                }
            }
            Event::Anchor(_, name) => {
                if let Some(node) = self.last {
                    let anchor = self.builder.anchor(node, span);
                    self.names.insert(name.into_owned(), anchor);
                }
            }
            Event::Alias(anchor) => match self.anchors.get(anchor).copied().flatten() {
                Some(target) => self.builder.alias(target, span),
                None => self.builder.nothing(span),
            },
            Event::UnresolvedAlias(name) => self.unresolved(&name, span),
            _ => {}
        }
        true
    }

    fn open(
        &mut self,
        mapping: bool,
        style: StructureStyle,
        span: Span,
        tag: Option<Tag>,
        anchor: usize,
    ) {
        if self.joining == Some(false) {
            self.joining = Some(true);
            return;
        }
        self.depth += 1;
        let flow = style == StructureStyle::Flow;
        let node = self.builder.open(mapping, flow, span, tag);
        self.define(anchor, node);
    }

    /// An alias whose anchor does not stand in front of it in this piece.
    fn unresolved(&mut self, name: &str, span: Span) {
        if let Some(anchor) = self.names.get(name) {
            let target = self.builder.anchored(*anchor);
            return self.builder.alias(target, span);
        }
        // Behind trouble the anchor may have been in what could not be read.
        if self.base == 0 {
            self.builder.unknown_anchor(name, span);
        }
        self.builder.nothing(span);
    }

    fn scalar(&mut self, value: &str, style: ScalarStyle, span: Span, tag: Option<Tag>) -> NodeId {
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
            _ => Style::Block,
        };
        // The library says `~` where nothing is written, and gives a block scalar that the end
        // of the text cuts off a line end that is not there.
        let value = match style {
            Style::Plain if span.start == span.end => "",
            Style::Block if !self.text.ends_with(['\n', '\r']) && self.ends_text(span) => {
                value.strip_suffix('\n').unwrap_or(value)
            }
            _ => value,
        };
        let span = self.trimmed(span, style);
        let inner = span.start as usize + usize::from(style == Style::Quoted);
        let source = (style != Style::Block)
            .then(|| inner..inner + value.len())
            // Of `'a'''''` the beginning looks like the value, too.
            .filter(|range| style == Style::Plain || range.end + 1 == span.end as usize)
            .filter(|range| self.text.get(range.clone()) == Some(value))
            .map(|range| Span::new(range.start, range.end));
        self.builder.scalar(value, source, style, span, tag)
    }

    fn ends_text(&self, span: Span) -> bool {
        self.text
            .get(span.end as usize..)
            .is_none_or(|rest| rest.trim().is_empty())
    }

    /// A block scalar reaches to the next token; what people see ends with its last character.
    fn trimmed(&self, span: Span, style: Style) -> Span {
        let inside = self.text.get(span.range()).unwrap_or_default();
        match style {
            Style::Block => Span::new(
                span.start as usize,
                span.start as usize + inside.trim_end().len(),
            ),
            Style::Plain | Style::Quoted => span,
        }
    }

    fn unclosed(&self, bracket: usize) -> Trouble {
        Trouble::Unclosed(if self.text[bracket..].starts_with('{') {
            '{'
        } else {
            '['
        })
    }
}

/// The library's complaint as ours.
fn trouble(kind: &ErrorKind) -> Trouble {
    use ErrorKind as E;
    match kind {
        E::RecursionLimitExceeded => Trouble::TooDeep,
        E::UnclosedQuotedScalar | E::DocumentIndicatorInQuotedScalar => Trouble::UnclosedQuote,
        E::InvalidQuotedScalarIndent => Trouble::LineInQuote,
        E::UnclosedFlowCollection { open } => Trouble::Unclosed(*open),
        E::UnexpectedEofFlowSequence | E::ExpectedFlowSequenceSeparator => Trouble::List,
        E::UnexpectedEofFlowMapping
        | E::UnexpectedEofImplicitFlowMapping
        | E::ExpectedFlowMappingSeparator => Trouble::Map,
        E::MismatchedFlowCollectionEnd { open, close } => Trouble::WrongBracket(*open, *close),
        E::MisplacedFlowCollectionEnd => Trouble::StrayBracket,
        E::TabNotAllowed
        | E::TabInBlockIndentation
        | E::TabAtBlockScalarStart
        | E::TabInIndentation
        | E::TabInPlainScalar => Trouble::Tab,
        E::InvalidIndentation
        | E::InvalidBlockScalarIndent
        | E::InvalidFlowScalarIndent
        | E::ExpectedBlockMappingKey
        | E::ExpectedBlockSequenceEntry
        | E::ExpectedDocumentStart
        | E::BlockSequenceEntryNotAllowed => Trouble::Indentation,
        E::MappingValueNotAllowed | E::InvalidColonPlacement | E::MappingKeyNotAllowed => {
            Trouble::Colon
        }
        E::SimpleKeyExpected | E::InvalidSimpleKey => Trouble::NoColon,
        E::UnexpectedCharacter { character } => Trouble::Character(*character),
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => {
            Trouble::AfterQuote
        }
        E::UnknownQuotedScalarEscape
        | E::InvalidQuotedScalarHexEscape
        | E::InvalidLowSurrogateHexEscape
        | E::InvalidLowSurrogate
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate
        | E::InvalidUnicodeEscape => Trouble::Escape,
        E::UndeclaredTagHandle
        | E::InvalidTagTerminator
        | E::ExpectedTagBang
        | E::InvalidGlobalTagCharacter
        | E::MissingTagUri
        | E::UnclosedVerbatimTag
        | E::InvalidTagEscape
        | E::InvalidTagUtf8LeadingByte
        | E::InvalidTagUtf8TrailingByte
        | E::InvalidTagUtf8 => Trouble::Tag,
        E::MissingAnchorOrAliasName => Trouble::AnchorName,
        E::CommentNotSeparated | E::CommentInterceptedScalar => Trouble::Comment,
        E::ZeroBlockScalarIndent | E::InvalidBlockScalarHeader => Trouble::BlockHeader,
        E::BomInsideDocument => Trouble::ByteOrderMark,
        other => rare(other),
    }
}

/// Complaints about lines that begin with `%`, which no workflow needs, and everything else.
fn rare(kind: &ErrorKind) -> Trouble {
    use ErrorKind as E;
    match kind {
        E::DirectiveDisallowed
        | E::DuplicateVersionDirective
        | E::UnsupportedYamlMajorVersion
        | E::DuplicateTagDirective
        | E::ExpectedTagDirectiveBang
        | E::MissingDocumentEndBeforeDirective
        | E::InvalidDirectiveTerminator
        | E::MissingYamlVersionSeparator
        | E::MissingDirectiveName
        | E::InvalidDirectiveName
        | E::DirectiveByteLimitExceeded { .. }
        | E::TooManyReservedDirectiveParams { .. }
        | E::YamlVersionTooLong
        | E::MissingYamlVersion
        | E::InvalidTagDirectiveTerminator => Trouble::Directive,
        _ => Trouble::Other,
    }
}
