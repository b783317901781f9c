//! Questions to a tree: which part of it is wanted.

use std::str::FromStr;

use super::context::Context;
use super::error::Result;
use super::item::Item;
use super::node::Node;
use super::pattern;
use super::syntax;
use super::walk::{self, Partial, Scope};

/// The language of a question.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum QueryLanguage {
    /// `aws.connection["accessKeyID"]`: the language inside of `${…}`.
    #[default]
    Path,
    /// A text with `${…}`.
    PathTemplate,
    /// `$.aws.connection.*`
    JsonPath,
    /// A text with `{.aws.connection.accessKeyID}`.
    JsonPathTemplate,
}

/// The word names no language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownLanguage;

impl FromStr for QueryLanguage {
    type Err = UnknownLanguage;

    fn from_str(word: &str) -> std::result::Result<Self, UnknownLanguage> {
        match word {
            "" | "path" => Ok(Self::Path),
            "path-template" => Ok(Self::PathTemplate),
            "jsonpath" => Ok(Self::JsonPath),
            "jsonpath-template" => Ok(Self::JsonPathTemplate),
            _ => Err(UnknownLanguage),
        }
    }
}

/// Answers a question to a tree.
pub(super) fn ask(
    node: &Node,
    language: QueryLanguage,
    text: &str,
    functions: bool,
    context: &mut Context<'_>,
) -> Result<Partial> {
    let whole = &Item::Node(node);
    let scope = Scope::new(whole, functions);
    match language {
        QueryLanguage::Path => walk::whole(&syntax::parse(text)?, scope, context),
        QueryLanguage::PathTemplate => {
            walk::template(&syntax::parse_template(text)?, scope, context)
        }
        QueryLanguage::JsonPath => walk::whole(&syntax::parse_route(text)?, scope, context),
        QueryLanguage::JsonPathTemplate => {
            pattern::fill(&syntax::parse_pattern(text)?, scope, context)
        }
    }
}
