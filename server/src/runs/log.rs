//! The log that somebody watches, from one attempt at its step to the next.

use model::AttemptId;
use service::{AttemptView, LogFrom, LogPart, RunView};

use super::text::{Piece, Pieces};

/// About how many bytes are read at once.
const PART: u64 = 64 * 1024;

/// A place in the logs of a step. The id of a `log` event is one, and a browser that connects again
/// sends it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    /// The number of the attempt; whichever comes first without it.
    pub(super) attempt: Option<u64>,
    /// The place of a byte in its log.
    pub(super) offset: u64,
}

impl Mark {
    /// `2:1000` is byte 1,000 of attempt 2.
    pub(super) fn of_id(id: &str) -> Option<Self> {
        let (attempt, offset) = id.split_once(':')?;
        Some(Self {
            attempt: Some(attempt.parse().ok()?),
            offset: offset.parse().ok()?,
        })
    }

    /// The place behind a piece, as the id of its event.
    pub(super) fn behind(piece: &Piece) -> String {
        format!("{}:{}", piece.attempt, piece.end)
    }
}

/// The log of a step, as it is being told.
pub(super) struct Log {
    position: u64,
    /// The attempt that was asked for; without it the newest one counts.
    asked: Option<u64>,
    /// Where to begin.
    from: Mark,
    /// The attempt whose log is told, and its number.
    told: Option<(u64, AttemptId)>,
    /// Where its log goes on.
    offset: u64,
    pieces: Pieces,
    ended: bool,
}

impl Log {
    /// The log of the step at `position`, of the attempt that was asked for or of the newest one.
    pub(super) fn new(position: u64, asked: Option<u64>, from: Mark) -> Self {
        Self {
            position,
            asked,
            from,
            told: None,
            offset: 0,
            pieces: Pieces::default(),
            ended: false,
        }
    }

    /// Whether nothing more can come of the attempt that is told.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Whether this is the attempt that is told.
    pub(super) fn is_of(&self, attempt: &AttemptId) -> bool {
        self.told.as_ref().is_some_and(|(_, told)| told == attempt)
    }

    /// What to read next; nothing when it has ended, or has not begun. A log that is read to its
    /// end is followed by that of the next attempt, unless one was asked for.
    pub(super) fn next(&mut self, run: &RunView) -> Option<LogFrom> {
        let step = run.steps.iter().find(|step| step.position == self.position);
        let attempt = step.and_then(|step| match self.asked {
            Some(number) => step.attempts.iter().find(|one| one.number == number),
            None => step.attempts.last(),
        });
        let Some(newest) = attempt else {
            self.ended = step.is_none_or(|step| step.state.is_final());
            return None;
        };
        match &self.told {
            Some((number, _)) if self.ended && *number != newest.number => self.begin(newest),
            Some(_) => {}
            None => self.begin(newest),
        }
        if self.ended {
            return None;
        }
        Some(LogFrom {
            position: self.position,
            attempt: self.told.as_ref().map(|(number, _)| *number),
            offset: self.offset,
            max: PART,
        })
    }

    /// Each attempt has a log of its own, so a place in one means nothing in another.
    fn begin(&mut self, attempt: &AttemptView) {
        let Mark {
            attempt: of,
            offset,
        } = self.from;
        let is_of_this = of.is_none_or(|number| number == attempt.number);
        self.offset = if is_of_this { offset } else { 0 };
        self.from.attempt = Some(attempt.number);
        self.told = Some((attempt.number, attempt.id.clone()));
        self.pieces = Pieces::default();
        self.ended = false;
    }

    /// What was read, as text.
    pub(super) fn take(&mut self, part: LogPart) -> Vec<Piece> {
        self.offset = part.next_offset;
        self.ended = part.ended;
        let mut pieces = Vec::new();
        for chunk in part.chunks {
            pieces.extend(self.pieces.next(part.attempt, chunk));
        }
        if self.ended {
            pieces.extend(self.pieces.rest(part.attempt));
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_an_event_names_the_attempt() {
        let mark = |attempt, offset| {
            let attempt = Some(attempt);
            Some(Mark { attempt, offset })
        };
        assert_eq!(Mark::of_id("2:1000"), mark(2, 1_000));
        assert_eq!(Mark::of_id("1:0"), mark(1, 0));
        for nonsense in ["", "1000", ":", "1:", ":1", "a:1", "1:b", "1:2:3", "-1:2"] {
            assert_eq!(Mark::of_id(nonsense), None, "{nonsense}");
        }
    }
}
