//! What is looked for in the ledger, from the controls of its form.

use model::{Problem, Timestamp, UserId};
use store::ledger::{self, ActorFilter, Filter};

use super::kinds::EventKind;
use crate::Service;
use crate::field::Fields;
use crate::service::broken;

/// What the controls of the ledger's form say. An empty one restricts nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerSearch {
    /// The word of an [`EventKind`].
    pub kind: String,
    /// The id of a person, or one of [`ACTORS`].
    pub actor: String,
    /// The id or the name of a connection, secret, workflow, run or person.
    pub about: String,
    /// The first day, such as `2026-11-21`, in UTC.
    pub from: String,
    /// The last day.
    pub to: String,
}

/// Who acts besides people: the word in addresses, and the one for people.
pub const ACTORS: [(&str, &str); 3] = [
    ("steps", "Steps"),
    ("command-line", "The command line"),
    ("relay", "Relay itself, or nobody signed in"),
];

/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// More things than anybody has given one name.
const NAMESAKES: u32 = 20;

/// How many deleted things are looked through for a name at once.
const PAGE: u32 = 1_000;

/// Acts after which a name leads nowhere else.
const DELETIONS: [&str; 3] = ["connection.delete", "secret.delete", "workflow.delete"];

impl LedgerSearch {
    /// What a query says; `control` answers what stands in the control of a name.
    pub fn read(control: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name| control(name).map(|text| text.trim().to_owned());
        Self {
            kind: text("kind").unwrap_or_default(),
            actor: text("actor").unwrap_or_default(),
            about: text("about").unwrap_or_default(),
            from: text("from").unwrap_or_default(),
            to: text("to").unwrap_or_default(),
        }
    }

    /// The other way: the query of an address, without what restricts nothing.
    pub fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, text) in [
            ("kind", &self.kind),
            ("actor", &self.actor),
            ("about", &self.about),
            ("from", &self.from),
            ("to", &self.to),
        ] {
            if !text.is_empty() {
                query.append_pair(name, text);
            }
        }
        query.finish()
    }

    /// Whether it restricts nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Service {
    /// The filter that a form asks for; all that is wrong with it is told at once.
    pub(super) async fn filter(&self, search: &LedgerSearch) -> Result<Filter, Problem> {
        let mut fields = Fields::default();
        let mut filter = Filter::default();
        if !search.kind.is_empty() {
            match EventKind::from_word(&search.kind) {
                Some(kind) => filter.acts = kind.acts().to_vec(),
                None => fields.wrong("kind", "unknown", "Choose one of the kinds of events."),
            }
        }
        if !search.actor.is_empty() {
            filter.actor = actor(&search.actor);
            if filter.actor.is_none() {
                fields.wrong("actor", "unknown", "Choose one of those who act.");
            }
        }
        for (name, text, place) in [
            ("from", &search.from, &mut filter.from),
            ("to", &search.to, &mut filter.until),
        ] {
            if text.is_empty() {
                continue;
            }
            *place = Timestamp::of_day(text);
            if place.is_none() {
                fields.wrong(name, "no_day", "Write a day like 2026-11-21.");
            }
        }
        filter.until = filter.until.map(|day| day.plus(DAY));
        if filter
            .from
            .zip(filter.until)
            .is_some_and(|(from, until)| from >= until)
        {
            fields.wrong("to", "before", "The last day is in front of the first one.");
        }
        let about = search.about.trim();
        if !about.is_empty() {
            let ids = self.about(about).await?;
            if ids.is_empty() {
                fields.wrong(
                    "about",
                    "unknown",
                    "There is no connection, secret, workflow, run or person of this name, and \
                     there was none. Write a connection like “aws / my-aws-account” and a run \
                     like “my-workflow #7”.",
                );
            }
            filter.about = Some(ids);
        }
        fields.checked(Some(filter))
    }

    /// The ids that a text stands for.
    async fn about(&self, text: &str) -> Result<Vec<String>, Problem> {
        if is_id(text) {
            return Ok(vec![text.to_owned()]);
        }
        let mut ids = ledger::named(&self.store, &self.account, text, NAMESAKES)
            .await
            .map_err(broken)?;
        // What is deleted is told by the ledger alone.
        let deletions = Filter {
            acts: DELETIONS.to_vec(),
            ..Filter::default()
        };
        let mut before = None;
        loop {
            let rows = ledger::search(&self.store, &self.account, &deletions, before, PAGE).await;
            let rows = rows.map_err(broken)?;
            before = rows.last().map(|row| row.number);
            let full = rows.len() >= PAGE as usize;
            for row in rows {
                if was_called(&row.detail, text) && ids.len() < NAMESAKES as usize {
                    ids.push(row.subject);
                }
            }
            if !full {
                return Ok(ids);
            }
        }
    }
}

fn actor(word: &str) -> Option<ActorFilter> {
    match word {
        "steps" => Some(ActorFilter::Step),
        "command-line" => Some(ActorFilter::CommandLine),
        "relay" => Some(ActorFilter::System),
        id => id.parse::<UserId>().ok().map(ActorFilter::User),
    }
}

/// Ids of everything have one form.
fn is_id(text: &str) -> bool {
    text.parse::<UserId>().is_ok()
}

/// Whether the entry about a deletion names what was called so.
fn was_called(detail: &str, text: &str) -> bool {
    let detail: serde_json::Value = serde_json::from_str(detail).unwrap_or_default();
    let name = detail["name"].as_str().unwrap_or_default();
    let kind = detail["type"].as_str().unwrap_or_default();
    name == text || (!kind.is_empty() && text.strip_prefix(kind) == Some(&format!(" / {name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deleted_name_is_known_again() {
        let detail = r#"{"type":"aws","name":"a / b","used_by":[]}"#;
        for text in ["a / b", "aws / a / b"] {
            assert!(was_called(detail, text), "{text}");
        }
        for text in ["", "aws", "aws / a", "b", "aws / "] {
            assert!(!was_called(detail, text), "{text}");
        }
        assert!(was_called(r#"{"name":"w"}"#, "w") && !was_called("no JSON", "w"));
    }
}
