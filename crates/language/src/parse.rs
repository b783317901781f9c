//! From text to tree. The only file that knows the YAML library: its events go in, our nodes
//! come out.

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, StructureStyle, options};

use crate::characters;
use crate::diagnostic::Findings;
use crate::limits::{MAX_NESTING, MAX_NODES, MAX_TEXT};
use crate::syntax::{self, Trouble};
use crate::text::Span;
use crate::tree::{Builder, NodeId, Style, Tag, Tree};

/// What could be read.
pub(crate) struct Parsed<'t> {
    pub(crate) tree: Tree<'t>,
    /// Whether that is everything: no limit and no syntax error ended it early.
    pub(crate) complete: bool,
}

/// Reads the first document of the text.
pub(crate) fn parse<'t>(text: &'t str, findings: &mut Findings<'t>) -> Parsed<'t> {
    if text.len() > MAX_TEXT {
        findings.error(
            "too_large",
            Span::default(),
            "the text is larger than 256 KiB and is not read; split the workflow, or move scripts \
                     to `inputFile`",
        );
        return Parsed {
            tree: Builder::new(text, findings).finish(Span::default()),
            complete: false,
        };
    }
    if !characters::check(text, findings) {
        return Parsed {
            tree: Builder::new(text, findings).finish(Span::default()),
            complete: false,
        };
    }
    let options = options! {
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        emit_comments: false,
        flow_nesting_limit: MAX_NESTING,
        block_nesting_limit: MAX_NESTING,
    };
    let mut reader = Reader {
        text,
        builder: Builder::new(text, findings),
        anchors: Vec::new(),
        names: Vec::new(),
        last: None,
        documents: 0,
    };
    let mut complete = true;
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, span)) => {
                if !reader.take(event, &span) {
                    break;
                }
                if reader.builder.is_full() {
                    complete = false;
                    let at = reader.span(&span);
                    reader.builder.findings().error(
                        "too_many_values",
                        at,
                        format_args!(
                            "there are more than {MAX_NODES} values; what follows is not read"
                        ),
                    );
                    break;
                }
            }
            Err(error) => {
                complete = false;
                reader.complain(&error);
                break;
            }
        }
    }
    let tree = reader.builder.finish(Span::new(text.len(), text.len()));
    complete &= tree.follows_aliases();
    Parsed { tree, complete }
}

struct Reader<'t, 'f> {
    text: &'t str,
    builder: Builder<'t, 'f>,
    /// The node of each anchor, by the library's number.
    anchors: Vec<Option<NodeId>>,
    names: Vec<String>,
    last: Option<NodeId>,
    documents: u32,
}

impl<'t> Reader<'t, '_> {
    fn span(&self, span: &granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or_default();
        Span::new(
            range.start.min(self.text.len()),
            range.end.min(self.text.len()),
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
                        "multiple_documents",
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
                let flow = style == StructureStyle::Flow;
                let node = self.builder.open(false, flow, span, tag);
                self.define(anchor, node);
            }
            Event::MappingStart(style, anchor, tag) => {
                let tag = self.tag(tag.as_deref(), at);
                let flow = style == StructureStyle::Flow;
                let node = self.builder.open(true, flow, span, tag);
                self.define(anchor, node);
            }
            Event::SequenceEnd | Event::MappingEnd => self.builder.close(span),
            Event::Anchor(_, name) => {
                if let Some(node) = self.last {
                    self.builder.anchor(node, span);
                }
                self.names.push(name.into_owned());
            }
            Event::Alias(anchor) => match self.anchors.get(anchor).copied().flatten() {
                Some(target) => self.builder.alias(target, span),
                None => self.builder.nothing(span),
            },
            Event::UnresolvedAlias(name) => {
                let names = &self.names;
                let findings = self.builder.findings();
                let guess = findings.guess(&name, names.iter().map(String::as_str));
                findings.error(
                    "unknown_anchor",
                    span,
                    format_args!("no anchor `&{name}` stands before this alias{guess}"),
                );
                self.builder.nothing(span);
            }
            _ => {}
        }
        true
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

    fn complain(&mut self, error: &ScanError) {
        let at = error.marker().byte_offset().unwrap_or(self.text.len());
        let at = self.text.floor_char_boundary(at.min(self.text.len()));
        syntax::complain(
            self.text,
            at,
            trouble(error.kind()),
            self.builder.findings(),
        );
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
