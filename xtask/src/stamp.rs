//! Knowing whether a part of the site has to be made again: the hash of all that goes into it.

use crate::failure::Result;
use crate::files;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::Path;

/// A growing hash; each thing added is framed by its length, so two lists never run together to the same hash.
pub(crate) struct Stamp(Sha256);

impl Stamp {
    /// Starts with this program itself: a changed recipe makes everything again.
    pub(crate) fn of_recipe() -> Result<Self> {
        let mut stamp = Self::empty();
        for file in files::below(&files::root().join("xtask/src"))? {
            stamp = stamp.file(&file)?;
        }
        stamp.file(&files::root().join("Cargo.lock"))
    }

    pub(crate) fn empty() -> Self {
        Self(Sha256::new())
    }

    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update(bytes.len().to_le_bytes());
        self.0.update(bytes);
        self
    }

    pub(crate) fn file(self, path: &Path) -> Result<Self> {
        let content = files::read(path)?;
        Ok(self
            .bytes(path.as_os_str().as_encoded_bytes())
            .bytes(&content))
    }

    pub(crate) fn folder(mut self, folder: &Path) -> Result<Self> {
        for file in files::below(folder)? {
            self = self.file(&file)?;
        }
        Ok(self)
    }

    /// The first 16 hexadecimal digits: enough to tell versions of one's own files apart.
    pub(crate) fn text(self) -> String {
        self.0
            .finalize()
            .iter()
            .take(8)
            .fold(String::new(), |mut text, byte| {
                // Writing to a String cannot fail.
                let _ = write!(text, "{byte:02x}");
                text
            })
    }
}

/// Makes the folder `part` anew unless it was already made from exactly this; `make` fills the empty folder.
pub(crate) fn unless_made(
    part: &Path,
    stamp: Stamp,
    make: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let text = stamp.text();
    let note = part.with_extension("stamp");
    if part.is_dir() && std::fs::read_to_string(&note).is_ok_and(|made| made == text) {
        return Ok(());
    }
    // Without a note from here on: a making that is interrupted is begun again.
    files::write(&note, "")?;
    files::remove(part)?;
    files::create(part)?;
    make()?;
    files::write(&note, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_things_and_their_concatenation_differ() {
        let apart = Stamp::empty().bytes(b"a").bytes(b"b").text();
        let together = Stamp::empty().bytes(b"ab").text();
        assert_eq!(apart.len(), 16);
        assert_ne!(apart, together);
    }

    #[test]
    fn a_part_is_made_again_only_when_its_input_changed_or_it_is_gone() {
        let folder = std::env::temp_dir().join(format!("relay-stamp-{}", std::process::id()));
        let part = folder.join("part");
        let mut made = 0;
        let mut make_from = |input: &[u8]| {
            let stamp = Stamp::empty().bytes(input);
            let outcome = unless_made(&part, stamp, || {
                made += 1;
                Ok(())
            });
            assert!(outcome.is_ok());
            made
        };
        assert_eq!(make_from(b"1"), 1);
        assert_eq!(make_from(b"1"), 1);
        assert_eq!(make_from(b"2"), 2);
        std::fs::remove_dir(&part).unwrap();
        assert_eq!(make_from(b"2"), 3);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_part_whose_making_failed_is_made_again() {
        let folder = std::env::temp_dir().join(format!("relay-failed-{}", std::process::id()));
        let part = folder.join("part");
        let failed = unless_made(&part, Stamp::empty(), || {
            Err(crate::failure::Failure::new("no"))
        });
        assert!(failed.is_err());
        let mut made = false;
        let outcome = unless_made(&part, Stamp::empty(), || {
            made = true;
            Ok(())
        });
        assert!(outcome.is_ok() && made);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
