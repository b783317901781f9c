//! Finding many patterns at once, byte by byte.

use std::collections::{BTreeSet, HashMap};

use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::nfa::contiguous::NFA;
use aho_corasick::{Anchored, MatchKind};

use super::plain::Plain;
use super::windows::{Hashes, Windows};

/// Bytes of a pattern that the quick test looks at. No pattern is shorter.
const WINDOW: usize = super::SHORTEST;

/// Bits of the quick test's answer: few enough to stay in the processor's fastest memory.
const BITS: u32 = 16;

/// An automaton for all patterns, with a quick test in front: text in which no pattern begins,
/// which is nearly all text, never reaches the automaton. Text made to reach it always costs the
/// same for each byte, however many patterns there are.
pub(super) struct Matcher {
    automaton: NFA,
    start: StateID,
    begins: Vec<u64>,
    /// How many bytes a state stands for: the longest end of what was read that begins a pattern.
    depths: HashMap<StateID, usize>,
    /// What finds forms that are too long for the automaton.
    pub(super) windows: Windows,
}

impl Matcher {
    /// An automaton for these patterns, none of which is shorter than four bytes, and windows of
    /// these hashes; nothing when the patterns are more than one can hold.
    pub(super) fn new(patterns: &BTreeSet<Plain>, windows: &Hashes) -> Option<Self> {
        let built = NFA::builder()
            .match_kind(MatchKind::Standard)
            .prefilter(false)
            .build(patterns);
        let automaton = match built {
            Ok(automaton) => automaton,
            Err(error) => {
                tracing::error!(%error, "too many values to mask");
                return None;
            }
        };
        let start = automaton.start_state(Anchored::No).ok()?;
        let mut begins = vec![0; 1 << (BITS - 6)];
        let mut depths = HashMap::new();
        for pattern in patterns {
            let pattern = pattern.as_ref();
            let (word, bit) = place(pattern)?;
            *begins.get_mut(word)? |= bit;
            let mut state = start;
            for (byte, depth) in pattern.iter().zip(1..) {
                state = automaton.next_state(Anchored::No, state, *byte);
                depths.insert(state, depth);
            }
        }
        Some(Self {
            automaton,
            start,
            begins,
            depths,
            windows: Windows::new(windows),
        })
    }

    pub(super) fn start(&self) -> StateID {
        self.start
    }

    /// How many of the bytes read last may still become a pattern.
    pub(super) fn pending(&self, state: StateID) -> usize {
        self.depths.get(&state).copied().unwrap_or(0)
    }

    /// Reads on from `state`, and tells of the longest pattern that ends at each place, by its
    /// length and the place behind it.
    pub(super) fn read(
        &self,
        mut state: StateID,
        bytes: &[u8],
        mut found: impl FnMut(usize, usize),
    ) -> StateID {
        let mut at = 0;
        loop {
            if state == self.start {
                at = self.skip(bytes, at);
            }
            let Some(byte) = bytes.get(at) else {
                return state;
            };
            state = self.automaton.next_state(Anchored::No, state, *byte);
            at += 1;
            if self.automaton.is_match(state) {
                let longest = (0..self.automaton.match_len(state))
                    .map(|index| {
                        self.automaton
                            .pattern_len(self.automaton.match_pattern(state, index))
                    })
                    .max();
                found(longest.unwrap_or(0), at);
            }
        }
    }

    /// The next place from `at` on where a pattern may begin.
    fn skip(&self, bytes: &[u8], at: usize) -> usize {
        let rest = bytes.get(at..).unwrap_or_default();
        let quiet = rest
            .windows(WINDOW)
            .position(|window| {
                place(window).is_some_and(|(word, bit)| {
                    self.begins.get(word).is_some_and(|bits| bits & bit != 0)
                })
            })
            // The last bytes are too few for the test, so the automaton reads them.
            .unwrap_or((rest.len() + 1).saturating_sub(WINDOW));
        at + quiet
    }
}

/// Where the quick test keeps its answer for what begins like this.
fn place(begin: &[u8]) -> Option<(usize, u64)> {
    let window = u32::from_le_bytes(*begin.first_chunk::<WINDOW>()?);
    let bit = window.wrapping_mul(0x9e37_79b1) >> (32 - BITS);
    Some((usize::try_from(bit >> 6).ok()?, 1 << (bit & 63)))
}
