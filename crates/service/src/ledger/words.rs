//! An entry in plain words. Names are those of now; of what is gone, those that the entry tells.

use std::fmt::Write as _;

use model::{Role, counted};
use serde_json::Value;
use store::ledger::{LedgerRow, Names};

use super::{LedgerPlace, Piece};

/// What an entry says, piece by piece.
pub(super) struct Words<'a> {
    row: &'a LedgerRow,
    detail: &'a Value,
    names: &'a Names,
    pieces: Vec<Piece>,
}

impl<'a> Words<'a> {
    /// Nothing said yet.
    pub(super) fn about(row: &'a LedgerRow, detail: &'a Value, names: &'a Names) -> Self {
        let pieces = Vec::new();
        Self {
            row,
            detail,
            names,
            pieces,
        }
    }

    /// Who or what acted.
    pub(super) fn who(mut self) -> Vec<Piece> {
        match self.row.actor_kind.as_str() {
            "user" => self.person(&self.row.actor),
            "command_line" => self.text("The command line"),
            "step" => self.step_and_run("Step "),
            _ if somebody(&self.row.act) => self.text("Somebody"),
            _ => self.text("Relay"),
        }
        self.pieces
    }

    /// What was done.
    pub(super) fn what(mut self) -> Vec<Piece> {
        let subject = self.row.subject.as_str();
        let (noun, _) = self.row.act.split_once('.').unwrap_or_default();
        match noun {
            "user" => self.user(subject),
            "invitation" | "setup_code" | "account" => self.joining(),
            "workflow" => self.workflow(subject),
            "run" => self.run(subject),
            "connection" => self.connection(subject),
            "secret" => self.secret(subject),
            "step" | "condition" => self.value(subject),
            "vault" | "value" => self.vault(subject),
            "backup" => self.backup(),
            _ => self.unknown(),
        }
        self.pieces
    }

    fn user(&mut self, subject: &str) {
        let own = subject == self.row.actor;
        match self.row.act.as_str() {
            "user.sign_in" => self.text("signed in"),
            "user.sign_out" => self.text("signed out"),
            "user.prove" => self.text("entered the password again"),
            "user.sign_in_failed" => return self.sign_in_failed(subject),
            "user.rehash_password" => {
                self.text("signed in, and the hash of the password was renewed");
            }
            "user.set_password" if own => self.text("changed their own password"),
            "user.set_password" => self.of("set the password of ", subject),
            "user.add" if own => return self.role("joined as ", "role"),
            "user.add" => {
                self.of("added ", subject);
                self.role(" as ", "role");
            }
            "user.change_role" => {
                self.of("changed the role of ", subject);
                self.role(" from ", "from");
                self.role(" to ", "to");
            }
            "user.disable" => self.of("disabled ", subject),
            "user.enable" => self.of("enabled ", subject),
            "user.delete" => self.of("deleted ", subject),
            "user.end_session" => self.text("ended one of their own sessions"),
            "user.end_sessions" if own => self.text("ended their own other sessions"),
            "user.end_sessions" => self.of("ended the sessions of ", subject),
            _ => return self.unknown(),
        }
        if let Some(from) = self
            .string("from")
            .filter(|_| self.row.act != "user.change_role")
        {
            self.text(&format!(", from {from}"));
        }
        if let Some(ended @ 1..) = self.number("sessions_ended") {
            self.text(&format!(
                " ({})",
                counted(ended, "session ended", "sessions ended")
            ));
        }
        if let Some(withdrawn @ 1..) = self.number("invitations_withdrawn") {
            self.text(&format!(
                " ({})",
                counted(withdrawn, "invitation withdrawn", "invitations withdrawn")
            ));
        }
    }

    fn sign_in_failed(&mut self, subject: &str) {
        self.text("failed to sign in");
        if subject.is_empty() {
            self.text(" with an address that nobody has");
        } else {
            self.of(" as ", subject);
        }
        let more = self.number("more");
        match (more, self.string("since"), self.string("from")) {
            (Some(more), since, _) => {
                let since = since.unwrap_or_default();
                self.text(&format!(
                    ", {} since {since}",
                    counted(more, "time", "times")
                ));
            }
            (None, _, Some(from)) => self.text(&format!(", from {from}")),
            _ => {}
        }
    }

