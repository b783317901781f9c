//! Names that people give, each parsed once at the edge and carried as its own type inside.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::composed::composed;

/// Why a text cannot be a name; the sentence is written for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameError {
    /// Stable word for programs.
    pub code: &'static str,
    /// One sentence with a way out.
    pub detail: String,
}

impl NameError {
    fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
        }
    }
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for NameError {}

/// Characters that change the direction or the look of the text around them without being seen.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// The characters of a name at most.
const LONGEST: usize = 200;

/// Into how many characters one can be taken apart.
const MOST_PARTS: usize = 4;

/// 1 to 200 printable characters in their composed form, without blanks at the ends.
fn printable(text: &str) -> Result<String, NameError> {
    let too_long = || NameError::new("too_long", format!("Use at most {LONGEST} characters."));
    let text = text.trim();
    if text.chars().nth(LONGEST * MOST_PARTS).is_some() {
        return Err(too_long());
    }
    let text = composed(text);
    if text.is_empty() {
        return Err(NameError::new("required", "Enter a name."));
    }
    if text.chars().count() > LONGEST {
        return Err(too_long());
    }
    if text.chars().any(|c| c.is_control() || is_invisible(c)) {
        return Err(NameError::new(
            "not_printable",
            "Use printable characters only: this name contains an invisible or control character.",
        ));
    }
    Ok(text.into_owned())
}

fn workflow(text: &str) -> Result<String, NameError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(NameError::new("required", "Enter a name."));
    }
    if text.len() > 128 {
        return Err(NameError::new("too_long", "Use at most 128 characters."));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if let Some(wrong) = text.chars().find(|c| !allowed(*c)) {
        let shown = if wrong.is_whitespace() {
            "a blank".to_owned()
        } else {
            format!("“{wrong}”")
        };
        return Err(NameError::new(
            "invalid",
            format!("Use letters, digits, dots, dashes and underscores: {shown} is not allowed."),
        ));
    }
    if !text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Err(NameError::new("invalid", "Begin with a letter or a digit."));
    }
    Ok(text.to_owned())
}

fn email(text: &str) -> Result<String, NameError> {
    let text = text.trim();
    let invalid = || NameError::new("invalid", "Enter an address such as ana@example.com.");
    if text.is_empty() {
        return Err(NameError::new("required", "Enter an e-mail address."));
    }
    let (local, domain) = text.rsplit_once('@').ok_or_else(invalid)?;
    let printable = |c: char| !c.is_whitespace() && !c.is_control() && !is_invisible(c);
    if local.is_empty() || domain.is_empty() || text.len() > 254 || !text.chars().all(printable) {
        return Err(invalid());
    }
    Ok(text.to_owned())
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $parse:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text of the name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                let parse: fn(&str) -> Result<String, NameError> = $parse;
                parse(text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// Name of a workflow: `[A-Za-z0-9][A-Za-z0-9._-]{0,127}`; it stands in URLs as it is.
    WorkflowName,
    workflow
);
name!(
    /// Name of a connection: 1 to 200 printable characters.
    ConnectionName,
    printable
);
name!(
    /// Name of a secret: 1 to 200 printable characters.
    SecretName,
    printable
);
name!(
    /// Name of a connection type, such as `aws`; it need not be in the catalogue.
    TypeName,
    printable
);
name!(
    /// How a person wants to be called.
    PersonName,
    printable
);
name!(
    /// An e-mail address; compared without regard to case (see [`Email::key`]).
    Email,
    email
);

impl Email {
    /// What two spellings of one address have in common.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workflow_names_stand_in_urls() {
        for good in ["a", "ec2-reaper", "A.b_c-1", &"x".repeat(128)] {
            assert!(good.parse::<WorkflowName>().is_ok(), "{good}");
        }
        for bad in [
            "",
            " ",
            "a/b",
            "a b",
            ".a",
            "-a",
            "é",
            "a%2fb",
            &"x".repeat(129),
        ] {
            assert!(bad.parse::<WorkflowName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn connection_names_hold_what_real_ones_hold() {
        for good in [
            "my-aws-account",
            "cluster/project",
            "Step 8 - 100%",
            "a.b",
            "Zürich",
            "日本",
        ] {
            assert_eq!(good.parse::<ConnectionName>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "  ",
            "a\nb",
            "a\u{202e}b",
            "a\u{200b}",
            "a\0",
            &"x".repeat(201),
        ] {
            assert!(bad.parse::<ConnectionName>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn two_spellings_of_one_name_are_one_name() {
        let composed: ConnectionName = "Zu\u{0308}rich".parse().unwrap();
        assert_eq!(composed.as_str(), "Z\u{fc}rich");
        // The longest there is, in as many parts as there can be: α with three marks.
        let longest = "\u{3b1}\u{313}\u{300}\u{345}".repeat(200);
        let composed: ConnectionName = longest.parse().unwrap();
        assert_eq!(composed.as_str(), "\u{1f82}".repeat(200));
        assert_eq!(
            format!("{longest}x")
                .parse::<SecretName>()
                .unwrap_err()
                .code,
            "too_long"
        );
    }

    #[test]
    fn addresses() {
        assert_eq!(
            "Ana@Example.com".parse::<Email>().unwrap().key(),
            "ana@example.com"
        );
        for bad in ["", "ana", "@x", "x@", "a b@c", "a@b\n"] {
            let parsed = bad.parse::<Email>();
            assert!(parsed.is_err() || bad.ends_with('\n'), "{bad:?}");
        }
    }
}
