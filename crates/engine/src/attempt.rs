//! One attempt at a step, from its claim to its outcome.

use std::sync::Arc;
use std::time::Duration;

use store::steps::Claim;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::core::Core;
use crate::live::Live;
use crate::logs::Sink;
use crate::outcome::{Interruption, Outcome, Stop};
use crate::output;
use crate::prepare::{self, Hindrance};
use crate::random;
use crate::runner::{Ending, Exit, Launch, LaunchError, Running};
use crate::tokens::Admission;

/// How an attempt is told to stop.
pub(crate) type StopReceiver = watch::Receiver<Option<Stop>>;

/// Carries out the attempt that was claimed. Everything it printed is stored when this answers.
pub(crate) async fn carry_out(core: &Core, claim: &Claim, mut stop: StopReceiver) -> Outcome {
    let started = tokio::select! {
        started = start(core, claim) => started,
        reason = stopped(&mut stop) => return Outcome::stopped(reason),
    };
    let Started {
        live,
        mut running,
        token,
    } = match started {
        Ok(started) => started,
        Err(Hindrance::Step(sentence)) => return Outcome::failed(sentence),
        Err(Hindrance::Relay(why)) => {
            // What is lacking now may be there again at the next attempt.
            return tokio::select! {
                () = sleep(pause_before_next(claim.number)) => {
                    Outcome::Interrupted(Interruption::NotStarted(why))
                }
                reason = stopped(&mut stop) => Outcome::stopped(reason),
            };
        }
    };
    let log = Sink::new(
        live.attempt.clone(),
        core.settings.limits.log,
        core.chunks.clone(),
    );
    let (output, ending) = running.halves();
    let kept = output::keep(core, &live, output, log);
    let supervised = async {
        let ended = supervise(ending, &mut stop).await;
        // Before anything else: whoever still holds the token is nobody now.
        drop(token);
        ended
    };
    let ((exit, reason), log) = tokio::join!(supervised, kept);
    log.stored().await;
    Outcome::of(&exit, reason, &core.settings.limits)
}

/// How long an attempt that could not be started holds up the next one: twice as long each time.
fn pause_before_next(number: u64) -> Duration {
    let doublings = u32::try_from(number).unwrap_or(u32::MAX).clamp(1, 5);
    Duration::from_secs(1 << doublings)
}

struct Started<'a> {
    live: Arc<Live>,
    running: Running,
    token: Admission<'a>,
}

async fn start<'a>(core: &'a Core, claim: &Claim) -> Result<Started<'a>, Hindrance> {
    let plan = core
        .plans
        .of(&core.store, &claim.workflow_id, claim.revision)
        .await
        .map_err(logged)?;
    let plan = plan.ok_or_else(|| {
        Hindrance::Step("The text of this revision cannot be run any more.".to_owned())
    })?;
    let name = plan.at(claim.position).map(|step| step.name.clone());
    let live = name
        .and_then(|name| Live::new(claim, &name, plan))
        .ok_or_else(|| Hindrance::Step("The text of this revision has no such step.".to_owned()))?;
    let live = Arc::new(live);
    let (Some(runner), Some(step)) = (&core.runner, live.written()) else {
        return Err(Hindrance::Relay("this server runs no steps".to_owned()));
    };
    let program = prepare::program(core, step).await?;
    let token = random::token().map_err(logged)?;
    live.redactor.learn(token.as_bytes());
    let env = prepare::environment(core, &live, &token).await?;
    let token = core.tokens.admit(&token, Arc::clone(&live));
    let launch = Launch {
        attempt: claim.attempt.clone(),
        program,
        env,
        limits: core.settings.limits,
    };
    let running = runner.start(launch).await;
    let running = running.map_err(|error| match error {
        LaunchError::Failed(why) => Hindrance::Step(format!("The step could not begin: {why}.")),
        // The runner has logged why.
        LaunchError::Lack(why) => Hindrance::Relay(why),
    })?;
    Ok(Started {
        live,
        running,
        token,
    })
}

/// Waits for the exit, and ends everything when it is told to.
async fn supervise(mut ending: Ending<'_>, stop: &mut StopReceiver) -> (Exit, Option<Stop>) {
    let reason = tokio::select! {
        exit = ending.wait() => return (exit, None),
        reason = stopped(stop) => reason,
    };
    ending.kill();
    (ending.wait().await, Some(reason))
}

/// Waits until the attempt is told to stop. A coordinator that is gone stops everything.
async fn stopped(stop: &mut StopReceiver) -> Stop {
    match stop.wait_for(Option::is_some).await {
        Ok(reason) => reason.unwrap_or(Stop::Engine),
        Err(_) => Stop::Engine,
    }
}

fn logged(error: impl std::error::Error + 'static) -> Hindrance {
    tracing::error!(
        error = &error as &(dyn std::error::Error + 'static),
        "an attempt could not be started"
    );
    Hindrance::Relay(prepare::FAILED.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_grows_with_each_attempt_up_to_a_longest() {
        let seconds = |number| pause_before_next(number).as_secs();
        assert_eq!([1, 2, 3].map(seconds), [2, 4, 8]);
        assert_eq!([0, 5, 6, u64::MAX].map(seconds), [2, 32, 32, 32]);
    }
}