    fn joining(&mut self) {
        match self.row.act.as_str() {
            "invitation.add" => {
                self.role("invited somebody as ", "role");
                if !self.list("replaces").is_empty() {
                    self.text(", in the place of an earlier invitation");
                }
            }
            "invitation.withdraw" => self.text("withdrew an invitation"),
            "invitation.use" => {
                self.text("used an invitation, as ");
                let user = self.string("user").unwrap_or_default();
                self.person(&user);
            }
            "setup_code.add" => self.text("made a setup code"),
            "setup_code.use" => self.of("used the setup code, as ", &self.row.subject),
            "account.add" => self.text("set up the account"),
            _ => self.unknown(),
        }
    }

    fn workflow(&mut self, subject: &str) {
        let revision = self.number("revision").unwrap_or(0);
        match self.row.act.as_str() {
            "workflow.create" => self.workflow_named("created workflow ", subject),
            "workflow.save" => {
                self.workflow_named(&format!("saved revision {revision} of workflow "), subject);
            }
            "workflow.restore" => {
                let restored = self.number("restored").unwrap_or(0);
                let text = format!("restored revision {restored} of workflow ");
                self.workflow_named(&text, subject);
                self.text(&format!(" as revision {revision}"));
            }
            "workflow.rename" => {
                let (from, name) = (self.string("from"), self.string("name"));
                if from == name {
                    return self.workflow_named("changed the description of workflow ", subject);
                }
                let from = from.unwrap_or_default();
                self.text(&format!("renamed workflow {from} to "));
                self.workflow_named("", subject);
            }
            "workflow.delete" => self.workflow_named("deleted workflow ", subject),
            _ => self.unknown(),
        }
    }

    fn run(&mut self, subject: &str) {
        match self.row.act.as_str() {
            "run.start" => {
                self.run_named("started ", subject);
                let revision = self.number("revision").unwrap_or(0);
                self.text(&format!(", of revision {revision}"));
                let given = self.list("parameters");
                if !given.is_empty() {
                    self.text(&format!(", with {given}"));
                }
            }
            "run.stop" => self.run_named("asked to stop ", subject),
            "run.approval" => {
                let granted = self.detail["granted"].as_bool() == Some(true);
                let step = self.string("step").unwrap_or_default();
                let act = if granted { "approved" } else { "rejected" };
                self.run_named(&format!("{act} step {step} of "), subject);
            }
            _ => self.unknown(),
        }
    }

    fn connection(&mut self, subject: &str) {
        match self.row.act.as_str() {
            "connection.add" => {
                self.connection_named("added ", subject);
                self.fields();
            }
            "connection.overwrite" => {
                self.connection_named("overwrote ", subject);
                self.fields();
            }
            "connection.delete" => {
                self.connection_named("deleted ", subject);
                let used_by = self.list("used_by");
                if !used_by.is_empty() {
                    self.text(&format!(", which {used_by} used"));
                }
            }
            "connection.grant" => {
                self.connection_named("granted ", subject);
                let workflow = self.string("workflow").unwrap_or_default();
                self.workflow_named(" to workflow ", &workflow);
            }
            "connection.limit" if self.detail["limited"].as_bool() == Some(true) => {
                self.connection_named("limited ", subject);
                let granted = self.detail["workflows"].as_array();
                let granted: Vec<_> = granted.into_iter().flatten().collect();
                self.text(if granted.is_empty() {
                    ": no workflow may use it"
                } else {
                    " to "
                });
                for (at, id) in granted.iter().enumerate() {
                    let between = if at > 0 { ", " } else { "" };
                    self.workflow_named(between, id.as_str().unwrap_or_default());
                }
            }
            "connection.limit" => {
                self.connection_named("let every workflow use ", subject);
            }
            _ => self.unknown(),
        }
    }

    fn secret(&mut self, subject: &str) {
        match self.row.act.as_str() {
            "secret.add" => self.secret_named("added ", subject),
            "secret.overwrite" => self.secret_named("overwrote ", subject),
            "secret.delete" => return self.secret_named("deleted ", subject),
            _ => return self.unknown(),
        }
        self.fields();
    }

