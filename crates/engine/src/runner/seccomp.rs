//! System calls no step needs, refused by a filter in the kernel.
//!
//! Everything here is already harmless without privileges, or should be: the filter takes away the
//! ways in through which mistakes of the kernel are used again and again. Two things are not
//! harmless: the keys of Relay's own session, which processes inherit, and memory that belongs to
//! no process, when nothing but the processes is counted.

use std::collections::HashMap;

/// One instruction of the kernel's packet filter language.
struct Instruction {
    code: u16,
    value: u32,
    /// Where to go when the comparison holds, and when it does not; `None`: to the next one.
    holds: Option<Answer>,
    fails: Option<Answer>,
}

/// What the filter answers.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Answer {
    Allow,
    Refuse,
    Unknown,
    NoSuchFamily,
    End,
}

impl Answer {
    const ALL: [Self; 5] = [
        Self::Allow,
        Self::Refuse,
        Self::Unknown,
        Self::NoSuchFamily,
        Self::End,
    ];

    fn value(self) -> u32 {
        const ERRNO: u32 = 0x0005_0000;
        const EPERM: u32 = 1;
        const ENOSYS: u32 = 38;
        const EAFNOSUPPORT: u32 = 97;
        match self {
            Self::Allow => 0x7fff_0000,
            Self::Refuse => ERRNO + EPERM,
            Self::Unknown => ERRNO + ENOSYS,
            Self::NoSuchFamily => ERRNO + EAFNOSUPPORT,
            Self::End => 0x8000_0000,
        }
    }
}

const LOAD: u16 = 0x20;
const EQUAL: u16 = 0x15;
const AT_LEAST: u16 = 0x35;
const RETURN: u16 = 0x06;

// Places in what the kernel shows the filter: the number of the call, the architecture it is of,
// and the low half of its first argument.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const FIRST_ARGUMENT: u32 = 16;

/// Socket families: the kernel's own ciphers, and the way from a virtual machine to its host.
const FAMILIES: [u32; 2] = [38, 40];

#[cfg(target_arch = "x86_64")]
mod calls {
    pub(super) const ARCHITECTURE: u32 = 0xc000_003e;
    /// From here on, numbers mean another way of calling that nothing uses.
    pub(super) const FOREIGN: Option<u32> = Some(0x4000_0000);
    pub(super) const SOCKET: u32 = 41;
    /// Memory that outlives, or never belonged to, a process: `shmget`, `memfd_create`.
    pub(super) const UNCOUNTED: &[u32] = &[29, 319];
    pub(super) const REFUSED: &[u32] = &[
        248, 249, 250, // add_key, request_key, keyctl
        298, 321, 323, // perf_event_open, bpf, userfaultfd
        425, 426, 427, // io_uring
        155, 165, 166, 308, // pivot_root, mount, umount2, setns
        428, 429, 430, 431, 432, 433, 442, // the newer ways to mount
        164, 227, // settimeofday, clock_settime
        163, 167, 168, 179, 443, // acct, swapon, swapoff, quotactl, quotactl_fd
        172, 173, // iopl, ioperm
        103, 153, 169, // syslog, vhangup, reboot
        175, 176, 313, // kernel modules
        246, 320, // kexec
        304, 447, // open_by_handle_at, memfd_secret
    ];
}

#[cfg(target_arch = "aarch64")]
mod calls {
    pub(super) const ARCHITECTURE: u32 = 0xc000_00b7;
    pub(super) const FOREIGN: Option<u32> = None;
    pub(super) const SOCKET: u32 = 198;
    /// Memory that outlives, or never belonged to, a process: `shmget`, `memfd_create`.
    pub(super) const UNCOUNTED: &[u32] = &[194, 279];
    pub(super) const REFUSED: &[u32] = &[
        217, 218, 219, // add_key, request_key, keyctl
        241, 280, 282, // perf_event_open, bpf, userfaultfd
        425, 426, 427, // io_uring
        39, 40, 41, 268, // umount2, mount, pivot_root, setns
        428, 429, 430, 431, 432, 433, 442, // the newer ways to mount
        112, 170, // clock_settime, settimeofday
        60, 89, 224, 225, 443, // quotactl, acct, swapon, swapoff, quotactl_fd
        58, 116, 142, // vhangup, syslog, reboot
        105, 106, 273, // kernel modules
        104, 294, // kexec
        265, 447, // open_by_handle_at, memfd_secret
    ];
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod calls {
    pub(super) const ARCHITECTURE: u32 = 0;
    pub(super) const FOREIGN: Option<u32> = None;
    pub(super) const SOCKET: u32 = 0;
    pub(super) const UNCOUNTED: &[u32] = &[];
    pub(super) const REFUSED: &[u32] = &[];
}

/// The filter as bubblewrap takes it, or nothing where the numbers of the calls are not known.
/// `counted`: whether all memory of the sandbox is counted together.
pub(super) fn filter(counted: bool) -> Option<Vec<u8>> {
    if calls::REFUSED.is_empty() {
        return None;
    }
    let load = |value| Instruction {
        code: LOAD,
        value,
        holds: None,
        fails: None,
    };
    let when = |code, value, holds, fails| Instruction {
        code,
        value,
        holds,
        fails,
    };
    let mut program = vec![
        load(ARCHITECTURE),
        when(EQUAL, calls::ARCHITECTURE, None, Some(Answer::End)),
        load(NUMBER),
    ];
    if let Some(foreign) = calls::FOREIGN {
        program.push(when(AT_LEAST, foreign, Some(Answer::Unknown), None));
    }
    for call in calls::REFUSED {
        program.push(when(EQUAL, *call, Some(Answer::Refuse), None));
    }
    if !counted {
        for call in calls::UNCOUNTED {
            program.push(when(EQUAL, *call, Some(Answer::Unknown), None));
        }
    }
    program.push(when(EQUAL, calls::SOCKET, None, Some(Answer::Allow)));
    program.push(load(FIRST_ARGUMENT));
    for family in FAMILIES {
        program.push(when(EQUAL, family, Some(Answer::NoSuchFamily), None));
    }
    assemble(&program)
}

/// Puts the answers behind the program, `Allow` first, and turns their names into distances.
fn assemble(program: &[Instruction]) -> Option<Vec<u8>> {
    let places: HashMap<Answer, usize> = Answer::ALL
        .into_iter()
        .enumerate()
        .map(|(index, answer)| (answer, program.len() + index))
        .collect();
    let mut bytes = Vec::new();
    let mut emit = |code: u16, holds: u8, fails: u8, value: u32| {
        bytes.extend_from_slice(&code.to_ne_bytes());
        bytes.extend_from_slice(&[holds, fails]);
        bytes.extend_from_slice(&value.to_ne_bytes());
    };
    for (place, instruction) in program.iter().enumerate() {
        let distance = |to: Option<Answer>| match to {
            None => Some(0),
            Some(answer) => u8::try_from(places.get(&answer)? - place - 1).ok(),
        };
        emit(
            instruction.code,
            distance(instruction.holds)?,
            distance(instruction.fails)?,
            instruction.value,
        );
    }
    for answer in Answer::ALL {
        emit(RETURN, 0, 0, answer.value());
    }
    Some(bytes)
}
