//! Masking bytes as they come, in pieces of any size.

use std::sync::Arc;
use std::{fmt, mem};

use aho_corasick::automaton::StateID;

use super::matcher::Matcher;
use super::windows::{Rolling, WIDTH};
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
    /// The end of what was read, as far as windows need it.
    rolling: Rolling,
    /// Bytes that were read and not passed on.
    held: Vec<u8>,
    /// Places in `held` and behind it where values are; none overlaps another.
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
            self.rolling = Rolling::default();
            self.values.clear();
            self.read(&matcher, 0);
        }
    }

    /// Reads what is held from there on.
    fn read(&mut self, matcher: &Matcher, from: usize) {
        let bytes = self.held.get(from..).unwrap_or_default();
        let mut found = Vec::new();
        let mut tell = |length: usize, end: usize| {
            found.push(Range {
                start: (from + end).saturating_sub(length),
                end: from + end,
            });
        };
        self.state = matcher.read(self.state, bytes, &mut tell);
        let windows = &matcher.windows;
        windows.read(&mut self.rolling, bytes, |end| tell(WIDTH, end));
        // In the order in which they end, whoever has found them.
        found.sort_by_key(|range| range.end);
        for range in found {
            self.insert(range);
        }
    }

    /// Takes up that there is a value; none that was found before ends behind it.
    fn insert(&mut self, mut range: Range) {
        if range.start < self.masked {
            // It overlaps the value whose mask has been written already, and so covers everything
            // found in between.
            self.masked = range.end.max(self.masked);
            self.values.clear();
            return;
        }
        while let Some(last) = self.values.last()
            && last.end > range.start
        {
            range.start = last.start.min(range.start);
            range.end = last.end.max(range.end);
            self.values.pop();
        }
        self.values.push(range);
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