    /// What steps and conditions were given and refused.
    fn value(&mut self, subject: &str) {
        if self.row.act == "step.refused" && self.detail["more"].as_bool() == Some(true) {
            return self.text("was refused more; this attempt's refusals are not told any further");
        }
        let (verb, condition, refused) = match self.row.act.as_str() {
            "step.read" => ("was given ", false, false),
            "step.refused" => ("was refused ", false, true),
            "condition.read" => ("read ", true, false),
            "condition.refused" => ("refused ", true, true),
            _ => return self.unknown(),
        };
        let subject = if refused { "" } else { subject };
        match self.string("kind").as_deref() {
            Some("secret") => self.secret_named(verb, subject),
            // What a condition works out may come from a value, so no name is told.
            None if condition && refused => {
                self.text(verb);
                self.text("names that are worked out");
            }
            _ => self.connection_named(verb, subject),
        }
        if let Some(revision) = self.number("revision") {
            self.text(&format!(", revision {revision}"));
        }
        if refused {
            self.text(match self.string("reason").as_deref() {
                Some("not_written") => ", which the step is not written to read",
                Some("missing") => ", which does not exist",
                Some("no_permission") => ", which the workflow has no permission to use",
                Some("unopenable") => ", which is stored and could not be opened",
                _ => "",
            });
        }
        if condition {
            let step = self.string("step").unwrap_or_default();
            let run = self.string("run").unwrap_or_default();
            self.run_named(&format!(", for the condition of step {step} of "), &run);
        }
    }

    fn vault(&mut self, subject: &str) {
        let values = self.number("values").unwrap_or(0);
        let values = counted(values, "value", "values");
        match self.row.act.as_str() {
            "vault.key_add" => self.text(&format!("made the vault key {subject}")),
            "vault.verifying_key_add" => {
                self.text(&format!(
                    "noted what signatures of the vault key {subject} are verified with"
                ));
            }
            "vault.key_remove" => self.text(&format!("removed the vault key {subject}")),
            "vault.rotation_ask" => self.text("asked for a new vault key"),
            "vault.rotation_finish" => {
                let key = self.string("key").unwrap_or_default();
                self.text(&format!("finished the rotation to the vault key {key}"));
                if let Some(left @ 1..) = self.number("left") {
                    self.text(&format!(", with {} left", counted(left, "value", "values")));
                }
            }
            "vault.rotation_fail" => self.text("gave up the rotation to a new vault key"),
            "vault.reseal" => self.text(&format!(
                "sealed {values} again, to the vault key {subject}"
            )),
            "value.give_up" => {
                self.text(&format!(
                    "gave up {values} that only the vault key {subject} opens"
                ));
            }
            "value.unopenable" | "value.openable" => {
                // Without a field it is the connection or the secret itself.
                let field = self.string("field");
                let of = field.as_ref().map(|field| format!("{field} of "));
                self.text(&format!("found that {}", of.unwrap_or_default()));
                if self.names.secrets.contains_key(subject) {
                    self.secret_named("", subject);
                } else {
                    self.connection_named("", subject);
                }
                self.text(match (self.row.act.as_str(), field) {
                    ("value.openable", Some(_)) => " can be opened again",
                    ("value.openable", None) => " is what this ledger tells of it again",
                    (_, Some(_)) => " can't be opened",
                    (_, None) => " is not what this ledger tells of it",
                });
            }
            _ => self.unknown(),
        }
    }

    fn backup(&mut self) {
        match self.row.act.as_str() {
            "backup.make" => {
                let file = self.string("file").unwrap_or_default();
                self.text(&format!("began a backup into {file}"));
            }
            "backup.restore" => {
                let made = self.string("made_at").unwrap_or_default();
                self.text(&format!("restored this database from the backup of {made}"));
            }
            _ => self.unknown(),
        }
    }

    /// An act of another version.
    fn unknown(&mut self) {
        let act = self.row.act.clone();
        self.text(&act);
    }

