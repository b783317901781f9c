//! Reading a text for windows that are known, and what follows from those that lie side by side.
//!
//! Windows that overlap as they do in a form are a chain. One that tells makes all of its chain a part
//! of a value, what came before it as well; a chain goes on in the next line, since base64 is printed
//! in lines. What is before it is held back as long as that may still happen.

use std::collections::VecDeque;
use std::ops::Range;

use super::windows::{Meaning, STRIDE, WIDTH, Windows, ends_line, grown, left};

/// Ends of lines within a chain, at most: `\r\n`.
const BETWEEN_LINES: usize = 2;

/// The end of what was read. Places are counted from the first byte.
#[derive(Default)]
pub(super) struct Rolling {
    /// The last bytes of the line that is being read.
    bytes: [u8; WIDTH],
    /// Where the next byte goes, which is where the oldest one stands.
    next: usize,
    /// How many of them there are.
    length: usize,
    hash: u64,
    /// How many bytes were read.
    read: usize,
    /// Where the line begins, and where the text of the one before it ended.
    line: usize,
    ended: usize,
    chain: Option<Chain>,
}

/// Windows that lie side by side.
struct Chain {
    end: usize,
    /// Whether they are a part of a value.
    counts: bool,
    /// The stretches of lines that are one as soon as it counts.
    waiting: VecDeque<Range<usize>>,
}

impl Rolling {
    /// At the start of a text of which so many bytes belong to a value.
    pub(super) fn within(value: usize) -> Self {
        Self {
            chain: (value > 0).then_some(Chain {
                end: value,
                counts: true,
                waiting: VecDeque::new(),
            }),
            ..Self::default()
        }
    }

    /// How many bytes were read.
    pub(super) fn place(&self) -> usize {
        self.read
    }

    /// Reads on, and tells of each stretch that belongs to a value. Some overlap. All of them lie in
    /// what is read now and in what was [pending](Self::pending) before.
    pub(super) fn read(
        &mut self,
        windows: &Windows,
        bytes: &[u8],
        mut found: impl FnMut(Range<usize>),
    ) {
        if windows.is_empty() {
            return;
        }
        for (byte, at) in bytes.iter().zip(self.read..) {
            self.take(*byte, at);
            if self.length == WIDTH
                && let Some(meaning) = windows.know(self.hash)
            {
                self.link(at + 1, meaning, windows.reach(), &mut found);
            }
        }
        self.read += bytes.len();
    }

    fn take(&mut self, byte: u8, at: usize) {
        if ends_line(byte) {
            if self.line != at {
                self.ended = at;
            }
            self.line = at + 1;
            (self.next, self.length, self.hash) = (0, 0, 0);
            return;
        }
        self.hash = grown(self.hash, byte);
        if let Some(place) = self.bytes.get_mut(self.next) {
            if self.length == WIDTH {
                self.hash = left(self.hash, *place);
            } else {
                self.length += 1;
            }
            *place = byte;
        }
        self.next = (self.next + 1) % WIDTH;
    }

    /// Takes up that the window that ends there is known.
    fn link(
        &mut self,
        end: usize,
        meaning: Meaning,
        reach: usize,
        found: &mut impl FnMut(Range<usize>),
    ) {
        let start = end.saturating_sub(WIDTH);
        let goes_on = start == self.line && self.follows();
        let chain = match &mut self.chain {
            Some(chain) if goes_on || start + STRIDE <= chain.end => chain,
            chain => chain.insert(Chain {
                end,
                counts: false,
                waiting: VecDeque::new(),
            }),
        };
        chain.end = end;
        if chain.counts {
            found(start..end);
            return;
        }
        match chain.waiting.back_mut() {
            Some(last) if start < last.end => last.end = end,
            _ => chain.waiting.push_back(start..end),
        }
        let from = end.saturating_sub(reach);
        // This is done for every byte of a row; there may be thousands of lines, but few leave at a time.
        while chain
            .waiting
            .pop_front_if(|stretch| stretch.end <= from)
            .is_some()
        {}
        let first = chain.waiting.front_mut().map_or(start, |first| {
            first.start = first.start.max(from);
            first.start
        });
        chain.counts = match meaning {
            Meaning::Telling => true,
            Meaning::Dull(enough) => end - first >= enough,
        };
        if chain.counts {
            chain.waiting.drain(..).for_each(found);
        }
    }

    /// Whether the chain ended where the line before this one did.
    fn follows(&self) -> bool {
        self.chain.as_ref().is_some_and(|chain| {
            chain.end == self.ended && (1..=BETWEEN_LINES).contains(&(self.line - self.ended))
        })
    }

    /// How many of the bytes read last may still become a part of a value, at most `reach` and a
    /// window.
    pub(super) fn pending(&self, reach: usize) -> usize {
        let window = self.length.min(WIDTH - 1);
        let Some(chain) = self.chain.as_ref().filter(|chain| !chain.counts) else {
            return window;
        };
        let since = self.read.saturating_sub(chain.end);
        let in_line = since < STRIDE && since <= self.length;
        let in_next_line = self.follows() && self.length < WIDTH;
        if !in_line && !in_next_line {
            return window;
        }
        let first = chain.waiting.front().map_or(self.read, |first| first.start);
        window.max((self.read - first).min(reach))
    }
}
