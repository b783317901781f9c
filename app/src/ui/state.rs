//! A state as word, icon and colour together: colour alone tells nobody anything.

use leptos::prelude::*;
use model::RequirementState;

use super::icon::{Icon, Symbol};

/// How a state should feel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// In order.
    Good,
    /// Somebody has to act.
    Bad,
    /// Worth a look.
    Unsure,
}

/// A state in words.
#[component]
pub fn State(
    /// How it should feel.
    tone: Tone,
    /// The word.
    #[prop(into)]
    words: String,
) -> impl IntoView {
    let (class, icon) = match tone {
        Tone::Good => ("state state-good", Icon::Check),
        Tone::Bad => ("state state-bad", Icon::Alert),
        Tone::Unsure => ("state state-unsure", Icon::Question),
    };
    view! { <span class=class><Symbol icon/>{words}</span> }
}

/// The tone of a requirement's state.
pub fn tone(state: RequirementState) -> Tone {
    match state {
        RequirementState::Configured => Tone::Good,
        RequirementState::Unknown => Tone::Unsure,
        _ => Tone::Bad,
    }
}
