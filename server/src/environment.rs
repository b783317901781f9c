//! Takes the vault's key out of the environment.
//!
//! A variable of the environment stays readable in `/proc` and is inherited by every child. The
//! standard library can only remove it from a running process with `unsafe`, which this workspace
//! forbids; and that would leave the bytes on the stack anyway. So the process replaces itself by
//! itself: the same process id, the same arguments, an environment without the key, and the key in
//! a pipe on standard input.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::failure::Failure;

/// The variable that may carry the key.
pub(crate) const KEY_VARIABLE: &str = "RELAY_VAULT_KEY";

/// The variable that tells the second life of the process to read the key from standard input.
const KEY_FILE_VARIABLE: &str = "RELAY_KEY_FILE";

/// More than any key needs, and less than a pipe holds without a reader.
const LONGEST: usize = 4096;

/// Returns at once when no key is in the environment; otherwise starts over without it and does not
/// return, unless that fails. `key_file_given` says that the key is also named as a file.
pub(crate) fn take_key_out(key_file_given: bool) -> Result<(), Failure> {
    let Some(key) = env::var_os(KEY_VARIABLE) else {
        return Ok(());
    };
    if key_file_given {
        return Err(Failure::Usage(format!(
            "the vault's key is given twice: {KEY_VARIABLE} and --key-file ({KEY_FILE_VARIABLE}); \
             give one of them"
        )));
    }
    if key.len() > LONGEST {
        return Err(Failure::failed(format!(
            "{KEY_VARIABLE} is too long to be a key"
        )));
    }
    let error = match start_over(key) {
        Ok(never) => match never {},
        Err(error) => error,
    };
    Err(Failure::failed(format!(
        "cannot take {KEY_VARIABLE} out of the environment: {error}"
    )))
}

/// Refuses a private key where none may be: a server of role `web` must not be able to open values.
pub(crate) fn refuse_key(key_file_given: bool) -> Result<(), Failure> {
    let given = if env::var_os(KEY_VARIABLE).is_some() {
        KEY_VARIABLE.to_owned()
    } else if key_file_given {
        format!("--key-file ({KEY_FILE_VARIABLE})")
    } else {
        return Ok(());
    };
    Err(Failure::Usage(format!(
        "{given} is given to --role web, which must not have the vault's private key; \
         --public-key-file takes the public one"
    )))
}

fn start_over(key: OsString) -> io::Result<std::convert::Infallible> {
    let (reader, mut writer) = io::pipe()?;
    writer.write_all(key.as_bytes())?;
    drop(writer);
    let mut arguments = env::args_os();
    let mut command = Command::new(env::current_exe()?);
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    command
        .args(arguments)
        .env_remove(KEY_VARIABLE)
        .env(KEY_FILE_VARIABLE, "-")
        .stdin(reader);
    Err(command.exec())
}
