//! `dist/site`: all that a browser loads, and nothing else. A part is made again only when what it is made from changed.

mod editor;
mod package;
mod split;
mod style;
mod wasm;

use crate::failure::Result;

/// Builds what changed and puts the site together.
pub(crate) fn build() -> Result<()> {
    let mut parts = wasm::build()?;
    parts.extend([editor::build()?, style::build()?]);
    package::build(&parts)
}
