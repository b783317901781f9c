//! The script a step carries itself.

/// What is put in front of a script that names no interpreter.
const DEFAULT_INTERPRETER: &str = "#!/bin/sh";

/// The text of `input`: its lines joined, with an interpreter line in front unless the first one
/// is such a line.
pub fn script(input: &[String]) -> String {
    let text = input.join("\n");
    if text.starts_with("#!") {
        text
    } else {
        format!("{DEFAULT_INTERPRETER}\n{text}")
    }
}

/// The program that an interpreter line names, if there is such a line.
pub(crate) fn interpreter(script: &str) -> Option<&str> {
    script
        .strip_prefix("#!")?
        .lines()
        .next()?
        .split_ascii_whitespace()
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(input: &[&str]) -> String {
        script(&input.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn a_script_without_interpreter_is_for_the_shell() {
        assert_eq!(lines(&["echo a", "echo b"]), "#!/bin/sh\necho a\necho b");
    }

    #[test]
    fn an_interpreter_line_of_its_own_stays_first() {
        assert_eq!(
            lines(&["#!/usr/bin/env python3", "print(1)"]),
            "#!/usr/bin/env python3\nprint(1)"
        );
        assert_eq!(lines(&["#!/bin/bash\nset -e"]), "#!/bin/bash\nset -e");
    }

    #[test]
    fn the_interpreter_is_the_first_word_of_the_line() {
        assert_eq!(
            interpreter("#! /usr/bin/env  python3\nx"),
            Some("/usr/bin/env")
        );
        assert_eq!(interpreter("#!\nx"), None);
        assert_eq!(interpreter("echo"), None);
    }
}
