//! Reading what a step prints: mask, then keep; nothing the other way round.

use std::io;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::core::Core;
use crate::hand_out;
use crate::live::Live;
use crate::logs::Sink;
use crate::pace::Pace;
use crate::runner::Output;

/// Bytes that are read at once, as many as a pipe usually holds.
const READ: usize = 64 * 1024;

/// Reads until the end, and answers the log it filled.
pub(crate) async fn keep(core: &Core, live: &Live, output: &mut Output, mut log: Sink) -> Sink {
    let mut buffer = vec![0; READ];
    let mut masked = Vec::new();
    let mut stream = None;
    let mut lost = false;
    let mut pace = Pace::new(&core.settings.limits, Instant::now());
    while let Ok(length @ 1..) = read(output, &mut pace, &mut buffer).await {
        let at = core.now();
        // What is not kept is read at the same pace, and so takes as little of this machine.
        if lost || log.is_full() {
            continue;
        }
        if stream.is_none() {
            if !learn(core, live).await {
                let why = "Relay could not look up the values that must not be shown, so nothing \
                            that this attempt printed was kept.";
                log.say(at, why).await;
                lost = true;
                continue;
            }
            stream = Some(live.redactor.stream());
        }
        if let Some(stream) = &mut stream {
            stream.push(&buffer[..length], &mut masked);
        }
        log.keep(at, std::mem::take(&mut masked)).await;
    }
    if let Some(mut stream) = stream {
        stream.finish(&mut masked);
        log.keep(core.now(), masked).await;
    }
    log
}

/// Reads when it is time to. What an attempt that has ended leaves is no more than a pipe holds,
/// so nobody waits for that.
async fn read(output: &mut Output, pace: &mut Pace, buffer: &mut [u8]) -> io::Result<usize> {
    let pause = pace.pause(Instant::now());
    if !pause.is_zero() {
        tokio::select! {
            () = output.over() => {}
            () = sleep(pause) => {}
        }
    }
    let length = output.read(buffer).await?;
    pace.count(length, Instant::now());
    Ok(length)
}

/// Teaches the redactor what must not be shown, in several tries.
async fn learn(core: &Core, live: &Live) -> bool {
    for pause in [100, 400, 1_600] {
        match hand_out::learn_all(core, live).await {
            Ok(()) => return true,
            Err(error) => tracing::error!(
                error = &error as &(dyn std::error::Error + 'static),
                "the values that must be masked could not be opened"
            ),
        }
        sleep(Duration::from_millis(pause)).await;
    }
    false
}
