//! The island of the workflow page: buttons, editor, Setup, banner, remarks and the value form.
//!
//! What it shows first is what the server computed (`initial`), so that waking it changes nothing;
//! from then on the editor has every change of the text checked in a worker, without a request.

#![expect(
    missing_docs,
    reason = "the island macro makes a public struct without any"
)]

#[cfg(feature = "hydrate")]
mod browser;
mod dialog;
mod remarks;
mod run;
mod setup;
mod toolbar;

use leptos::prelude::*;
use model::{Holdings, Problem, Role};

use super::checked::{Checked, Cure, Need};
use super::functions::{Newest, newest_revision, save_workflow, workflow_holdings};
use dialog::ValueDialog;
use remarks::Remarks;
use run::RunDialog;
use setup::{Banner, Setup};
use toolbar::Toolbar;

/// Whether what is typed is safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Saving {
    /// The newest revision is what the editor shows.
    Saved,
    /// Something was typed since.
    Unsaved,
    /// On its way.
    UnderWay,
    /// Somebody else saved a newer revision.
    Conflict(Newest),
    /// It did not arrive.
    Failed(Problem),
}

/// State of the island; copied into every part of it.
#[derive(Clone, Copy)]
pub(crate) struct Bench {
    pub(crate) workflow: StoredValue<String>,
    pub(crate) id: StoredValue<String>,
    pub(crate) can_edit: bool,
    pub(crate) can_run: bool,
    /// What is in the editor.
    pub(crate) text: StoredValue<String>,
    pub(crate) base_revision: RwSignal<u64>,
    pub(crate) holdings: RwSignal<Holdings>,
    pub(crate) checked: RwSignal<Checked>,
    /// How often the server was asked what is there.
    looks: StoredValue<u64>,
    /// Why the server could not say what is there, if it could not.
    pub(crate) trouble: RwSignal<Option<Problem>>,
    pub(crate) saving: RwSignal<Saving>,
    pub(crate) setup_open: RwSignal<bool>,
    /// What the value form is open for.
    pub(crate) asked: RwSignal<Option<Need>>,
    /// The dialog with the form of a run.
    pub(crate) run_dialog: NodeRef<leptos::html::Dialog>,
    /// Read out by screen readers when it changes.
    pub(crate) said: RwSignal<String>,
    /// A place the editor should go to: from, to.
    pub(crate) going_to: RwSignal<Option<(usize, usize)>>,
    /// A cure the editor should carry out.
    pub(crate) curing: RwSignal<Option<Cure>>,
}

impl Bench {
    /// Takes over what a check has found.
    #[cfg(feature = "hydrate")]
    fn show(self, checked: Checked) {
        if self.checked.with_untracked(|before| *before != checked) {
            self.checked.set(checked);
        }
    }

    /// Asks the server what is there now.
    pub(crate) async fn refresh(self) {
        let look = self.looks.get_value() + 1;
        self.looks.set_value(look);
        let answer = workflow_holdings(self.workflow.get_value()).await;
        if self.looks.get_value() != look {
            // Answers may overtake each other; the one to the newest question counts.
            return;
        }
        match answer {
            Ok(holdings) => {
                self.trouble.set(None);
                // The text is checked again when this is something else.
                if self.holdings.with_untracked(|before| *before != holdings) {
                    self.holdings.set(holdings);
                }
            }
            Err(refused) => self.trouble.set(Some(refused.0)),
        }
    }

    /// Saves what is in the editor on top of `base`.
    pub(crate) async fn save(self, base: u64) {
        if self.saving.get_untracked() == Saving::UnderWay {
            return;
        }
        self.saving.set(Saving::UnderWay);
        let sent = self.text.get_value();
        match save_workflow(
            self.workflow.get_value(),
            self.id.get_value(),
            base,
            sent.clone(),
        )
        .await
        {
            Ok(revision) => {
                self.base_revision.set(revision);
                let unchanged = self.text.with_value(|text| *text == sent);
                self.saving.set(if unchanged {
                    Saving::Saved
                } else {
                    Saving::Unsaved
                });
                self.refresh().await;
            }
            Err(refused) if refused.0.kind == model::ProblemKind::Stale => {
                let newest = newest_revision(self.workflow.get_value()).await;
                self.saving.set(match newest {
                    Ok(newest) => Saving::Conflict(newest),
                    Err(refused) => Saving::Failed(refused.0),
                });
            }
            Err(refused) => self.saving.set(Saving::Failed(refused.0)),
        }
    }
}

/// The workflow page below its heading. `children` is the form with the text area, which stays
/// the server's: the editor replaces the text area and keeps its text.
#[island]
pub fn Workbench(
    /// Name of the workflow.
    workflow: String,
    /// Its id: a name can be given to another workflow while this page is open.
    id: String,
    /// The revision the text is based on; 0 when nothing was saved yet.
    base_revision: u64,
    /// The text area shows what was refused, not what is saved.
    unsaved: bool,
    /// What the person may do with it.
    role: Role,
    /// What is there.
    holdings: Holdings,
    /// What the server found in the text.
    initial: Checked,
    /// URL of the editor's script.
    editor: String,
    /// Whether Setup is open from the start.
    setup_open: bool,
    /// The form with the text area.
    children: Children,
) -> impl IntoView {
    let bench = Bench {
        workflow: StoredValue::new(workflow),
        id: StoredValue::new(id),
        can_edit: role >= Role::Administrator,
        can_run: role >= Role::Operator,
        text: StoredValue::new(String::new()),
        base_revision: RwSignal::new(base_revision),
        holdings: RwSignal::new(holdings),
        checked: RwSignal::new(initial),
        looks: StoredValue::new(0),
        trouble: RwSignal::new(None),
        saving: RwSignal::new(if unsaved {
            Saving::Unsaved
        } else {
            Saving::Saved
        }),
        setup_open: RwSignal::new(setup_open),
        asked: RwSignal::new(None),
        run_dialog: NodeRef::new(),
        said: RwSignal::new(String::new()),
        going_to: RwSignal::new(None),
        curing: RwSignal::new(None),
    };
    #[cfg(feature = "hydrate")]
    browser::start(bench, editor);
    #[cfg(not(feature = "hydrate"))]
    drop(editor);
    // No part of an island is boxed (`into_any`): each box brings code for hydrating out of order
    // that islands never run, a tenth of the WASM.
    view! {
        <div class="workbench">
            <Toolbar bench/>
            <Banner bench/>
            <p class="for-readers" role="status">{move || bench.said.get()}</p>
            <div class="bench">
                <div class="bench-text">
                    {children()}
                    <Remarks bench/>
                </div>
                <div class="bench-side">
                    <Setup bench/>
                    // The editor's script fills it and shows it.
                    <section id="structure" class="structure" aria-label="Outline" hidden=""></section>
                </div>
            </div>
            <ValueDialog bench/>
            {bench.can_run.then(|| view! { <RunDialog bench/> })}
        </div>
    }
}
