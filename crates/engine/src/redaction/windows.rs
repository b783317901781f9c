//! Finding the forms of long values by windows of them: some bytes at a time, of which only a hash
//! is kept. An automaton for the same would take a hundred times as much memory.
//!
//! Windows overlap, and the last one of a form ends where the form does, so a form is covered by them
//! from its first byte to its last; and they are found in a part of a form as well. No window reaches
//! over the end of a line. Windows that tell nothing by themselves count in a chain with one that
//! does (see `chain`).

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::chain::Rolling;
use super::encodings::LONGEST;
use super::telling;

/// Bytes of a window. Shorter forms have none.
pub(super) const WIDTH: usize = 32;

/// From one window of a form to the next.
pub(super) const STRIDE: usize = WIDTH / 2;

/// What hashes are made with.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// What the byte that leaves a window counts for in its hash.
const LEAVING: u64 = {
    let (mut power, mut bytes) = (1_u64, 0);
    while bytes < WIDTH {
        power = power.wrapping_mul(BASE);
        bytes += 1;
    }
    power
};

/// Bits of the quick test for each window that is known.
const BITS_EACH: usize = 16;

/// The last bit of what is kept of a window: whether it tells. The first bit of its hash makes room.
const TELLS: u64 = 1;

fn kept(hash: u64) -> u64 {
    hash << 1
}

pub(super) fn ends_line(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// The hash of a window with one byte more.
pub(super) fn grown(hash: u64, byte: u8) -> u64 {
    hash.wrapping_mul(BASE).wrapping_add(weight(byte))
}

/// The hash of a window without the byte that leaves it when another one has come.
pub(super) fn left(hash: u64, byte: u8) -> u64 {
    hash.wrapping_sub(weight(byte).wrapping_mul(LEAVING))
}

fn weight(byte: u8) -> u64 {
    u64::from(byte) + 1
}

/// What is kept of the windows of forms.
#[derive(Clone, Default)]
pub(super) struct Hashes {
    all: Zeroizing<Vec<u64>>,
    /// Windows of long forms in which none tells anything, and the length of the shortest such form:
    /// so long a row of them is taken for it.
    rows: BTreeMap<u64, usize>,
    /// The longest stretch of a form in which no window tells anything, in bytes.
    dull: usize,
}

impl Hashes {
    /// Adds the windows of a form.
    pub(super) fn add(&mut self, form: &[u8]) {
        let mut row = (form.len() > LONGEST).then(Vec::new);
        let (mut from, mut dull) = (0, None);
        for line in form.split(|byte| ends_line(*byte)) {
            let begin = from;
            from += line.len() + 1;
            let Some(last) = line.len().checked_sub(WIDTH) else {
                dull = None;
                continue;
            };
            for start in (0..last).step_by(STRIDE).chain([last]) {
                let window = line.get(start..start + WIDTH).unwrap_or_default();
                let hash = kept(window.iter().fold(0, |hash, byte| grown(hash, *byte)));
                if telling::tells(window) {
                    self.all.push(hash | TELLS);
                    (row, dull) = (None, None);
                } else {
                    self.all.push(hash);
                    let since = *dull.get_or_insert(begin + start);
                    self.dull = self.dull.max(begin + start + WIDTH - since);
                    if let Some(row) = &mut row {
                        row.push(hash);
                    }
                }
            }
        }
        for hash in row.into_iter().flatten() {
            self.add_row(hash, form.len());
        }
    }

    /// A window of a form of this length in which none tells anything.
    fn add_row(&mut self, hash: u64, length: usize) {
        let enough = self.rows.entry(hash).or_insert(length);
        *enough = length.min(*enough);
    }

    /// Takes what another one has.
    pub(super) fn extend(&mut self, other: &Self) {
        // Most texts inside a value are short and have none; sorting is for those that do.
        if other.len() == 0 {
            return;
        }
        self.all.extend_from_slice(&other.all);
        self.all.sort_unstable();
        self.all.dedup();
        for (hash, length) in &other.rows {
            self.add_row(*hash, *length);
        }
        self.dull = self.dull.max(other.dull);
    }

    /// How many there are, which is what their memory depends on.
    pub(super) fn len(&self) -> usize {
        self.all.len() + self.rows.len()
    }
}

/// What a window that is known says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// That this is a part of a value.
    Telling,
    /// Nothing by itself, unless so many bytes in a row say no more.
    Dull(usize),
}

/// The windows that are known.
pub(super) struct Windows {
    hashes: Hashes,
    /// A quick test that nearly all text does not pass.
    quick: Vec<u64>,
    shift: u32,
}

impl Windows {
    /// Of these hashes, which were put together with [`Hashes::extend`].
    pub(super) fn new(hashes: &Hashes) -> Self {
        let bits = (hashes.len() * BITS_EACH).next_power_of_two().max(64);
        let mut windows = Self {
            hashes: hashes.clone(),
            quick: vec![0; bits / 64],
            shift: u64::BITS - bits.ilog2(),
        };
        for hash in hashes.all.iter() {
            let (word, bit) = windows.place(*hash);
            if let Some(word) = windows.quick.get_mut(word) {
                *word |= bit;
            }
        }
        windows
    }