    /// The fields that were set and cleared, and where they were sealed.
    fn fields(&mut self) {
        let names = |key: &str| match &self.detail[key] {
            Value::Object(map) => map.keys().cloned().collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        let (fields, cleared) = (names("fields"), self.list("cleared"));
        let sealed = self.detail["sealed"].as_object();
        let mut places: Vec<_> = sealed
            .into_iter()
            .flat_map(serde_json::Map::values)
            .filter_map(Value::as_str)
            .collect();
        places.sort_unstable();
        places.dedup();
        let place = match places[..] {
            ["browser"] => ", sealed in the browser",
            ["server"] => ", sealed by the server",
            ["browser", "server"] => ", sealed partly in the browser and partly by the server",
            _ => "",
        };
        let mut text = String::new();
        if let Some(revision) = self.number("revision") {
            let _ = write!(text, ", revision {revision}");
        }
        // A secret has one field, and nobody calls it by its name.
        if self.row.act.starts_with("connection.") && !fields.is_empty() {
            let _ = write!(text, ": {}", fields.join(", "));
        }
        text.push_str(place);
        if !cleared.is_empty() {
            let _ = write!(text, "; cleared {cleared}");
        }
        self.text(&text);
    }

    fn text(&mut self, words: &str) {
        if !words.is_empty() {
            self.pieces.push(Piece {
                words: shown(words),
                place: None,
            });
        }
    }

    fn link(&mut self, words: &str, place: LedgerPlace) {
        self.pieces.push(Piece {
            words: shown(words),
            place: Some(place),
        });
    }

    /// Some words, and a person.
    fn of(&mut self, words: &str, id: &str) {
        self.text(words);
        self.person(id);
    }

    fn person(&mut self, id: &str) {
        match self.names.users.get(id) {
            Some((name, true)) => self.link(name, LedgerPlace::Person(id.to_owned())),
            Some((name, false)) => self.text(name),
            None => self.text("somebody who is gone"),
        }
    }

    fn role(&mut self, words: &str, key: &str) {
        let role = self.string(key).unwrap_or_default();
        match role.parse::<Role>() {
            Ok(role) => self.text(&format!("{words}{}", role.label())),
            Err(_) => self.text(&format!("{words}{role}")),
        }
    }

    fn connection_named(&mut self, words: &str, id: &str) {
        self.text(&format!("{words}connection "));
        match self.names.connections.get(id) {
            Some((kind, name)) => {
                let place = LedgerPlace::Connection(id.to_owned());
                self.link(&format!("{kind} / {name}"), place);
            }
            None => match (self.string("type"), self.string("name")) {
                (Some(kind), Some(name)) => self.text(&format!("{kind} / {name}")),
                _ => self.text("that is deleted"),
            },
        }
    }

    fn secret_named(&mut self, words: &str, id: &str) {
        self.text(&format!("{words}secret "));
        match self.names.secrets.get(id) {
            Some((name, workflow)) => {
                let place = LedgerPlace::Secret {
                    workflow: workflow.clone(),
                    id: id.to_owned(),
                };
                self.link(name, place);
            }
            None => match self.string("name") {
                Some(name) => self.text(&name),
                None => self.text("that is deleted"),
            },
        }
        if self.row.act.starts_with("secret.") {
            let workflow = self.string("workflow").unwrap_or_default();
            self.workflow_named(" of workflow ", &workflow);
        }
    }

    fn workflow_named(&mut self, words: &str, id: &str) {
        self.text(words);
        match self.names.workflows.get(id) {
            Some(name) => self.link(name, LedgerPlace::Workflow(name.clone())),
            None => match self
                .string("name")
                .filter(|_| self.row.act.starts_with("workflow."))
            {
                Some(name) => self.text(&name),
                None => self.text("that is deleted"),
            },
        }
    }

    fn run_named(&mut self, words: &str, id: &str) {
        self.text(words);
        match self.names.runs.get(id) {
            Some((workflow, number)) => {
                let place = LedgerPlace::Run {
                    workflow: workflow.clone(),
                    number: *number,
                };
                self.link(&format!("run {workflow} #{number}"), place);
            }
            None => self.text("a run of a deleted workflow"),
        }
    }

    fn step_and_run(&mut self, words: &str) {
        self.text(words);
        if let Some(there) = self.names.attempts.get(&self.row.actor) {
            let place = LedgerPlace::Step {
                workflow: there.workflow.clone(),
                number: there.run,
                position: there.position,
            };
            self.link(&there.step, place);
        } else {
            let step = self.string("step").unwrap_or_default();
            self.text(&step);
        }
        let run = self.string("run").unwrap_or_default();
        self.run_named(" of ", &run);
    }

    fn string(&self, key: &str) -> Option<String> {
        self.detail[key].as_str().map(str::to_owned)
    }

    fn number(&self, key: &str) -> Option<u64> {
        self.detail[key].as_u64()
    }

    /// The texts of a list, with commas.
    fn list(&self, key: &str) -> String {
        let all = self.detail[key].as_array();
        let all: Vec<_> = all
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        all.join(", ")
    }
}

/// Whether an act without a person was one of somebody at the door, and not of Relay.
fn somebody(act: &str) -> bool {
    matches!(
        act,
        "user.sign_in_failed" | "setup_code.use" | "invitation.use"
    )
}

/// Steps make up names. What would move, hide or turn around the text beside it is shown as U+FFFD.
fn shown(text: &str) -> String {
    let shown = |character: char| {
        let turns = matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        if character.is_control() || turns {
            '\u{fffd}'
        } else {
            character
        }
    };
    text.chars().map(shown).collect()
}
