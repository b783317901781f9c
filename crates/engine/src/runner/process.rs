//! The process runner: finding out whether it works here, and starting attempts.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use model::AttemptId;
use tokio::sync::{oneshot, watch};

use super::lookup::Lookup;
use super::sandbox::{self, Inside, Sandbox};
use super::slots::{Slot, Slots};
use super::{
    Exit, Launch, LaunchError, Output, Program, RunnerSettings, Running, bare, bubblewrap, cgroup,
    environment, failed, launcher, orphans,
};
use crate::settings::Limits;

const BUBBLEWRAP: &str = "bwrap";

/// The most of a failed sandbox's own words that a person is shown.
const LONGEST_REASON: usize = 2000;

/// Runs attempts as processes on this machine.
pub struct ProcessRunner {
    /// Nothing: steps run without one.
    sandbox: Option<(PathBuf, Sandbox)>,
    slots: Arc<Slots>,
    tools: Vec<String>,
    name: String,
    warning: Option<String>,
}

impl ProcessRunner {
    /// Starts a sandbox once, to be sure that it works. The error says what is missing and what
    /// to do.
    pub async fn probe(settings: &RunnerSettings) -> Result<Self, String> {
        let found = tokio::task::spawn_blocking(|| {
            launcher::keep_files_to_itself();
            orphans::end();
            (find(BUBBLEWRAP), cgroup::Place::find())
        });
        let (bubblewrap, place) = found
            .await
            .map_err(|_| "looking at this machine failed; the log of Relay says why".to_owned())?;
        let tools = settings
            .tools
            .iter()
            .map(|tools| tools.join("bin").display().to_string())
            .collect();
        let sandbox = Sandbox::new(&settings.tools, &settings.hidden)?;
        let mut runner = Self {
            sandbox: None,
            slots: Arc::new(Slots::new(place)),
            tools,
            name: orphans::name(),
            warning: None,
        };
        let works = match bubblewrap {
            None => Err(
                "steps run in a sandbox made by bubblewrap, and there is no program bwrap on this \
                 machine: install the package bubblewrap"
                    .to_owned(),
            ),
            Some(bubblewrap) => {
                runner.sandbox = Some((bubblewrap, sandbox));
                runner.try_out().await
            }
        };
        if let Err(reason) = works {
            if !settings.allow_unsandboxed {
                return Err(reason);
            }
            runner.sandbox = None;
            runner.warning = Some(format!(
                "steps run WITHOUT a sandbox and can read whatever their user can, because {reason}"
            ));
        }
        Ok(runner)
    }

    /// What an administrator should know about how this runner works here.
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    /// Whether the kernel counts the memory of all processes of a step together. Where it does
    /// not, Relay looks at it several times a second.
    pub fn counts_memory(&self) -> bool {
        self.slots.counted()
    }

    async fn try_out(&self) -> Result<(), String> {
        let attempt = AttemptId::from_bytes([0; 16]);
        let launch = Launch {
            attempt,
            program: Program::Command {
                command: "/bin/sh".to_owned(),
                args: vec!["-c".to_owned(), "echo ready".to_owned()],
            },
            env: Vec::new(),
            limits: Limits {
                time: Duration::from_secs(20),
                ..Limits::default()
            },
        };
        let mut running = self
            .start(launch)
            .await
            .map_err(|error| advice(&error.to_string()))?;
        let mut said = Vec::new();
        let mut buffer = [0; 1024];
        while let Ok(length @ 1..) = running.output.read(&mut buffer).await {
            said.extend_from_slice(buffer.get(..length).unwrap_or_default());
            said.truncate(LONGEST_REASON);
        }
        match running.wait().await {
            Exit::Code(0) if said == b"ready\n" => Ok(()),
            _ => Err(advice(String::from_utf8_lossy(&said).trim())),
        }
    }

