//! `relay keys status`

use std::collections::BTreeMap;
use std::path::PathBuf;

use model::counted;
use opener::KeyRing;
use service::{CommandLine, KeyView, KeysView, RotationState, RotationView};

use super::{Source, block_on, open};
use crate::key::KeySource;
use crate::place::Place;
use crate::serve::tell;
use crate::{Outcome, environment};

/// Tells what there is, one key a line.
pub(super) fn run(source: &Source) -> Outcome {
    let place = Place::of(&source.place)?;
    block_on(async {
        let opened = open(&place).await?;
        let view = opened
            .service
            .keys_here(CommandLine::of_this_process())
            .await?;
        opened.store.close().await;
        let here = Here::look(source, &place);
        for line in lines(&view, &here) {
            tell(&line)?;
        }
        Ok(())
    })
}

/// Which private keys can be seen from here, and where.
enum Here {
    /// In files.
    Files(BTreeMap<String, PathBuf>),
    /// Not, for this reason.
    Unseen(String),
}

impl Here {
    fn look(source: &Source, place: &Place) -> Self {
        if std::env::var_os(environment::KEY_VARIABLE).is_some() {
            return Self::Unseen(format!("given in {}", environment::KEY_VARIABLE));
        }
        // Standard input is not read only to be told of.
        if source.key_file.as_deref() == Some(std::path::Path::new("-")) {
            return Self::Unseen("given on standard input".to_owned());
        }
        let found = KeySource::of(source.key_file.clone(), place.key_file());
        let path = found.ok().and_then(|found| found.path().map(PathBuf::from));
        let Some(path) = path else {
            return Self::Unseen("not looked for".to_owned());
        };
        match KeyRing::files(&path) {
            Ok(files) => Self::Files(
                files
                    .into_iter()
                    .map(|(id, file)| (id.to_string(), file))
                    .collect(),
            ),
            Err(error) => Self::Unseen(error.to_string()),
        }
    }

    fn words(&self, key: &KeyView) -> String {
        match self {
            Self::Files(files) => match files.get(&key.id) {
                Some(file) => file.display().to_string(),
                None if key.removed.is_some() => "removed".to_owned(),
                None => "no file".to_owned(),
            },
            Self::Unseen(_) if key.removed.is_some() => "removed".to_owned(),
            Self::Unseen(reason) => reason.clone(),
        }
    }
}

fn lines(view: &KeysView, here: &Here) -> Vec<String> {
    let mut lines = Vec::new();
    for key in &view.keys {
        let state = match key {
            key if key.current => "current",
            key if key.removed.is_some() => "removed",
            _ => "older",
        };
        let unopenable = match key.unopenable {
            0 => String::new(),
            many => format!(", {many} can't be opened"),
        };
        lines.push(format!(
            "key {}: {state} since {}, {}{unopenable}, {}",
            key.id,
            key.removed.or(key.until).unwrap_or(key.since),
            counted(key.values, "value", "values"),
            here.words(key),
        ));
        let done = !key.current && key.removed.is_none() && key.values + key.unopenable == 0;
        if done
            && !view
                .rotation
                .as_ref()
                .is_some_and(RotationView::is_under_way)
        {
            lines.push(format!(
                "  no value needs it: `relay keys remove {}`; backups from before need it still",
                key.id
            ));
        }
    }
    if let Here::Files(files) = here {
        let unknown = |id: &&String| view.keys.iter().all(|key| key.id != **id);
        for (id, file) in files.iter().filter(|(id, _)| unknown(id)) {
            lines.push(format!("key {id}: laid ready, {}", file.display()));
        }
    }
    lines.push(match &view.rotation {
        None => "rotation: never".to_owned(),
        Some(rotation) => format!("rotation: {}", progress(rotation)),
    });
    lines
}

/// How far a rotation is, in words.
pub(super) fn progress(rotation: &RotationView) -> String {
    let counts = format!(
        "{} of {}",
        rotation.done,
        counted(rotation.total, "value", "values")
    );
    let mut words = match rotation.state {
        RotationState::Asked => "waits for an engine".to_owned(),
        RotationState::Running => format!("running, {counts}"),
        RotationState::Finished => format!("finished, {counts}"),
        RotationState::Failed => "failed".to_owned(),
    };
    if !rotation.message.is_empty() {
        words.push_str(": ");
        words.push_str(&rotation.message);
    }
    words
}
