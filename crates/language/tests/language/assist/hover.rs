//! What is known of a word.

use language::Assist;

use super::{holdings, library, marked};

fn hover(text: &str) -> Option<(String, String, Option<String>)> {
    let (text, at) = marked(text);
    let found = Assist::of(&text).hover(at, &holdings(), library())?;
    Some((found.title, found.text, found.link))
}

fn says(text: &str, title: &str, part: &str) {
    let (found, says, _) = hover(text).unwrap_or_else(|| panic!("nothing is known: {text}"));
    assert_eq!(found, title, "{text}");
    assert!(says.contains(part), "{says}");
}

const TEXT: &str = "parameters:\n  region: {description: Where it runs}\nsteps:\n- name: scan\n  image: relaysh/aws-ec2-step-instances-stop:latest\n  spec:\n    aws: {connection: !Connection {type: aws, name: prod}, region: !Parameter region}\n    instanceIDs: ${concat(parameters.region, secrets.token)}\n    slack: !Connection {type: slack, name: prod}\n    x: \"${connections.aws.other.accessKeyID}\"\n- name: two\n  type: approval\n  when: ${steps.scan.failed}\n";

fn at(mark: &str) -> String {
    let (plain, _) = marked(mark);
    assert!(TEXT.contains(&plain), "{plain}");
    TEXT.replacen(&plain, mark, 1)
}

#[test]
fn words_of_the_language() {
    says(&at("ste‸ps:"), "steps", "side by side");
    says(&at("  ima‸ge:"), "image", "Docker Hub");
    says(
        &at("desc‸ription"),
        "description",
        "what the parameter is for".trim_start_matches("what "),
    );
    says(&at("!Par‸ameter"), "!Parameter", "in this run");
    says(&at("con‸cat("), "concat(text…)", "${concat(");
    says(&at("con‸cat("), "concat(text…)", "`'1' + 1` is 2");
    says(&at("${con‸nections"), "connections", "by type and name");
    says(&at("scan.fail‸ed"), "failed", "failed");
    assert_eq!(hover(&at("app‸roval")), None);
    assert_eq!(hover("x: ‸y\n"), None);
}

#[test]
fn names_and_their_states() {
    says(
        &at("!Parameter reg‸ion"),
        "parameter region",
        "Where it runs\n\nIt has no default",
    );
    says(
        &at("name: pr‸od}, region"),
        "connection aws / prod",
        "It is configured",
    );
    says(
        &at("type: slack, name: pr‸od"),
        "connection slack / prod",
        "wrong type",
    );
    says(&at("aws.oth‸er"), "connection aws / other", "It is missing");
    says(&at("other.accessKey‸ID"), "Access key ID", "AWS");
    says(&at("secrets.tok‸en"), "secret token", "It is missing");
    says(&at("steps.sc‸an"), "step scan", "Stops EC2 instances.");
    says(&at("name: t‸wo"), "step two", "Approver");
}

#[test]
fn published_images() {
    let (title, text, link) = hover(&at("image: relaysh/aws-ec2‸")).expect("it is published");
    assert_eq!(title, "relaysh/aws-ec2-step-instances-stop");
    assert_eq!(text, "Stops EC2 instances.");
    assert_eq!(
        link.as_deref(),
        Some("https://github.com/relay-integrations/aws-ec2")
    );
    says(&at("instance‸IDs"), "instanceIDs: list", "required");
    says(
        &at("aws: {conn‸ection"),
        "connection: aws connection",
        "`aws`",
    );
}
