//! What the form of a run shows: a field for each parameter, and what stands in the way.

use language::{Document, Runnable};
use model::{Problem, WorkflowName};
use store::workflows::WorkflowRow;

use super::blockers::{self, Runners};
use super::parameters;
use crate::Service;
use crate::permission::Viewer;
use crate::reading::read;
use crate::service::broken;

/// The form of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunForm {
    /// The workflow.
    pub workflow: WorkflowName,
    /// The newest revision, which would run; 0 when there is none yet.
    pub revision: u64,
    /// What the run can be given, in the order of the text.
    pub parameters: Vec<RunParameter>,
    /// Everything that stands in the way of a run; none when it can start.
    pub blockers: Vec<Blocker>,
}

/// One parameter of the form. What is wrong with it is told of the field `parameters[NAME]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunParameter {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The default as text: a text as it is, anything else as JSON. Empty without a default.
    /// Typed back unchanged, the parameter keeps the type of its default.
    pub shown: String,
    /// Whether a run needs a value: it has no default, and is declared or used where nothing copes with its absence.
    pub required: bool,
}

/// One reason why a run cannot start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocker {
    /// What is missing and what to do.
    pub sentence: String,
    /// Where to do it: an address, and the words of the link.
    pub link: Option<(String, String)>,
}

impl Service {
    /// The form of a run of the newest revision; `None` when there is no such workflow.
    pub async fn run_form(
        &self,
        viewer: &Viewer,
        workflow: &str,
    ) -> Result<Option<RunForm>, Problem> {
        let Some(workflow) = self.find_workflow(workflow).await? else {
            return Ok(None);
        };
        let (document, _) = self.newest(&workflow).await?;
        let blockers = self.blockers(viewer, &workflow, document.as_ref()).await?;
        Ok(Some(RunForm {
            parameters: document
                .as_ref()
                .map(parameters::fields)
                .unwrap_or_default(),
            blockers,
            revision: workflow.revision,
            workflow: workflow.name,
        }))
    }

    /// What the newest text says, nothing before the first save, and what would run of it, nothing
    /// while it has errors.
    pub(super) async fn newest(
        &self,
        workflow: &WorkflowRow,
    ) -> Result<(Option<Document>, Option<Runnable>), Problem> {
        let newest = store::revisions::find(&self.store, &workflow.id, workflow.revision);
        let Some((_, text)) = newest.await.map_err(broken)? else {
            return Ok((None, None));
        };
        let judge = |text: String| match language::runnable(&text) {
            Ok(runnable) => (Some(language::read(&text)), Some(runnable)),
            Err(document) => (Some(document), None),
        };
        read(text, judge).await
    }

    /// Everything that stands in the way of a run of this document.
    pub(super) async fn blockers(
        &self,
        viewer: &Viewer,
        workflow: &WorkflowRow,
        document: Option<&Document>,
    ) -> Result<Vec<Blocker>, Problem> {
        if let Some(blocker) = blockers::of_text(&workflow.name, document) {
            return Ok(vec![blocker]);
        }
        let Some(document) = document else {
            return Ok(Vec::new());
        };
        let holdings = self.holdings(viewer, workflow.name.as_str()).await?;
        let setup = language::compare(&document.requirements, &holdings);
        let mut found = blockers::of_setup(&workflow.name, &setup);
        found.extend(blockers::of_runners(
            &document.steps,
            &self.runners().await?,
        ));
        Ok(found)
    }

    /// What runs steps at the moment.
    async fn runners(&self) -> Result<Runners, Problem> {
        let engines = store::engines::runners(&self.store).await.map_err(broken)?;
        if engines.iter().any(|engine| engine.runner != "none") {
            return Ok(Runners::Processes);
        }
        let first = engines.into_iter().next();
        Ok(first.map_or(Runners::NoEngine, |engine| Runners::None(engine.note)))
    }
}
