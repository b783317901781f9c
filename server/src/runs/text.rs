//! From the pieces of a log to pieces of text: a character may be cut in two between pieces.

use model::Timestamp;
use serde::Serialize;

/// A piece of a log as text.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Piece {
    /// The number of the attempt it belongs to.
    pub(super) attempt: u64,
    /// The place of its first byte in the log.
    pub(super) offset: u64,
    /// When it was printed.
    pub(super) at: Timestamp,
    /// What was printed; what is no text is replaced by U+FFFD.
    pub(super) text: String,
    /// The place of the byte after its last one.
    #[serde(skip)]
    pub(super) end: u64,
}

/// The beginning of a character whose rest has not come yet, and where and when it was printed.
#[derive(Default)]
pub(super) struct Pieces(Option<(u64, Timestamp, Vec<u8>)>);

impl Pieces {
    /// The text of the next piece; none when it is nothing but the beginning of a character.
    pub(super) fn next(
        &mut self,
        attempt: u64,
        (offset, at, bytes): (u64, Timestamp, Vec<u8>),
    ) -> Option<Piece> {
        let (offset, at, mut all) = match self.0.take() {
            Some((offset, at, mut begun)) => {
                begun.extend(bytes);
                (offset, at, begun)
            }
            None => (offset, at, bytes),
        };
        let rest = all.split_off(all.len() - unfinished(&all));
        if !rest.is_empty() {
            self.0 = Some((offset + all.len() as u64, at, rest));
        }
        (!all.is_empty()).then(|| Piece::new(attempt, offset, at, &all))
    }

    /// What was held back, when nothing comes any more.
    pub(super) fn rest(&mut self, attempt: u64) -> Option<Piece> {
        let (offset, at, bytes) = self.0.take()?;
        Some(Piece::new(attempt, offset, at, &bytes))
    }
}

impl Piece {
    fn new(attempt: u64, offset: u64, at: Timestamp, bytes: &[u8]) -> Self {
        Self {
            attempt,
            offset,
            at,
            end: offset + bytes.len() as u64,
            text: String::from_utf8_lossy(bytes).into_owned(),
        }
    }
}

/// How many bytes at the end are the beginning of a character.
fn unfinished(bytes: &[u8]) -> usize {
    let tail = bytes.len().min(3);
    (1..=tail)
        .rev()
        .find(|length| {
            let error = std::str::from_utf8(&bytes[bytes.len() - length..]).err();
            // Nothing is wrong but the end.
            error.is_some_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
        })
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp(7);

    fn joined(bytes: &[u8], cut: usize) -> String {
        let (mut pieces, mut text, mut expected) = (Pieces::default(), String::new(), 0);
        let (first, second) = bytes.split_at(cut);
        let mut all = vec![
            pieces.next(1, (0, AT, first.to_vec())),
            pieces.next(1, (cut as u64, AT, second.to_vec())),
        ];
        all.push(pieces.rest(1));
        for piece in all.into_iter().flatten() {
            assert_eq!(piece.offset, expected, "without gaps");
            expected = piece.end;
            text.push_str(&piece.text);
        }
        assert_eq!(expected, bytes.len() as u64);
        text
    }

    #[test]
    fn a_character_is_never_cut() {
        let text = "aé€😀\u{10ffff}z";
        for cut in 0..text.len() {
            assert_eq!(joined(text.as_bytes(), cut), text, "{cut}");
        }
    }

    #[test]
    fn what_is_no_text_is_not_waited_for() {
        for bytes in [
            &b"a\xff\xffb"[..],
            b"\xe2\x28\xa1",
            b"\x80\x80\x80\x80",
            b"\xf0\x9f\x98",
        ] {
            for cut in 0..bytes.len() {
                let text = joined(bytes, cut);
                assert!(text.contains('\u{fffd}'), "{bytes:?} {cut}: {text}");
            }
        }
    }
}
