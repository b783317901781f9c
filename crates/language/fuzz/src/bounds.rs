//! How much of the machine one input may take.

use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What one input may take beyond what is in use anyway.
const MOST_MEMORY: usize = 32 << 20;

/// Does the work, and looks at what it took. Time is bounded by libFuzzer (`-timeout`), which can also end it.
pub(crate) fn within(work: impl Fn()) {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    work();
    let taken = MEMORY.peak_usage().saturating_sub(before);
    assert!(
        taken <= MOST_MEMORY,
        "{} MiB were taken",
        taken.div_ceil(1 << 20)
    );
}
