//! What must hold for everything there is. The property tests try it on texts they make up, the fuzz targets
//! (`crates/language/fuzz`) on what they find their way to.

mod assist;
mod environment;
mod query;
mod template;
mod text;

pub(crate) use assist::assist;
pub(crate) use query::query;
pub(crate) use template::{data, template};
pub(crate) use text::text;
