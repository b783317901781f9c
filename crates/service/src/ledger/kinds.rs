//! The kinds of events, as people look for them, and the acts of each.

/// A kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// Signing in and out, also when it failed.
    SignIns,
    /// Changes of people and of what they sign in with.
    People,
    /// Changes of workflows.
    Workflows,
    /// What people did with runs.
    Runs,
    /// Changes of connections.
    Connections,
    /// Changes of secrets.
    Secrets,
    /// Which workflows may use a connection.
    Grants,
    /// Values that steps and conditions were given.
    HandOuts,
    /// Values that steps and conditions were refused.
    Refusals,
    /// Changes of the vault's keys, and values that do not open.
    Keys,
    /// Backups and restores.
    Backups,
}

impl EventKind {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 11] = [
        Self::SignIns,
        Self::People,
        Self::Workflows,
        Self::Runs,
        Self::Connections,
        Self::Secrets,
        Self::Grants,
        Self::HandOuts,
        Self::Refusals,
        Self::Keys,
        Self::Backups,
    ];

    /// Its word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignIns => "sign-ins",
            Self::People => "people",
            Self::Workflows => "workflows",
            Self::Runs => "runs",
            Self::Connections => "connections",
            Self::Secrets => "secrets",
            Self::Grants => "grants",
            Self::HandOuts => "hand-outs",
            Self::Refusals => "refusals",
            Self::Keys => "keys",
            Self::Backups => "backups",
        }
    }

    /// Its name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::SignIns => "Sign-ins",
            Self::People => "People",
            Self::Workflows => "Workflows",
            Self::Runs => "Runs",
            Self::Connections => "Connections",
            Self::Secrets => "Secrets",
            Self::Grants => "Grants",
            Self::HandOuts => "Values given to steps",
            Self::Refusals => "Values refused to steps",
            Self::Keys => "Keys",
            Self::Backups => "Backups",
        }
    }

    /// The kind of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The kind of an act; `None` for one that this version does not know.
    pub fn of(act: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.acts().contains(&act))
    }

    /// The acts of the ledger that are of this kind.
    pub fn acts(self) -> &'static [&'static str] {
        match self {
            Self::SignIns => &[
                "user.sign_in",
                "user.sign_in_failed",
                "user.sign_out",
                "user.prove",
            ],
            Self::People => &[
                "account.add",
                "setup_code.add",
                "setup_code.use",
                "user.add",
                "user.change_role",
                "user.disable",
                "user.enable",
                "user.delete",
                "user.set_password",
                "user.rehash_password",
                "user.end_session",
                "user.end_sessions",
                "invitation.add",
                "invitation.withdraw",
                "invitation.use",
            ],
            Self::Workflows => &[
                "workflow.create",
                "workflow.save",
                "workflow.restore",
                "workflow.rename",
                "workflow.delete",
            ],
            Self::Runs => &["run.start", "run.stop", "run.approval"],
            Self::Connections => &[
                "connection.add",
                "connection.overwrite",
                "connection.delete",
            ],
            Self::Secrets => &["secret.add", "secret.overwrite", "secret.delete"],
            Self::Grants => &["connection.limit", "connection.grant"],
            Self::HandOuts => &["step.read", "condition.read"],
            Self::Refusals => &["step.refused", "condition.refused"],
            Self::Keys => &[
                "vault.key_add",
                "vault.verifying_key_add",
                "vault.key_remove",
                "vault.rotation_ask",
                "vault.rotation_finish",
                "vault.rotation_fail",
                "vault.reseal",
                "value.give_up",
                "value.unopenable",
                "value.openable",
            ],
            Self::Backups => &["backup.make", "backup.restore"],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// Words that acts begin with.
    const NOUNS: [&str; 13] = [
        "account",
        "backup",
        "condition",
        "connection",
        "invitation",
        "run",
        "secret",
        "setup_code",
        "step",
        "user",
        "value",
        "vault",
        "workflow",
    ];

    /// Texts of the form `noun.verb` that are none.
    const OTHERS: [&str; 2] = ["vault.key", "user.slice"];

    /// Every text in the sources, without their tests, that looks like an act.
    fn acts_in(directory: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                acts_in(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                // What tests write is no act of Relay.
                let code = text.split("#[cfg(test)]").next().unwrap_or_default();
                for quoted in code.split('"') {
                    let act = quoted.split_once('.').is_some_and(|(noun, verb)| {
                        let letter = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
                        NOUNS.contains(&noun) && !verb.is_empty() && verb.bytes().all(letter)
                    });
                    if act && !OTHERS.contains(&quoted) {
                        found.insert(quoted.to_owned());
                    }
                }
            }
        }
    }

    #[test]
    fn every_act_that_is_written_has_one_kind() {
        let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut written = BTreeSet::new();
        for part in [
            "crates/service/src",
            "crates/engine/src",
            "crates/store/src",
            "server/src",
        ] {
            acts_in(&house.join(part), &mut written);
        }
        let mut known = BTreeSet::new();
        for act in EventKind::ALL.iter().flat_map(|kind| kind.acts()) {
            assert!(known.insert((*act).to_owned()), "{act} is of two kinds");
        }
        assert_eq!(written, known);
    }

    #[test]
    fn words_lead_back() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_word(kind.as_str()), Some(kind));
            assert_eq!(
                kind.acts().first().and_then(|act| EventKind::of(act)),
                Some(kind)
            );
        }
        assert_eq!(EventKind::from_word(""), None);
        assert_eq!(EventKind::of("user.unheard_of"), None);
    }
}
