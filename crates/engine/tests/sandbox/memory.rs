//! Ten gigabytes of memory, in every way there is.

use engine::runner::Exit;

use crate::support::{Outcome, call, limits, run};

#[cfg(target_arch = "x86_64")]
mod number {
    pub(super) const READ: u32 = 0;
    pub(super) const MMAP: u32 = 9;
    pub(super) const MEMFD_CREATE: u32 = 319;
    pub(super) const SHMGET: u32 = 29;
    pub(super) const SHMAT: u32 = 30;
}

#[cfg(target_arch = "aarch64")]
mod number {
    pub(super) const READ: u32 = 63;
    pub(super) const MMAP: u32 = 222;
    pub(super) const MEMFD_CREATE: u32 = 279;
    pub(super) const SHMGET: u32 = 194;
    pub(super) const SHMAT: u32 = 196;
}

const TEN_GIGABYTES: u64 = 10_000;
const LITTLE: u64 = 20;

/// `way` takes so many megabytes; little works, ten gigabytes do not.
async fn bounded(way: impl Fn(u64) -> String) {
    let little = run(&format!("{} && echo FINE", way(LITTLE))).await;
    assert!(little.output.contains("FINE"), "{little:?}");
    let much: Outcome = run(&format!("exec {}", way(TEN_GIGABYTES))).await;
    assert_ne!(much.exit, Exit::Code(0), "{much:?}");
    // The next step has all of its memory.
    assert!(run("echo fine").await.output.contains("fine"));
}

#[tokio::test]
async fn of_one_process() {
    bounded(|megabytes| {
        format!("perl -e 'my @a; for (1..{megabytes}) {{ push @a, q(x) x 1_000_000 }}'")
    })
    .await;
}

#[tokio::test]
async fn of_many_processes() {
    bounded(|megabytes| {
        let each = megabytes / 20;
        format!(
            "perl -e 'for (1..20) {{ if (!fork) {{ my @a; for (1..{each}) {{ push @a, q(x) x 1_000_000 }} \
             exit 0 }} }} my $bad = 0; while (wait != -1) {{ $bad = 1 if $? }} exit $bad'"
        )
    })
    .await;
}

/// Maps shared memory that belongs to no file, and fills it by reading zeros into it.
#[tokio::test]
async fn shared() {
    bounded(|megabytes| {
        let bytes = megabytes * 1_000_000;
        format!(
            "perl -e 'my $a = syscall({}, 0, {bytes}, 3, 0x21, -1, 0); exit 1 if $a == -1; \
             open(my $z, q(<), q(/dev/zero)); my $done = 0; while ($done < {bytes}) {{ \
             my $n = syscall({}, fileno($z), $a + $done, 1_000_000); exit 1 if $n <= 0; $done += $n }}'",
            number::MMAP,
            number::READ
        )
    })
    .await;
}

#[tokio::test]
async fn in_files_without_a_name() {
    let way = |megabytes: u64| {
        format!(
            "perl -e 'my $a = q(a); my $m = q(x) x 1_000_000; my @f; for (1..{megabytes}) {{ if ($_ % 20 == 1) {{ \
             my $n = syscall({}, $a, 0); exit 1 if $n == -1; open(my $f, qq(+>&=$n)); push @f, $f }} \
             syswrite($f[-1], $m) == 1_000_000 or exit 1 }}'",
            number::MEMFD_CREATE
        )
    };
    if crate::support::runner().await.counts_memory() {
        bounded(way).await;
    } else {
        // Nothing would count it, so there are none.
        let outcome = run(&format!("{} && echo ESCAPED", way(LITTLE))).await;
        assert!(!outcome.output.contains("ESCAPED"));
    }
}

#[tokio::test]
async fn in_segments_that_outlive_their_process() {
    let way = |megabytes: u64| {
        let segments = megabytes / 10;
        format!(
            "perl -e 'open(my $z, q(<), q(/dev/zero)); for (1..{segments}) {{ \
             my $s = syscall({}, 0, 10_000_000, 01600); exit 1 if $s == -1; \
             my $a = syscall({}, $s, 0, 0); exit 1 if $a == -1; \
             my $n = syscall({}, fileno($z), $a, 10_000_000); exit 1 if $n != 10_000_000 }}'",
            number::SHMGET,
            number::SHMAT,
            number::READ
        )
    };
    if crate::support::runner().await.counts_memory() {
        bounded(way).await;
    } else {
        let outcome = run(&format!("{} && echo ESCAPED", way(LITTLE))).await;
        assert!(!outcome.output.contains("ESCAPED"));
    }
}

#[tokio::test]
async fn that_is_only_asked_for() {
    let map = |bytes: u64| call(number::MMAP, &format!("0, {bytes}, 3, 0x22, -1, 0"));
    crate::support::fails(&map(10_000_000_000), &map(4096)).await;
}

#[tokio::test]
async fn the_end_is_told_as_what_it_was() {
    let outcome =
        run("exec perl -e 'my @a; for (1..20) { last unless fork } while (1) { push @a, q(x) x 1_000_000 }'").await;
    assert_eq!(outcome.exit, Exit::OutOfMemory);
    assert!(limits().memory > 0);
}
