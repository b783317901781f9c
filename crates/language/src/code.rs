//! The stable words of diagnostics, in the order of the alphabet. `docs/11-diagnostics.md` has an
//! example and a cure for each.

macro_rules! codes {
    ($($name:ident = $word:literal,)+) => {
        /// What a diagnostic is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Code {
            $($name,)+
        }

        impl Code {
            /// The word for programs.
            pub(crate) fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }
        }

        /// Every word that a diagnostic can carry as its code.
        pub const CODES: &[&str] = &[$($word,)+];
    };
}

codes! {
    BlockHeader = "block_header",
    Comment = "comment",
    ControlCharacter = "control_character",
    DependencyCycle = "dependency_cycle",
    DirectionControl = "direction_control",
    Directive = "directive",
    DuplicateKey = "duplicate_key",
    DuplicateStep = "duplicate_step",
    DuplicateTrigger = "duplicate_trigger",
    DynamicReference = "dynamic_reference",
    Empty = "empty",
    EmptyValue = "empty_value",
    ImpossibleName = "impossible_name",
    Indentation = "indentation",
    KeyNotScalar = "key_not_scalar",
    KeyNotText = "key_not_text",
    MergeNotAMap = "merge_not_a_map",
    MissingAnchorName = "missing_anchor_name",
    MissingBlank = "missing_blank",
    MissingColon = "missing_colon",
    MissingKey = "missing_key",
    MoreProblems = "more_problems",
    MultipleDocuments = "multiple_documents",
    NameNotText = "name_not_text",
    NameTooLong = "name_too_long",
    NotEvaluated = "not_evaluated",
    Nul = "nul",
    NumberNotFinite = "number_not_finite",
    OutOfPlace = "out_of_place",
    RecursiveAlias = "recursive_alias",
    ScheduleNever = "schedule_never",
    SelfDependency = "self_dependency",
    Syntax = "syntax",
    Tab = "tab",
    TagShape = "tag_shape",
    TemplateInKey = "template_in_key",
    TemplateSyntax = "template_syntax",
    TextAfterQuote = "text_after_quote",
    TooDeep = "too_deep",
    TooLarge = "too_large",
    TooManyAliases = "too_many_aliases",
    TooManyValues = "too_many_values",
    UnclosedBracket = "unclosed_bracket",
    UnclosedQuote = "unclosed_quote",
    UndeclaredParameter = "undeclared_parameter",
    UnexpectedCharacter = "unexpected_character",
    UnexpectedColon = "unexpected_colon",
    UnknownAnchor = "unknown_anchor",
    UnknownArgument = "unknown_argument",
    UnknownConnectionType = "unknown_connection_type",
    UnknownFunction = "unknown_function",
    UnknownKey = "unknown_key",
    UnknownRoot = "unknown_root",
    UnknownStep = "unknown_step",
    UnknownTag = "unknown_tag",
    UnknownValue = "unknown_value",
    UnquotedTemplate = "unquoted_template",
    UnusedKey = "unused_key",
    UnusedParameter = "unused_parameter",
    UnusedSecret = "unused_secret",
    Utf16 = "utf16",
    WhenNotBoolean = "when_not_boolean",
    WholeRoot = "whole_root",
    WrongArguments = "wrong_arguments",
    WrongBracket = "wrong_bracket",
    WrongEscape = "wrong_escape",
    WrongImage = "wrong_image",
    WrongSchedule = "wrong_schedule",
    WrongTag = "wrong_tag",
    WrongType = "wrong_type",
    WrongUri = "wrong_uri",
}
