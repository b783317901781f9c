//! `relay keys rotate`: asks for a rotation, and waits until it is over. Where no engine is running,
//! this process does the work itself.

use std::sync::Arc;
use std::time::Duration;

use engine::Rotator;
use opener::Keys;
use service::{CommandLine, RotationState, RotationView};
use store::engines;

use super::status::progress;
use super::{Opened, Source, block_on, open, places};
use crate::Outcome;
use crate::failure::Failure;
use crate::installation;
use crate::key::KeySource;
use crate::serve::tell;

/// How often it looks how far the engine is.
const LOOK: Duration = Duration::from_millis(200);

/// Rotates; one that is under way already is waited for.
pub(super) fn run(source: Source) -> Outcome {
    let (place, keys) = places(&source)?;
    block_on(async {
        let opened = open(&place).await?;
        let asked = opened
            .service
            .ask_rotation_here(CommandLine::of_this_process())
            .await;
        match asked {
            Err(problem) if problem.code == "rotation_under_way" => {
                tell("a rotation is under way already; waiting for it")?;
            }
            done => done?,
        }
        let rotation = follow(&opened, keys).await?;
        opened.store.close().await;
        match rotation.state {
            RotationState::Failed => Err(Failure::failed(format!(
                "the key was not rotated: {}",
                rotation.message
            ))),
            _ => Ok(()),
        }
    })
}

/// Tells how far the rotation is until it is over.
async fn follow(opened: &Opened, source: KeySource) -> Result<RotationView, Failure> {
    let mut rotator: Option<Rotator> = None;
    // The keys are looked at only when there is no engine that has them.
    let mut source = Some(source);
    let mut told = String::new();
    loop {
        let view = opened
            .service
            .keys_here(CommandLine::of_this_process())
            .await?;
        let rotation = view
            .rotation
            .ok_or_else(|| Failure::failed("the rotation is gone from the database"))?;
        let now = progress(&rotation);
        if now != told {
            tell(&now)?;
            told = now;
        }
        if !rotation.is_under_way() {
            return Ok(rotation);
        }
        if source.is_some()
            && !engines::any_alive(&opened.store).await?
            && let Some(source) = source.take()
        {
            let keys: Keys = source.decide(&opened.found)?.carry_out()?;
            let clock = installation::now;
            rotator = Some(Rotator::new(opened.store.clone(), Arc::new(keys), clock));
        }
        match &rotator {
            Some(rotator) => {
                rotator
                    .carry_on()
                    .await
                    .map_err(|error| Failure::failed(error.to_string()))?;
            }
            None => tokio::time::sleep(LOOK).await,
        }
    }
}
