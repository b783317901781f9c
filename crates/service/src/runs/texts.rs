//! What the text of a revision says about its steps, for pages that show a run again and again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use language::Document;
use model::{Problem, WorkflowId};
use store::runs::RunRow;

use crate::Service;
use crate::reading::read;
use crate::service::broken;

/// How many revisions are remembered. Somebody who watches a run asks for the same one all the
/// time.
const REMEMBERED: usize = 32;

/// A revision, which never changes.
type Key = (WorkflowId, u64);

/// The revisions that were looked at last, the newest look at the end.
type Remembered = VecDeque<(Key, Arc<Text>)>;

/// The revisions that were looked at last. Cheap to clone; clones share what they remember.
#[derive(Clone, Default)]
pub(crate) struct Texts(Arc<Mutex<Remembered>>);

/// A text and what it says.
pub(super) struct Text {
    pub(super) whole: String,
    /// The steps, in the order of the text.
    pub(super) steps: Vec<TextStep>,
    /// The names of the parameters, in the order of the text.
    pub(super) parameters: Vec<String>,
}

/// What a text says about a step.
pub(super) struct TextStep {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) needs: Vec<String>,
}

impl Text {
    fn of(text: String) -> Self {
        let Document {
            steps,
            plan,
            parameters,
            ..
        } = language::read(&text);
        let steps = steps.into_iter().map(|step| {
            let planned = plan.steps.iter().find(|planned| planned.name == step.name);
            TextStep {
                needs: planned.map(|one| one.needs.clone()).unwrap_or_default(),
                name: step.name,
                description: step.description,
            }
        });
        Self {
            steps: steps.collect(),
            parameters: parameters.into_iter().map(|one| one.name).collect(),
            whole: text,
        }
    }

    /// What it says about the step of that name.
    pub(super) fn step(&self, name: &str) -> Option<&TextStep> {
        self.steps.iter().find(|step| step.name == name)
    }
}

impl Texts {
    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, key: &Key) -> Option<Arc<Text>> {
        let texts = self.lock();
        let found = texts.iter().find(|(known, _)| known == key);
        found.map(|(_, text)| Arc::clone(text))
    }

    fn keep(&self, key: Key, text: Arc<Text>) {
        let mut texts = self.lock();
        texts.retain(|(known, _)| *known != key);
        texts.push_back((key, text));
        while texts.len() > REMEMBERED {
            texts.pop_front();
        }
    }
}

impl Service {
    /// The text that a run runs.
    pub(super) async fn text_of(&self, run: &RunRow) -> Result<Arc<Text>, Problem> {
        let key = (run.workflow_id.clone(), run.revision);
        if let Some(text) = self.texts.get(&key) {
            return Ok(text);
        }
        let revision = store::revisions::find(&self.store, &run.workflow_id, run.revision);
        let (_, text) = revision
            .await
            .map_err(broken)?
            // Deleted with its workflow since the run was found.
            .ok_or_else(|| Problem::not_found("run"))?;
        let text = Arc::new(read(text, Text::of).await?);
        self.texts.keep(key, Arc::clone(&text));
        Ok(text)
    }
}
