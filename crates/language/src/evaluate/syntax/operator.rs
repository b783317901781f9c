//! The operators: how they are written and how strongly they bind.

/// An operator in front of its operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::evaluate) enum Prefix {
    Not,
    Negate,
    Complement,
}

/// An operator between its operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::evaluate) enum Infix {
    Or,
    And,
    Equal,
    NotEqual,
    /// Equal, or one is a list that holds the other.
    Alike,
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
    pub(in crate::evaluate) fn strength(self) -> u8 {
        match self {
            Self::Or => 20,
            Self::And => 21,
            Self::Equal
            | Self::NotEqual
            | Self::Alike
            | Self::Unlike
            | Self::Less
            | Self::LessOrEqual
            | Self::Greater
            | Self::GreaterOrEqual
            | Self::Matches
            | Self::MatchesNot => 40,
            Self::Xor | Self::BitAnd | Self::BitOr => 60,
            Self::ShiftLeft | Self::ShiftRight => 90,
            Self::Add | Self::Subtract => 120,
            Self::Multiply | Self::Divide | Self::Remainder => 150,
            Self::Power => 200,
        }
    }

    /// The operator that is written like this one in JSON paths; none if there is none.
    pub(super) fn in_routes(self) -> Option<Self> {
        match self {
            Self::Equal => Some(Self::Alike),
            Self::NotEqual => Some(Self::Unlike),
            Self::Xor | Self::BitAnd | Self::BitOr | Self::ShiftLeft | Self::ShiftRight => None,
            other => Some(other),
        }
    }

    /// How it is written.
    pub(in crate::evaluate) fn word(self) -> &'static str {
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
