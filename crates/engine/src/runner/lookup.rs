//! Whether a program can be found in the sandbox, asked before it is started, so that a person
//! reads a sentence instead of a code.

use std::path::{Path, PathBuf};

use super::{LaunchError, Program};
use crate::script;

/// Programs as the sandbox will see them.
pub(super) struct Lookup<'a> {
    /// Directories that are in the sandbox under the same name as outside; empty: all.
    pub(super) visible: &'a [PathBuf],
    /// Directories that are nevertheless not in it.
    pub(super) hidden: &'a [PathBuf],
    /// `PATH` of the attempt.
    pub(super) path: &'a str,
}

impl Lookup<'_> {
    /// Refuses a program that is certainly not there.
    pub(super) fn check(&self, program: &Program) -> Result<(), LaunchError> {
        match program {
            Program::Script(text) => match script::interpreter(text) {
                Some(interpreter) if !self.sees(Path::new(interpreter)) => {
                    Err(LaunchError::Failed(format!(
                        "the script asks for the interpreter {interpreter}, which is not in the \
                         sandbox: install it on the machine that runs Relay, or name another one"
                    )))
                }
                _ => Ok(()),
            },
            Program::Command { command, .. } if command.contains('/') => {
                if self.sees(Path::new(command)) {
                    Ok(())
                } else {
                    Err(LaunchError::Failed(format!(
                        "the command {command} was not found in the sandbox; it sees /usr, /opt \
                         and the directories given with --step-tools, and starts in /workspace, \
                         which is empty"
                    )))
                }
            }
            Program::Command { command, .. } => {
                if self
                    .path
                    .split(':')
                    .any(|directory| self.sees(&Path::new(directory).join(command)))
                {
                    Ok(())
                } else {
                    Err(LaunchError::Failed(format!(
                        "the command {command} was not found in the sandbox: no directory of PATH \
                         ({}) has it; install it on the machine that runs Relay, or give its \
                         directory with --step-tools",
                        self.path
                    )))
                }
            }
        }
    }

    fn sees(&self, file: &Path) -> bool {
        // A path with `..` is left to the kernel, which knows where it leads.
        if file.components().any(|part| part.as_os_str() == "..") {
            return true;
        }
        let inside = |directory: &PathBuf| file.starts_with(directory);
        (self.visible.is_empty() || self.visible.iter().any(inside))
            && !self.hidden.iter().any(inside)
            && file.exists()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(command: &str) -> Program {
        Program::Command {
            command: command.to_owned(),
            args: Vec::new(),
        }
    }

    #[test]
    fn what_the_sandbox_does_not_see_is_refused_with_a_sentence() {
        let visible = [PathBuf::from("/usr"), PathBuf::from("/bin")];
        let lookup = Lookup {
            visible: &visible,
            hidden: &[],
            path: "/usr/bin:/etc",
        };
        assert_eq!(lookup.check(&command("env")), Ok(()));
        assert_eq!(lookup.check(&command("/usr/bin/env")), Ok(()));
        assert_eq!(
            lookup.check(&Program::Script("#!/bin/sh\n".to_owned())),
            Ok(())
        );
        for refused in [
            command("no-such-program"),
            command("passwd-"),
            command("/etc/passwd"),
            Program::Script("#!/usr/bin/no-such-interpreter".to_owned()),
        ] {
            let refused = lookup.check(&refused).map_err(|error| error.to_string());
            assert!(
                refused.is_err_and(|sentence| sentence.contains("not") && sentence.contains("sandbox"))
            );
        }
    }

    #[test]
    fn what_is_hidden_is_not_found() {
        let visible = [PathBuf::from("/usr")];
        let hidden = [PathBuf::from("/usr/bin")];
        let lookup = Lookup {
            visible: &visible,
            hidden: &hidden,
            path: "/usr/bin",
        };
        assert!(lookup.check(&command("env")).is_err());
    }
}
