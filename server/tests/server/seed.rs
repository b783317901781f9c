//! The snippet of “Adding connections” as it stands in the original's documentation, with the
//! original SDK, against a mock of AWS with one machine in it. What it is given it prints in every
//! way it knows, and none of it is found anywhere.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs, thread};

use store::testing::TestDatabase;

use crate::house::{House, step};
use crate::marker::search::{MARKER, found_below, found_in};

const ACCESS_KEY: &str = "AKIAIOSFODNN7EXAMPLE";

const SNIPPET: &str = r"#!/usr/bin/env python3
import base64, json
import boto3
from relay_sdk import Interface, Dynamic as D

relay = Interface()
sess = boto3.Session(
  aws_access_key_id=relay.get(D.aws.connection.accessKeyID),
  aws_secret_access_key=relay.get(D.aws.connection.secretAccessKey),
  region_name=relay.get(D.aws.region),
)
for reservation in sess.client('ec2').describe_instances()['Reservations']:
    for instance in reservation['Instances']:
        print('found', instance['InstanceId'], 'in', relay.get(D.aws.region))
secret = relay.get(D.aws.connection.secretAccessKey)
print('plain', secret)
print('base64', base64.b64encode(secret.encode()).decode())
print('json', json.dumps({'key': secret}))
relay.outputs.set('leak', {'key': secret})
";

/// The Python of the tests, made by set-up.
fn python() -> Option<PathBuf> {
    let cache = env::var_os("RELAY_CACHE").map(PathBuf::from);
    let home = || env::var_os("HOME").map(|home| Path::new(&home).join(".cache/relay"));
    let folder = cache.or_else(home)?.join("python");
    folder.join("bin/moto_server").exists().then_some(folder)
}

/// The same Python where the user that steps run as may look: a home directory is not, and Relay
/// run by root gives steps a user of their own.
fn for_steps(python: &Path, place: &Path) -> PathBuf {
    let tools = place.join("tools");
    fs::create_dir(&tools).unwrap();
    for folder in [place, &tools] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut copy = Command::new("cp");
    copy.args(["-a", "--reflink=auto"]).arg(python).arg(&tools);
    assert!(copy.status().unwrap().success());
    tools.join("python")
}

/// A mock of AWS on a port of its own.
struct Aws {
    child: Child,
    url: String,
}

impl Aws {
    fn start(python: &Path) -> Self {
        let mut child = Command::new(python.join("bin/moto_server"))
            .args(["-H", "127.0.0.1", "-p", "0"])
            .env("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
            .env("PYTHONUNBUFFERED", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("Running on ")?.1.trim().to_owned()));
        let url = url.unwrap_or_else(|| panic!("the mock of AWS does not say where it listens"));
        // It logs every request, and must not wait for a reader.
        thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { child, url }
    }

    /// Makes one machine and answers its id.
    fn machine(&self, python: &Path) -> String {
        let script = "import boto3; print(boto3.client('ec2').run_instances(\
                      ImageId='ami-12345678', MinCount=1, MaxCount=1)['Instances'][0]['InstanceId'])";
        let made = Command::new(python.join("bin/python3"))
            .args(["-c", script])
            .env("AWS_ENDPOINT_URL", &self.url)
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "somebody")
            .env("AWS_SECRET_ACCESS_KEY", "else")
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        String::from_utf8(made.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The secret access key: the marker, and what escapes look different for.
fn secret() -> String {
    format!("{MARKER}/+\"é")
}

async fn run_the_seed(database: &TestDatabase, python: PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let (aws, machine, tools) = tokio::task::block_in_place(|| {
        let aws = Aws::start(&python);
        let machine = aws.machine(&python);
        (aws, machine, for_steps(&python, place.path()))
    });
    let mut house = House::with_tools(database, vec![tools]).await;
    let more = format!(
        "spec:\n  aws:\n    connection: !Connection {{ type: aws, name: my-aws-account }}\n    \
         region: us-east-1\nenv: {{AWS_ENDPOINT_URL: \"{}\"}}",
        aws.url
    );
    let text = format!("steps:\n{}", step("describe-instances", &more, SNIPPET));
    house.add_workflow("seed", &text).await;
    let id = "0123456789abcdef0123456789abcdef";
    house
        .add_aws(id, "my-aws-account", ACCESS_KEY, &secret())
        .await;
    let watched = house.run("seed", &[]).await;
    assert_eq!(watched.state(), "succeeded", "{}", watched.log);
    let found = format!("found {machine} in us-east-1\n");
    assert!(watched.log.contains(&found), "{}", watched.log);
    for way in ["plain ***\n", "base64 ***\n", "json {\"key\": \"***\"}\n"] {
        assert!(watched.log.contains(way), "{way}: {}", watched.log);
    }
    assert_eq!(watched.run["outputs"][0]["value"], r#"{"key":"***"}"#);

    let told = house.told_of_steps().await;
    assert_eq!(told.len(), 1, "asked three times, handed out once");
    assert_eq!(
        (told[0].act.as_str(), told[0].subject.as_str()),
        ("step.read", id)
    );

    let page = "/workflows/seed/runs/1";
    for path in [
        page.to_owned(),
        format!("{page}?tab=logs&step=0"),
        format!("{page}/events?step=0"),
        format!("{page}/steps/0/log"),
        "/connections".to_owned(),
    ] {
        let answer = house.ana.get(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(found_in(&answer.body), [""; 0], "{path}: {}", answer.text());
    }
    house.stop().await;
    assert_eq!(found_below(database.directory()), []);
}

store::both! {
    async fn the_seed_runs_and_its_values_are_found_nowhere(database: TestDatabase) {
        match python() {
            Some(python) => run_the_seed(&database, python).await,
            None => eprintln!("the original SDK was LEFT OUT: run scripts/setup.sh test"),
        }
    }
}