    /// Starts an attempt.
    pub async fn start(&self, launch: Launch) -> Result<Running, LaunchError> {
        let slot = self.slots.take().map_err(failed)?;
        let attempt = launch.attempt.clone();
        let limits = launch.limits;
        let (output, supervised) = if let Some((bubblewrap, sandbox)) = &self.sandbox {
            let order = self.order(&launch, &slot, bubblewrap, sandbox)?;
            bubblewrap::start(order, slot, limits).await?
        } else {
            let room = bare::Room::new(&launch.attempt, slot.seat.user).map_err(failed)?;
            let order = self.bare_order(launch, &room)?;
            bare::start(order, room, attempt.clone(), slot, limits).await?
        };
        let (ended, over) = watch::channel(false);
        let (answer, exit) = oneshot::channel();
        let (kill, killed) = watch::channel(false);
        tokio::spawn(async move {
            let exit = supervised.watch(limits, killed).await;
            tracing::debug!(%attempt, ?exit, "an attempt has ended");
            ended.send_replace(true);
            // Whoever started it is no longer interested.
            let _ = answer.send(exit);
        });
        Ok(Running {
            output: Output::new(output, over),
            exit,
            ended: None,
            kill,
        })
    }

    fn order(
        &self,
        launch: &Launch,
        slot: &Slot,
        bubblewrap: &Path,
        sandbox: &Sandbox,
    ) -> Result<bubblewrap::Order, LaunchError> {
        let env =
            environment::complete(&launch.env, sandbox::HOME, sandbox::TEMPORARY, &self.tools);
        environment::check(&env, &launch.program)?;
        let covered = sandbox.covered();
        Lookup {
            visible: &sandbox.visible,
            hidden: &covered,
            path: value(&env, "PATH"),
        }
        .check(&launch.program)?;
        let (arguments, data) = sandbox.arguments(&Inside {
            env: &env,
            program: &launch.program,
            limits: &launch.limits,
            counted: slot.counted(),
            covered: &covered,
        });
        Ok(bubblewrap::Order {
            bubblewrap: bubblewrap.to_owned(),
            name: self.name.clone(),
            arguments,
            data,
            command_line: sandbox::command_line(&launch.program),
        })
    }

    fn bare_order(&self, launch: Launch, room: &bare::Room) -> Result<bare::Order, LaunchError> {
        let home = room.path().display().to_string();
        let mut env = environment::complete(&launch.env, &home, &home, &self.tools);
        env.push((bare::MARK.to_owned(), launch.attempt.to_string()));
        environment::check(&env, &launch.program)?;
        Lookup {
            visible: &[],
            hidden: &[],
            path: value(&env, "PATH"),
        }
        .check(&launch.program)?;
        Ok(bare::Order {
            env,
            room: room.path().to_owned(),
            program: launch.program,
        })
    }
}

impl fmt::Debug for ProcessRunner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessRunner")
            .field("sandboxed", &self.sandbox.is_some())
            .field("slots", &self.slots)
            .finish_non_exhaustive()
    }
}

/// The last value of a variable, which is the one that counts.
fn value<'a>(env: &'a [(String, String)], name: &str) -> &'a str {
    env.iter()
        .rev()
        .find(|(known, _)| known == name)
        .map_or("", |(_, value)| value)
}

/// Where a program is on this machine.
fn find(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(name))
        .find(|file| file.is_file())
}

/// A sandbox that could not be made, and what usually helps.
fn advice(said: &str) -> String {
    let hint = if said.contains("Unknown option") {
        "install bubblewrap 0.8 or newer"
    } else if said.contains("find source path") {
        "a folder that steps are shown, such as that of --step-tools, cannot be reached by the user \
         they run as: let others search the folders above it, or choose a place where they may"
    } else if said.contains("namespace") || said.contains("ermission") || said.contains("uid map") {
        "the kernel or the container around Relay forbids new user namespaces: allow them (the \
         settings user.max_user_namespaces, kernel.unprivileged_userns_clone and \
         kernel.apparmor_restrict_unprivileged_userns of sysctl, or the security profile of the \
         container)"
    } else {
        "run bwrap --unshare-user --ro-bind / / true by hand as the user of Relay to see more"
    };
    format!("bubblewrap cannot make a sandbox here ({said}): {hint}")
}
