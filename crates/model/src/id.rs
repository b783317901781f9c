//! Ids: 128 random bits, written as 32 lower-case hexadecimal digits.
//!
//! An id says nothing about what it names; URLs carry ids, never names of connections.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The text is not 32 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidId;

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id is 32 lower-case hexadecimal digits")
    }
}

impl std::error::Error for InvalidId {}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Makes an id of 16 bytes, which the caller has drawn at random.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
            }

            /// The 32 digits.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
                if text.len() == 32 && text.bytes().all(digit) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidId)
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// An account: everything else belongs to one.
    AccountId
);
id!(
    /// A person who can sign in.
    UserId
);
id!(
    /// An invitation to join.
    InvitationId
);
id!(
    /// A rotation of the vault's key.
    RotationId
);
id!(
    /// A workflow; it keeps its id when it is renamed.
    WorkflowId
);
id!(
    /// A connection; its sealed values are bound to it.
    ConnectionId
);
id!(
    /// A secret of one workflow.
    SecretId
);
id!(
    /// A run of a workflow. People know it by its number.
    RunId
);
id!(
    /// One attempt at one step of a run.
    AttemptId
);
id!(
    /// One life of a process that runs steps.
    EngineId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_32_lower_case_digits() {
        let id = WorkflowId::from_bytes([0xab; 16]);
        assert_eq!(id.as_str(), "ab".repeat(16));
        assert_eq!(id.as_str().parse(), Ok(id.clone()));
        for wrong in [
            "",
            "ab",
            &"AB".repeat(16),
            &"zz".repeat(16),
            &"é".repeat(16),
        ] {
            assert_eq!(wrong.parse::<WorkflowId>(), Err(InvalidId), "{wrong}");
        }
    }
}
