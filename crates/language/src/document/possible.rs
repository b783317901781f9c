//! Names that no connection and no secret can have: whoever adds one adds another than the text means.

use std::collections::HashMap;

use model::{ConnectionName, NameError};

use crate::code::Code;
use crate::diagnostic::{Severity, shown};
use crate::findings::Findings;
use crate::limits::MAX_UNUSUAL_NAMES;
use crate::reference::{Found, Named, Reference};

/// What is known of names that need a closer look.
#[derive(Default)]
pub(super) struct Possible {
    looked_at: HashMap<String, Kept>,
    /// Their bytes.
    length: usize,
}

/// The name as it would be kept; none when it is kept as it is written.
type Kept = Result<Option<String>, NameError>;

impl Possible {
    /// Complains about a name that nothing can have.
    pub(super) fn check(&mut self, found: &Found, severity: Severity, findings: &mut Findings<'_>) {
        let (what, name, named) = match &found.reference {
            Reference::Connection { name, .. } => ("connection", name, found.named[1]),
            Reference::Secret { name } => ("secret", name, found.named[0]),
            _ => return,
        };
        if !is_plain(name) {
            self.look(what, name, (found, named), severity, findings);
        }
    }

    fn look(
        &mut self,
        what: &str,
        name: &str,
        (found, named): (&Found, Option<Named>),
        severity: Severity,
        findings: &mut Findings<'_>,
    ) {
        // The same name may stand in a text ten thousand times.
        if !self.looked_at.contains_key(name) {
            // One that is far too long is told by its beginning.
            self.length += name.len().min(MAX_UNUSUAL_NAMES / 16);
            if self.length > MAX_UNUSUAL_NAMES {
                return;
            }
            self.looked_at.insert(name.to_owned(), kept(name));
        }
        let cure;
        let (why, other) = match &self.looked_at[name] {
            Ok(None) => return,
            Ok(Some(kept)) if kept == name.trim() => (
                "a name neither begins nor ends with a blank",
                Some(kept.as_str()),
            ),
            Ok(Some(kept)) => (
                "names are kept with each letter and its accent as one character, and here they \
                 are two",
                Some(kept.as_str()),
            ),
            Err(error) => match error.code {
                "required" => ("it is nothing but blanks", None),
                "too_long" => ("a name has at most 200 characters", None),
                _ => {
                    cure = visible(name);
                    (
                        "there is a character in it that nobody sees",
                        cure.as_deref(),
                    )
                }
            },
        };
        findings.add(
            severity,
            Code::ImpossibleName,
            found.span,
            format_args!("no {what} can be called {}: {why}", shown(name)),
            other.and_then(|other| named?.rename(other)),
        );
    }
}

/// Whether a name is so simple that nothing has to be looked up.
fn is_plain(name: &str) -> bool {
    let ends = |c: char| c == ' ';
    (1..=200).contains(&name.len())
        && name.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && !name.starts_with(ends)
        && !name.ends_with(ends)
}

/// Secrets are called by the same rule.
fn kept(name: &str) -> Kept {
    let kept: ConnectionName = name.parse()?;
    Ok((kept.as_str() != name).then(|| kept.into()))
}

/// The name without what nobody sees, if that can be a name.
fn visible(name: &str) -> Option<String> {
    let is_blank = |c: char| c.is_whitespace() && !c.is_control();
    let is_seen = |c: &char| is_blank(*c) || c.to_string().parse::<ConnectionName>().is_ok();
    let seen: String = name.chars().filter(is_seen).collect();
    kept(&seen).ok().map(|kept| kept.unwrap_or(seen))
}
