//! Where the cases lie, and where the report goes.

use std::path::{Path, PathBuf};

/// The project's own cases, from the root.
pub(crate) const OWN: &str = "crates/language/tests/conformance/cases";

/// The root of the workspace. Cargo starts this program in the folder of the crate, but people type paths as they are
/// seen from the root.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// What an environment variable names: a path, from the root if it is relative. None when it is not set.
pub(crate) fn given(variable: &str) -> Option<PathBuf> {
    Some(root().join(std::env::var_os(variable)?))
}

/// The case files of the folder with their stems, sorted. `Err`: a sentence about a folder that cannot be listed.
pub(crate) fn files(folder: &Path) -> Result<Vec<(String, PathBuf)>, String> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| format!("the folder {} cannot be read: {error}", folder.display()))?;
    let mut files: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .filter_map(|path| Some((path.file_stem()?.to_str()?.to_owned(), path.clone())))
        .collect();
    files.sort();
    Ok(files)
}
