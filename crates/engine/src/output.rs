//! Reading what a step prints: mask, then keep; nothing the other way round.

use std::time::Duration;

use tokio::time::sleep;

use crate::core::Core;
use crate::hand_out;
use crate::live::Live;
use crate::logs::Sink;
use crate::runner::Output;

/// Bytes that are read at once, as many as a pipe usually holds.
const READ: usize = 64 * 1024;

/// The pause after each read whose bytes are not kept: whoever prints without end must not keep
/// this machine busy with throwing it away.
const PAUSE: Duration = Duration::from_millis(1);

/// Reads until the end, and answers the log it filled.
pub(crate) async fn keep(core: &Core, live: &Live, output: &mut Output, mut log: Sink) -> Sink {
    let mut buffer = vec![0; READ];
    let mut masked = Vec::new();
    let mut stream = None;
    let mut lost = false;
    while let Ok(length @ 1..) = output.read(&mut buffer).await {
        let at = core.now();
        if lost || log.is_full() {
            sleep(PAUSE).await;
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
