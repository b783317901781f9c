//! Nothing of a value or a private key stays in memory once it is dropped.
//!
//! The test reads the memory of its own process. What it looks for is built at run time from a
//! disguised form, and compared in that form, so that looking for it does not put it there.

use std::fs::{self, File};
use std::hint::black_box;
use std::io;
use std::os::unix::fs::FileExt;

use opener::KeyRing;
use vault::{Owner, Place, Plaintext, seal};

const PLACE: Place<'_> = Place {
    account: "a1",
    owner: Owner::Connection {
        id: "c1",
        type_name: "ssh",
    },
    field: "sshKey",
    field_revision: 1,
};

/// Turns the disguised form into the real one and back.
const DISGUISE: u8 = 0x5a;

fn undisguised(disguised: &[u8]) -> Vec<u8> {
    disguised.iter().map(|byte| byte ^ DISGUISE).collect()
}

/// Where the real form of `disguised` stands in writable memory, how often.
fn found(disguised: &[u8]) -> io::Result<usize> {
    let memory = File::open("/proc/self/mem")?;
    let mut count = 0;
    for line in fs::read_to_string("/proc/self/maps")?.lines() {
        let mut words = line.split([' ', '-']);
        let mut address = || u64::from_str_radix(words.next().unwrap_or(""), 16).unwrap_or(0);
        let (start, end) = (address(), address());
        if !line.contains(" rw") {
            continue;
        }
        let mut region = vec![0; usize::try_from(end - start).unwrap_or(0)];
        // A region may be gone by now; what is gone holds nothing.
        if memory.read_exact_at(&mut region, start).is_err() {
            continue;
        }
        let first = disguised[0] ^ DISGUISE;
        count += region
            .windows(disguised.len())
            .filter(|window| window[0] == first)
            .filter(|window| {
                window
                    .iter()
                    .zip(disguised)
                    .all(|(a, b)| a ^ DISGUISE == *b)
            })
            .count();
    }
    Ok(count)
}

/// 48 disguised bytes that stand nowhere else.
fn marker(seed: u8) -> [u8; 48] {
    std::array::from_fn(|at| seed.wrapping_add(u8::try_from(at * 5).unwrap_or(0)) ^ 0x33)
}

#[inline(never)]
fn seal_and_open(keys: &KeyRing, disguised: &[u8]) -> bool {
    let value = Plaintext::from(undisguised(disguised));
    let Ok(sealed) = seal(value, &PLACE, &keys.public_key()) else {
        return false;
    };
    let Ok(opened) = keys.open(&sealed, &PLACE) else {
        return false;
    };
    opened
        .expose()
        .iter()
        .zip(disguised)
        .all(|(a, b)| a ^ DISGUISE == *b)
}

#[test]
fn a_value_is_gone_after_sealing_and_after_opening() {
    let planted = marker(7);
    let kept = black_box(undisguised(&planted));
    assert!(
        found(&planted).unwrap() >= 1,
        "the search finds what is there"
    );
    drop(kept);

    let keys = KeyRing::generate().unwrap();
    let disguised = marker(90);
    assert!(seal_and_open(&keys, &disguised));
    assert_eq!(found(&disguised).unwrap(), 0);
}

#[test]
fn a_private_key_is_gone_with_its_ring() {
    // 32 disguised bytes of a key, and the text of it.
    let mut disguised: [u8; 32] = std::array::from_fn(|at| marker(180)[at]);
    // As X25519 keeps it: three bits off, one on.
    disguised[0] = (disguised[0] ^ DISGUISE) & 0xf8 ^ DISGUISE;
    disguised[31] = ((disguised[31] ^ DISGUISE) & 0x7f | 0x40) ^ DISGUISE;
    let text = text_of(&disguised);
    let disguised_text: Vec<u8> = text.bytes().map(|byte| byte ^ DISGUISE).collect();

    let keys = KeyRing::from_text(text).ok().unwrap();
    assert!(seal_and_open(&keys, &marker(130)));
    assert!(found(&disguised).unwrap() >= 1, "a living ring has its key");
    drop(keys);
    assert_eq!(found(&disguised_text[20..]).unwrap(), 0);
    assert_eq!(found(&disguised).unwrap(), 0);
}

/// The text of a key in base64, in one buffer that does not move.
fn text_of(disguised: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(100);
    text.push_str(opener::KEY_FORMAT);
    for at in 0..43 {
        let bit = |bit: usize| {
            let byte = disguised.get(bit / 8).map_or(0, |byte| byte ^ DISGUISE);
            usize::from(byte >> (7 - bit % 8) & 1)
        };
        let digit = (0..6).fold(0, |digit, more| digit << 1 | bit(at * 6 + more));
        text.push(char::from(DIGITS[digit]));
    }
    text
}
