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
    /// Under way.
    Busy,
    /// Nothing happens, and nobody has to act.
    Idle,
}

impl Tone {
    /// The class that gives a state its colour.
    pub fn class(self) -> &'static str {
        match self {
            Self::Good => "state state-good",
            Self::Bad => "state state-bad",
            Self::Unsure => "state state-unsure",
            Self::Busy => "state state-busy",
            Self::Idle => "state state-idle",
        }
    }
}

/// A state in words.
#[component]
pub fn State(
    /// How it should feel.
    tone: Tone,
    /// The word.
    #[prop(into)]
    words: String,
    /// An icon that says more than the tone's own.
    #[prop(optional)]
    icon: Option<Icon>,
) -> impl IntoView {
    let icon = icon.unwrap_or(match tone {
        Tone::Good => Icon::Check,
        Tone::Bad => Icon::Alert,
        Tone::Unsure => Icon::Question,
        Tone::Busy => Icon::Loader,
        Tone::Idle => Icon::Clock,
    });
    view! { <span class=tone.class()><Symbol icon/>{words}</span> }
}

/// The tone of a requirement's state.
pub fn tone(state: RequirementState) -> Tone {
    match state {
        RequirementState::Configured => Tone::Good,
        RequirementState::Unknown => Tone::Unsure,
        _ => Tone::Bad,
    }
}
