//! What a page is made from and what it gives back. Routes are the server's business; it calls
//! one function per page with a [`Request`] and shows the [`Page`] or the problem it gets.

use std::collections::HashMap;

use leptos::prelude::*;
use model::{Problem, ProblemKind};
use service::{Caller, Service};

pub use crate::ui::frame::Section;

/// Where the browser finds scripts and styles.
#[derive(Clone, Debug)]
pub struct Site {
    /// Folder of this build, such as `pkg/0123abcd`, without slashes at the ends.
    pub pkg: String,
}

/// A form that came back with a problem: the page shows it again.
#[derive(Clone, Debug, Default)]
pub struct Returned {
    /// What was wrong.
    pub problem: Option<Problem>,
    /// What was typed, without anything that may be secret (the server drops that before).
    pub typed: HashMap<String, String>,
}

impl Returned {
    /// What was typed into the control of that name.
    pub fn typed(&self, name: &str) -> Option<&str> {
        self.typed.get(name).map(String::as_str)
    }

    /// What was wrong with the control of that name.
    pub fn wrong(&self, name: &str) -> Option<String> {
        self.problem.as_ref()?.for_field(name).map(str::to_owned)
    }
}

/// The revision a form that came back is still based on: what it said before, unless its problem is
/// that somebody was faster; whoever has been told so saves over the newest one.
pub fn based_on(returned: &Returned, newest: u64) -> String {
    let stale = returned
        .problem
        .as_ref()
        .is_some_and(|problem| problem.kind == ProblemKind::Stale);
    let before = returned
        .typed("revision")
        .or(returned.typed("base_revision"));
    before
        .filter(|_| !stale)
        .map_or_else(|| newest.to_string(), str::to_owned)
}

/// What a page of a signed-in person is made from.
#[derive(Clone)]
pub struct Request {
    /// The use cases.
    pub service: Service,
    /// Who asks.
    pub caller: Caller,
    /// Parameters of the path, by name.
    pub path: HashMap<String, String>,
    /// Parameters of the query.
    pub query: HashMap<String, String>,
    /// The form that came back, if one did.
    pub returned: Returned,
}

impl Request {
    /// A parameter of the path; empty when the route has none of that name.
    pub fn path(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// A parameter of the query.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }
}

/// The islands there are. The browser's half of each is a file of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Island {
    /// The workflow's page.
    Workbench,
    /// A run's page.
    Run,
}

impl Island {
    /// What its files are called.
    pub fn file(self) -> &'static str {
        match self {
            Self::Workbench => "workbench",
            Self::Run => "run",
        }
    }
}

/// A page, ready to be rendered.
pub struct Page {
    /// What stands in the browser's tab.
    pub title: String,
    /// Which link of the navigation is the current one.
    pub section: Section,
    /// The scripts that wake its island, if it has one.
    pub island: Option<Island>,
    /// Rules only this page needs.
    pub style: Option<String>,
    /// Whether values are typed into it, which a script seals.
    pub values: bool,
    /// A script only this page is better with; it works without.
    pub script: Option<&'static str>,
    /// The content; run inside the reactive owner of the answer.
    pub view: Box<dyn FnOnce() -> AnyView + Send>,
}

impl Page {
    /// A page without islands.
    pub fn new<V: IntoView + 'static>(
        title: impl Into<String>,
        section: Section,
        view: impl FnOnce() -> V + Send + 'static,
    ) -> Self {
        Self {
            title: title.into(),
            section,
            island: None,
            style: None,
            values: false,
            script: None,
            view: Box::new(move || view().into_any()),
        }
    }

    /// The same page with that island woken in the browser.
    #[must_use]
    pub fn with_island(mut self, island: Island) -> Self {
        self.island = Some(island);
        self
    }

    /// The same page with the script that seals what is typed into its forms.
    #[must_use]
    pub fn with_values(mut self) -> Self {
        self.values = true;
        self
    }

    /// The same page with a script of its own.
    #[must_use]
    pub fn with_script(mut self, script: &'static str) -> Self {
        self.script = Some(script);
        self
    }

    /// The same page with rules of its own.
    #[must_use]
    pub fn with_style(mut self, style: String) -> Self {
        self.style = Some(style);
        self
    }
}

/// What a page function gives back.
pub type Answer = Result<Page, Problem>;
