//! The environment of an attempt, checked: what Linux cannot pass on is refused with a sentence.

use super::{LaunchError, Program};

/// The most Linux passes on as one string.
const LONGEST: usize = 128 * 1024;

/// More variables and arguments than this, bubblewrap does not take.
const MOST: usize = 2500;

/// Where the program search of a step begins when nothing else is said.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The environment with what depends on the sandbox added where it is missing.
pub(super) fn complete(
    given: &[(String, String)],
    home: &str,
    temporary: &str,
    tools: &[String],
) -> Vec<(String, String)> {
    let mut path: Vec<&str> = tools.iter().map(String::as_str).collect();
    path.push(PATH);
    let mut complete = given.to_vec();
    for (name, value) in [
        ("HOME", home),
        ("USER", super::sandbox::USER),
        ("TMPDIR", temporary),
        ("PATH", &path.join(":")),
    ] {
        if !complete.iter().any(|(known, _)| known == name) {
            complete.push((name.to_owned(), value.to_owned()));
        }
    }
    complete
}

/// Refuses what would arrive differently or not at all.
pub(super) fn check(env: &[(String, String)], program: &Program) -> Result<(), LaunchError> {
    let refuse = |sentence: String| Err(LaunchError::Failed(sentence));
    for (name, value) in env {
        if name.is_empty() || name.contains(['=', '\0']) {
            return refuse(format!(
                "“{}” cannot be the name of an environment variable: it must not be empty and \
                 must not contain = or a zero byte",
                name.escape_debug()
            ));
        }
        if value.contains('\0') {
            return refuse(format!(
                "the environment variable {name} has a value with a zero byte, which Linux does \
                 not pass on; let the step ask for it in its spec instead"
            ));
        }
        if name.len() + value.len() + 2 > LONGEST {
            return refuse(format!(
                "the environment variable {name} is longer than 128 KiB, which Linux does not \
                 pass on; let the step ask for it in its spec instead"
            ));
        }
    }
    let Program::Command { command, args } = program else {
        return enough(env.len());
    };
    if command.is_empty() || command.contains('\0') {
        return refuse("the command is empty or has a zero byte in it".to_owned());
    }
    for (argument, position) in args.iter().zip(1..) {
        if argument.contains('\0') || argument.len() >= LONGEST {
            return refuse(format!(
                "argument {position} of the command has a zero byte in it or is longer than 128 \
                 KiB, which Linux does not pass on"
            ));
        }
    }
    enough(env.len() + args.len())
}

fn enough(count: usize) -> Result<(), LaunchError> {
    if count > MOST {
        return Err(LaunchError::Failed(format!(
            "the step has {count} environment variables and arguments; {MOST} are the most"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn what_the_step_sets_itself_stays() {
        let env = complete(&[pair("PATH", "/x")], "/home/step", "/tmp", &[]);
        assert!(env.contains(&pair("PATH", "/x")));
        assert!(env.contains(&pair("HOME", "/home/step")));
        assert_eq!(env.iter().filter(|(name, _)| name == "PATH").count(), 1);
    }

    #[test]
    fn tools_come_first_in_the_path() {
        let env = complete(&[], "/h", "/t", &["/tools/bin".to_owned()]);
        assert!(
            env.iter()
                .any(|(name, value)| name == "PATH" && value.starts_with("/tools/bin:/usr"))
        );
    }

    #[test]
    fn what_cannot_be_passed_on_is_refused_without_showing_the_value() {
        let script = Program::Script(String::new());
        for bad in [
            pair("A", "secret\0"),
            pair("A=B", "secret"),
            pair("", "secret"),
            pair("A", &"secret".repeat(30_000)),
        ] {
            let sentence = check(&[bad], &script).unwrap_err().to_string();
            assert!(!sentence.contains("secret"), "{sentence}");
        }
        assert_eq!(check(&[pair("A", "b")], &script), Ok(()));
        let command = |args: &[&str]| Program::Command {
            command: "x".to_owned(),
            args: args.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(check(&[], &command(&["--a", "b\nc"])), Ok(()));
        assert!(check(&[], &command(&["a\0b"])).is_err());
        assert!(check(&vec![pair("A", "b"); 3000], &script).is_err());
    }
}
