//! The questions that the editor asks about a text, and their answers as JSON.

use language::{Assist, Library};
use leptos::serde_json;
use model::Holdings;
use serde::{Deserialize, Serialize};

use super::checked::Checked;
use crate::ui::layout::picture;
use crate::ui::picture::Size;

/// How large the editor's picture draws a step.
const STEP: Size = Size {
    width: 164,
    height: 36,
};

/// A question. Places are UTF-16 units, as everywhere in the editor.
#[derive(Deserialize)]
#[serde(tag = "ask", rename_all = "lowercase")]
enum Question {
    /// What is wrong, and what the text needs: a [`Checked`].
    Check,
    /// What could be written here.
    Complete {
        at: usize,
        /// The person asked for it, so that every chance is taken.
        explicit: bool,
    },
    /// What is known of the word here.
    Hover { at: usize },
    /// Where the name here is declared.
    Definition { at: usize },
    /// The name here, if it can be changed.
    Renamable { at: usize },
    /// The changes that give the name here another word everywhere.
    Rename { at: usize, name: String },
    /// Headings and steps.
    Structure,
    /// Where the steps stand in their picture. The text does not matter.
    Layout { steps: Vec<(String, Vec<String>)> },
}

/// The answer to the question `asked`; `null` where there is none.
pub(super) fn answer(asked: &str, text: &str, holdings: &Holdings, library: Library<'_>) -> String {
    let Ok(question) = serde_json::from_str(asked) else {
        return "null".to_owned();
    };
    let assist = || Assist::of(text);
    match question {
        Question::Check => json(&Checked::of(text, holdings)),
        Question::Complete { at, explicit } => {
            json(&assist().complete(at, holdings, library, explicit))
        }
        Question::Hover { at } => json(&assist().hover(at, holdings, library)),
        Question::Definition { at } => json(&assist().definition(at)),
        Question::Renamable { at } => json(&assist().rename_target(at)),
        Question::Rename { at, name } => json(&match assist().rename(at, &name) {
            Ok(edits) => Renamed {
                edits,
                refused: None,
            },
            Err(sentence) => Renamed {
                edits: Vec::new(),
                refused: Some(sentence),
            },
        }),
        Question::Structure => {
            let assist = assist();
            json(&Structure {
                outline: assist.outline(),
                steps: assist.graph().steps,
            })
        }
        Question::Layout { steps } => {
            let steps = steps.iter();
            json(&picture(
                steps.map(|(name, needs)| (name.as_str(), needs.as_slice())),
                STEP,
            ))
        }
    }
}

#[derive(Serialize)]
struct Renamed {
    edits: Vec<language::Edit>,
    /// Why not.
    refused: Option<String>,
}

#[derive(Serialize)]
struct Structure {
    outline: Vec<language::OutlineItem>,
    steps: Vec<language::GraphStep>,
}

fn json(answer: &impl Serialize) -> String {
    // A value without maps of strange keys always has its JSON.
    serde_json::to_string(answer).unwrap_or_default()
}
