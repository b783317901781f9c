//! Reading a workflow's file.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use language::limits::MAX_TEXT;

/// Enough for the answer that a text is too large.
const LONGEST: u64 = MAX_TEXT as u64 + 4;

/// The text of a file, or why there is none, as a sentence. Of a text that is too large to be
/// checked only the beginning is read.
pub(super) fn read(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LONGEST).read_to_end(&mut bytes))
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => "there is no such file".to_owned(),
            ErrorKind::PermissionDenied => "nobody lets this file be read".to_owned(),
            ErrorKind::IsADirectory => "this is a directory; name the files in it".to_owned(),
            _ => format!("the file cannot be read: {error}"),
        })?;
    if bytes.len() > MAX_TEXT {
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    let sixteen = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    String::from_utf8(bytes).map_err(|error| {
        if sixteen {
            return "the file is UTF-16; save it as UTF-8".to_owned();
        }
        let at = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..at]);
        let line = before.matches('\n').count() + 1;
        format!("the file is not UTF-8, first on line {line}; save it as UTF-8")
    })
}
