//! Masking bytes as they come, in pieces of any size.

use std::sync::Arc;
use std::{fmt, mem};

use aho_corasick::automaton::StateID;

use super::chain::Rolling;
use super::matcher::Matcher;
use super::{MASK, Redactor, Sieve};

/// Masks a stream of bytes. What comes out does not depend on how the bytes were cut, and only
/// what may still become a value is held back.
pub struct Stream {
    redactor: Redactor,
    version: u64,
    matcher: Option<Arc<Matcher>>,
    /// Whether nothing gets through, and whether a mask stands for all of it already.
    shut: bool,
    told: bool,
    state: StateID,
    /// The same for windows.
    rolling: Rolling,
    /// Bytes that were read and not passed on.
    held: Vec<u8>,
    /// Places in `held` where values are, in their order; none overlaps another.
    values: Vec<Range>,
    /// How many bytes from the start of `held` belong to a value whose mask has been written.
    masked: usize,
}

#[derive(Debug, Clone, Copy)]
struct Range {
    start: usize,
    end: usize,
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is held back may be a part of a value.
        f.debug_struct("Stream").finish_non_exhaustive()
    }
}

impl Stream {
    pub(super) fn new(redactor: Redactor) -> Self {
        Self {
            redactor,
            // Of nothing known; the first bytes bring it up to date.
            version: u64::MAX,
            matcher: None,
            shut: false,
            told: false,
            state: StateID::ZERO,
            rolling: Rolling::default(),
            held: Vec::new(),
            values: Vec::new(),
            masked: 0,
        }
    }

    /// Takes bytes in, and appends what can be passed on.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.refresh();
        if self.shut {
            self.held.clear();
            self.values.clear();
            if !bytes.is_empty() && !mem::replace(&mut self.told, true) {
                out.extend_from_slice(MASK.as_bytes());
            }
            return;
        }
        let Some(matcher) = self.matcher.clone() else {
            out.extend_from_slice(bytes);
            return;
        };
        let before = self.held.len();
        self.held.extend_from_slice(bytes);
        self.read(&matcher, before);
        let begun = matcher.pending(self.state);
        let pending = begun.max(matcher.windows.pending(&self.rolling));
        self.pass_on(self.held.len().saturating_sub(pending), out);
    }

    /// Appends the rest: nothing comes behind it.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        self.pass_on(self.held.len(), out);
        self.state = self
            .matcher
            .as_ref()
            .map_or(StateID::ZERO, |matcher| matcher.start());
        self.rolling = Rolling::default();
        self.masked = 0;
    }

    /// Takes up what was learned meanwhile; what is still held back is looked at again.
    fn refresh(&mut self) {
        if self.version == self.redactor.version() {
            return;
        }
        let (version, sieve) = self.redactor.sieve();
        self.version = version;
        (self.matcher, self.shut) = match sieve {
            Sieve::Open => (None, false),
            Sieve::Matcher(matcher) => (Some(matcher), false),
            Sieve::Shut => (None, true),
        };
        if let Some(matcher) = self.matcher.clone() {
            self.state = matcher.start();
            // What goes on with a value that has a mask already belongs to it.
            self.rolling = Rolling::within(self.masked);
            self.values.clear();
            self.read(&matcher, 0);
        }
    }

    /// Reads what is held from there on.
    fn read(&mut self, matcher: &Matcher, from: usize) {
        let bytes = self.held.get(from..).unwrap_or_default();
        let mut found: Vec<Range> = Vec::new();
        self.state = matcher.read(self.state, bytes, |length, end| {
            found.push(Range {
                start: (from + end).saturating_sub(length),
                end: from + end,
            });
        });
        let before = self.rolling.place();
        self.rolling.read(&matcher.windows, bytes, |place| {
            let held = |place: usize| (place + from).saturating_sub(before);
            let (start, end) = (held(place.start), held(place.end));
            match found.last_mut() {
                // Windows come one after the other; most of them need no range of their own.
                Some(last) if last.start <= start && start < last.end => {
                    last.end = last.end.max(end);
                }
                _ => found.push(Range { start, end }),
            }
        });
        // Whoever has found them: in the order in which they end there is little to move.
        found.sort_by_key(|range| range.end);
        for range in found {
            self.insert(range);
        }
    }

    /// Takes up that there is a value.
    fn insert(&mut self, mut range: Range) {
        if range.start < self.masked {
            // It goes on with the value whose mask has been written already.
            self.masked = range.end.max(self.masked);
            let mut behind = 0;
            while let Some(value) = self.values.get(behind)
                && value.start < self.masked
            {
                self.masked = value.end.max(self.masked);
                behind += 1;
            }
            self.values.drain(..behind);
            return;
        }
        let first = self
            .values
            .partition_point(|value| value.end <= range.start);
        let mut behind = first;
        while let Some(value) = self.values.get(behind)
            && value.start < range.end
        {
            range.start = value.start.min(range.start);
            range.end = value.end.max(range.end);
            behind += 1;
        }
        self.values.splice(first..behind, [range]);
    }

    /// Passes on what comes before `until`, with a mask for each value that begins there.
    fn pass_on(&mut self, until: usize, out: &mut Vec<u8>) {
        let mut at = self.masked.min(until);
        let mut masked = self.masked;
        let mut kept = Vec::new();
        for value in mem::take(&mut self.values) {
            if value.start >= until {
                kept.push(value);
                continue;
            }
            out.extend_from_slice(self.held.get(at..value.start).unwrap_or_default());
            out.extend_from_slice(MASK.as_bytes());
            at = value.end.min(until);
            masked = value.end;
        }
        out.extend_from_slice(self.held.get(at..until).unwrap_or_default());
        self.masked = masked.saturating_sub(until);
        for value in &mut kept {
            value.start -= until;
            value.end -= until;
        }
        self.values = kept;
        self.held.drain(..until);
    }
}

#[cfg(test)]
impl Stream {
    /// How many bytes are held back.
    pub(super) fn held(&self) -> usize {
        self.held.len()
    }
}
