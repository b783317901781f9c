//! Finding the forms of long values by windows of them: some bytes at a time, of which only a hash
//! is kept. An automaton for the same would take a hundred times as much memory.
//!
//! Windows overlap, and the last one of a form ends where the form does, so a form is covered by them
//! from its first byte to its last; and they are found in a part of a form as well. No window reaches
//! over the end of a line: whatever comes behind one can be passed on with it.

/// Bytes of a window. Shorter forms have none.
pub(super) const WIDTH: usize = 32;

/// From one window to the next.
const STRIDE: usize = WIDTH / 2;

/// Windows of fewer different bytes, such as a row of zeros, stand in logs that have nothing to hide.
const DIFFERENT: u32 = 5;

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

/// Adds the hashes of the windows of a form.
pub(super) fn add(form: &[u8], hashes: &mut Vec<u64>) {
    for line in form.split(|byte| ends_line(*byte)) {
        let Some(last) = line.len().checked_sub(WIDTH) else {
            continue;
        };
        for start in (0..last).step_by(STRIDE).chain([last]) {
            let window = line.iter().skip(start).take(WIDTH);
            let (hash, seen) = window.fold((0, [0_u64; 4]), |(hash, mut seen), byte| {
                if let Some(seen) = seen.get_mut(usize::from(byte >> 6)) {
                    *seen |= 1 << (byte & 63);
                }
                (grown(hash, *byte), seen)
            });
            if seen.iter().map(|bits| bits.count_ones()).sum::<u32>() >= DIFFERENT {
                hashes.push(hash);
            }
        }
    }
}

fn ends_line(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn grown(hash: u64, byte: u8) -> u64 {
    hash.wrapping_mul(BASE).wrapping_add(weight(byte))
}

fn weight(byte: u8) -> u64 {
    u64::from(byte) + 1
}

/// The windows that are known.
pub(super) struct Windows {
    /// Sorted.
    hashes: Vec<u64>,
    /// A quick test that nearly all text does not pass.
    quick: Vec<u64>,
    shift: u32,
}

impl Windows {
    /// Of these hashes, which are sorted.
    pub(super) fn new(hashes: &[u64]) -> Self {
        let bits = (hashes.len() * BITS_EACH).next_power_of_two().max(64);
        let mut windows = Self {
            hashes: hashes.to_vec(),
            quick: vec![0; bits / 64],
            shift: u64::BITS - bits.ilog2(),
        };
        for hash in hashes {
            let (word, bit) = windows.place(*hash);
            if let Some(word) = windows.quick.get_mut(word) {
                *word |= bit;
            }
        }
        windows
    }

    /// Reads on, and tells of each place behind a window.
    pub(super) fn read(&self, rolling: &mut Rolling, bytes: &[u8], mut found: impl FnMut(usize)) {
        if self.hashes.is_empty() {
            return;
        }
        for (byte, end) in bytes.iter().zip(1..) {
            rolling.take(*byte);
            if rolling.length == WIDTH && self.know(rolling.hash) {
                found(end);
            }
        }
    }

    /// How many of the bytes read last may still become a window.
    pub(super) fn pending(&self, rolling: &Rolling) -> usize {
        if self.hashes.is_empty() {
            return 0;
        }
        rolling.length.min(WIDTH - 1)
    }

    fn know(&self, hash: u64) -> bool {
        let (word, bit) = self.place(hash);
        self.quick.get(word).is_some_and(|bits| bits & bit != 0)
            && self.hashes.binary_search(&hash).is_ok()
    }

    /// Where the quick test keeps its answer.
    fn place(&self, hash: u64) -> (usize, u64) {
        let bit = hash.wrapping_mul(BASE) >> self.shift;
        (usize::try_from(bit >> 6).unwrap_or(0), 1 << (bit & 63))
    }
}

/// The last bytes of a line that is being read.
#[derive(Default)]
pub(super) struct Rolling {
    bytes: [u8; WIDTH],
    /// Where the next byte goes, which is where the oldest one stands.
    next: usize,
    /// How many of them there are.
    length: usize,
    hash: u64,
}

impl Rolling {
    fn take(&mut self, byte: u8) {
        if ends_line(byte) {
            *self = Self::default();
            return;
        }
        self.hash = grown(self.hash, byte);
        if let Some(place) = self.bytes.get_mut(self.next) {
            if self.length == WIDTH {
                let gone = weight(*place).wrapping_mul(LEAVING);
                self.hash = self.hash.wrapping_sub(gone);
            } else {
                self.length += 1;
            }
            *place = byte;
        }
        self.next = (self.next + 1) % WIDTH;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(forms: &[&[u8]]) -> Windows {
        let mut hashes = Vec::new();
        for form in forms {
            add(form, &mut hashes);
        }
        hashes.sort_unstable();
        hashes.dedup();
        Windows::new(&hashes)
    }

    /// Which bytes of a text lie in a window.
    fn covered(windows: &Windows, text: &[u8]) -> Vec<bool> {
        let mut covered = vec![false; text.len()];
        windows.read(&mut Rolling::default(), text, |end| {
            covered[end - WIDTH..end].fill(true);
        });
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
        windows.read(&mut rolling, b"some words\n", |_| panic!("known"));
        assert_eq!(windows.pending(&rolling), 0);
        windows.read(&mut rolling, b"more", |_| panic!("known"));
        assert_eq!(windows.pending(&rolling), 4);
        windows.read(&mut rolling, &[b'x'; 100], |_| panic!("known"));
        assert_eq!(windows.pending(&rolling), WIDTH - 1);
        assert_eq!(of(&[]).pending(&rolling), 0, "nothing is waited for");
    }

    #[test]
    fn a_dull_window_is_none() {
        assert!(
            of(&[&[b'0'; 100], &b"00 ".repeat(30), &br"\x00".repeat(30)])
                .hashes
                .is_empty()
        );
        assert_eq!(of(&[&b"abcde".repeat(10)]).hashes.len(), 3);
    }
}