    pub(super) fn is_empty(&self) -> bool {
        self.hashes.all.is_empty()
    }

    /// How many bytes of windows that tell nothing a telling one behind them makes a part of a value.
    pub(super) fn reach(&self) -> usize {
        // Base64 in lines has their ends as well.
        self.hashes.dull + self.hashes.dull / 16 + 4 * WIDTH
    }

    /// What the window of this hash says, if it is known.
    pub(super) fn know(&self, hash: u64) -> Option<Meaning> {
        let hash = kept(hash);
        let (word, bit) = self.place(hash);
        if self.quick.get(word).is_none_or(|bits| bits & bit == 0) {
            return None;
        }
        let all = &self.hashes.all;
        let at = all.binary_search_by_key(&hash, |known| known & !TELLS);
        let known = all.get(at.ok()?)?;
        if known & TELLS == TELLS {
            return Some(Meaning::Telling);
        }
        let row = self.hashes.rows.get(known).copied();
        Some(Meaning::Dull(row.unwrap_or(usize::MAX)))
    }

    /// Where the quick test keeps its answer for what is kept of a window.
    fn place(&self, hash: u64) -> (usize, u64) {
        let bit = (hash & !TELLS).wrapping_mul(BASE) >> self.shift;
        (usize::try_from(bit >> 6).unwrap_or(0), 1 << (bit & 63))
    }

    /// How many of the bytes read last may still become a part of a value.
    pub(super) fn pending(&self, rolling: &Rolling) -> usize {
        if self.is_empty() {
            return 0;
        }
        rolling.pending(self.reach())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(forms: &[&[u8]]) -> Windows {
        let mut added = Hashes::default();
        for form in forms {
            added.add(form);
        }
        let mut hashes = Hashes::default();
        hashes.extend(&added);
        Windows::new(&hashes)
    }

    /// Which bytes of a text are found.
    fn covered(windows: &Windows, text: &[u8]) -> Vec<bool> {
        let mut covered = vec![false; text.len()];
        Rolling::default().read(windows, text, |found| covered[found].fill(true));
        covered
    }

    /// Letters that do not come again for a while.
    fn letters(length: usize) -> Vec<u8> {
        let mut state = 7_u32;
        let next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            b'a' + u8::try_from(state >> 24).unwrap() % 26
        };
        (0..length).map(next).collect()
    }

    #[test]
    fn a_form_is_covered_from_end_to_end() {
        for length in [32, 33, 47, 48, 49, 64, 200, 1_001] {
            let form = letters(length);
            let windows = of(&[&form]);
            let mut text = b"before ".to_vec();
            text.extend_from_slice(&form);
            text.extend_from_slice(b" behind");
            let expected: Vec<_> = (0..text.len())
                .map(|at| (7..7 + length).contains(&at))
                .collect();
            assert_eq!(covered(&windows, &text), expected, "{length}");
            let part = &form[length / 3..];
            let found = covered(&windows, part).into_iter().filter(|is| *is).count();
            assert!(found + WIDTH + STRIDE > part.len(), "{length}: {found}");
        }
    }

    #[test]
    fn no_window_reaches_over_the_end_of_a_line() {
        let (first, second) = (letters(40), letters(100).split_off(40));
        let form = [first.as_slice(), b"\n", &second].concat();
        let windows = of(&[&form]);
        let found = covered(&windows, &form)
            .into_iter()
            .filter(|is| !is)
            .count();
        assert_eq!(found, 1, "the end of the line");
        let mut rolling = Rolling::default();
        rolling.read(&windows, b"some words\n", |_| panic!("known"));
        assert_eq!(windows.pending(&rolling), 0);
        rolling.read(&windows, b"more", |_| panic!("known"));
        assert_eq!(windows.pending(&rolling), 4);
        rolling.read(&windows, &[b'x'; 100], |_| panic!("known"));
        assert_eq!(windows.pending(&rolling), WIDTH - 1);
        assert_eq!(of(&[]).pending(&rolling), 0, "nothing is waited for");
    }

    #[test]
    fn a_window_says_whether_it_tells() {
        let dull = [b'0'; 100];
        let windows = of(&[&dull, &letters(40)]);
        let hash = |window: &[u8]| window.iter().fold(0, |hash, byte| grown(hash, *byte));
        assert_eq!(
            windows.know(hash(&dull[..WIDTH])),
            Some(Meaning::Dull(usize::MAX))
        );
        assert_eq!(
            windows.know(hash(&letters(40)[..WIDTH])),
            Some(Meaning::Telling)
        );
        assert_eq!(windows.know(hash(&letters(40)[1..=WIDTH])), None);
        assert!(windows.reach() >= dull.len());
        let row = of(&[&vec![b'0'; 2 * LONGEST]]);
        assert_eq!(
            row.know(hash(&dull[..WIDTH])),
            Some(Meaning::Dull(2 * LONGEST))
        );
    }
}
