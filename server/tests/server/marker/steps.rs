//! A run whose steps take every value and print it, as it is and in the ways that are masked.

use std::fmt::Write as _;

use super::typing::{Recorder, WORKFLOW, pairs};
use super::values::CANARIES;
use crate::house::step;

/// Takes every secret by its environment and by the metadata API, and gives each away: as text, in
/// base64 and in hexadecimal, as an error, in two pieces, and as an output.
const PRINTS: &str = r#"#!/bin/bash
export LC_ALL=C
at=${METADATA_API_URL##*@}; token=${METADATA_API_URL#http://:}; token=${token%@*}
ask() { exec 3<>"/dev/tcp/${at/:/\/}"; printf '%s HTTP/1.0\r\nAuthorization: Bearer %s\r\n%s\r\n' "$1" "$token" "$2" >&3; printf %s "$3" >&3; cat <&3; echo; }
for ((n = 0; n < COUNT; n++)); do
  v="V$n"; v="${!v}"
  printf 'plain %s\n' "$v"
  printf 'base64 %s\n' "$(printf %s "$v" | base64 -w0)"
  if [ ${#v} -lt 9999 ]; then
    printf 'hexadecimal %s\n' "$(printf %s "$v" | od -An -v -tx1 | tr -d ' \n')"
    ask "PUT /outputs/o$n" "Content-Type: text/plain"$'\r\n'"Content-Length: ${#v}"$'\r\n' "$v" | head -1
  fi
  printf %s "${v:0:7}"; printf '%s\n' "${v:7}"
  printf 'error %s\n' "$v" >&2
  ask "GET /secrets/c$n"
done
ask "GET /spec"
ask "GET /spec?q=slack.apiToken"
ask "GET /spec?q=slack.nothing.of.this"
ask "GET /connections/slack/my%20slack"
ask "GET /environment"
echo printed all of COUNT
exit 3
"#;

/// What fails of what it is given, and may say what that was.
const FAILING: [&str; 8] = [
    "!Fn.jsonUnmarshal [!Secret SECRET]",
    "!Fn.path [!Secret SECRET, a.b]",
    "!Fn.path [{a: 1}, !Secret SECRET]",
    "!Fn.equals [!Fn.jsonUnmarshal [!Secret SECRET], 1]",
    "!Fn.equals [!Fn.append [!Secret SECRET, 1], 1]",
    "!Fn.equals [!Fn.concat [{a: !Secret SECRET}], 1]",
    "!Fn.equals [!Fn.merge [!Secret SECRET, {a: 1}], 1]",
    "!Fn.equals [!Fn.convertMarkdown [!Secret SECRET, text], 1]",
];

/// Runs the workflow to its end, and looks at everything that is told of it.
pub(super) fn run(recorder: &mut Recorder) {
    let count = CANARIES.iter().filter(|one| one.is_storable()).count();
    let mut more = "env:\n".to_owned();
    for number in 0..count {
        writeln!(more, "  V{number}: !Secret c{number}").unwrap();
    }
    more.push_str("spec:\n  slack: !Connection {type: slack, name: my slack}\n");
    let script = PRINTS.replace("COUNT", &count.to_string());
    let mut text = format!("steps:\n{}", step("prints", &more, &script));
    for (number, failing) in FAILING.iter().enumerate() {
        let failing = failing.replace("SECRET", &format!("c{}", number + 5));
        let condition = format!("when: {failing}");
        text.push_str(&step(&format!("asks{number}"), &condition, "true"));
        let environment = format!("env: {{X: {failing}}}");
        text.push_str(&step(
            &format!("takes{number}"),
            &environment,
            "echo \"$X\"",
        ));
    }
    let fields = [
        ("workflow", WORKFLOW),
        ("base_revision", "0"),
        ("text", &*text),
    ];
    recorder.submit("save_workflow", &pairs(&fields));
    recorder.submit("start_run", &pairs(&[("workflow", WORKFLOW)]));
    // Ends with the run.
    let reply = recorder.get("/workflows/some/runs/1/events?step=0");
    let told = String::from_utf8_lossy(&reply.raw);
    assert!(told.contains(&format!("printed all of {count}")), "{told}");
    for way in [
        "plain ***",
        "base64 ***",
        "hexadecimal ***",
        "error ***",
        "201 Created",
    ] {
        assert!(told.contains(way), "{way}: {told}");
    }
    for position in 1..=2 * FAILING.len() {
        recorder.get(&format!("/workflows/some/runs/1/events?step={position}"));
        recorder.get(&format!("/workflows/some/runs/1/steps/{position}/log"));
        recorder.get(&format!("/workflows/some/runs/1?step={position}&tab=logs"));
    }
}
