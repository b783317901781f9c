//! The operators: how they are written and how strongly they bind.

/// An operator in front of its operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prefix {
    Not,
    Negate,
    Complement,
}

/// An operator between its operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Infix {
    Or,
    And,
    Equal,
    NotEqual,
    /// In JSON paths: equal, or one is a list that holds the other.
    #[cfg(feature = "evaluate")]
    Alike,
    #[cfg(feature = "evaluate")]
    Unlike,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Matches,
    MatchesNot,
    Xor,
    BitAnd,
    BitOr,
    ShiftLeft,
    ShiftRight,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}

/// Every infix operator.
pub(super) const INFIX: [(&str, Infix); 21] = [
    ("||", Infix::Or),
    ("&&", Infix::And),
    ("==", Infix::Equal),
    ("!=", Infix::NotEqual),
    ("<", Infix::Less),
    ("<=", Infix::LessOrEqual),
    (">", Infix::Greater),
    (">=", Infix::GreaterOrEqual),
    ("=~", Infix::Matches),
    ("!~", Infix::MatchesNot),
    ("^", Infix::Xor),
    ("&", Infix::BitAnd),
    ("|", Infix::BitOr),
    ("<<", Infix::ShiftLeft),
    (">>", Infix::ShiftRight),
    ("+", Infix::Add),
    ("-", Infix::Subtract),
    ("*", Infix::Multiply),
    ("/", Infix::Divide),
    ("%", Infix::Remainder),
    ("**", Infix::Power),
];

/// The pipe binds weaker than anything.
pub(super) const PIPE: &str = "|>";

impl Infix {
    /// How strongly it binds.
    pub(crate) fn strength(self) -> u8 {
        match self {
            Self::Or => 20,
            Self::And => 21,
            Self::Xor | Self::BitAnd | Self::BitOr => 60,
            Self::ShiftLeft | Self::ShiftRight => 90,
            Self::Add | Self::Subtract => 120,
            Self::Multiply | Self::Divide | Self::Remainder => 150,
            Self::Power => 200,
            // All that compare.
            _ => 40,
        }
    }

    /// Whether it compares, or joins conditions.
    pub(crate) fn gives_boolean(self) -> bool {
        self.strength() <= 40
    }

    /// The operator that is written like this one in JSON paths; none if there is none.
    #[cfg(feature = "evaluate")]
    pub(super) fn in_routes(self) -> Option<Self> {
        match self {
            Self::Equal => Some(Self::Alike),
            Self::NotEqual => Some(Self::Unlike),
            Self::Xor | Self::BitAnd | Self::BitOr | Self::ShiftLeft | Self::ShiftRight => None,
            other => Some(other),
        }
    }

    /// How it is written.
    #[cfg(feature = "evaluate")]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Alike => return "==",
            Self::Unlike => return "!=",
            _ => {}
        }
        INFIX
            .iter()
            .find(|(_, operator)| *operator == self)
            .map_or("", |(word, _)| word)
    }
}
