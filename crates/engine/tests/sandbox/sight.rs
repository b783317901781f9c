//! Reading what is not the step's.

use crate::support::{
    CANARY, command, end, fails, limits, nap, outside, run, script, start, until,
};

/// Succeeds when one of the files is there.
fn one_exists(files: &str) -> String {
    format!("(for f in {files}; do if test -e $f; then exit 0; fi; done; exit 1)")
}

#[tokio::test]
async fn the_data_directory_among_the_tools() {
    let outside = outside().await;
    fails(
        &format!(
            "cat {}/relay.db || ls {}/*",
            outside.data.display(),
            outside.data.display()
        ),
        &format!("grep -q tool {}/readable", outside.tools.display()),
    )
    .await;
}

#[tokio::test]
async fn the_key_file_among_the_tools() {
    let outside = outside().await;
    fails(
        &format!("grep -q . {}", outside.key.display()),
        &format!("test -e {}/readable", outside.tools.display()),
    )
    .await;
}

#[tokio::test]
async fn a_key_that_is_laid_ready_beside_it_later() {
    let outside = outside().await;
    let ready = format!("{}.next", outside.key.display());
    std::fs::write(&ready, CANARY).unwrap();
    fails(
        &format!("grep -q . {ready}"),
        &format!("test -e {}/readable", outside.tools.display()),
    )
    .await;
}

#[tokio::test]
async fn a_key_among_what_programs_need_of_etc() {
    outside().await;
    fails("grep -q . /etc/ssl/openssl.cnf", "grep -q . /etc/hosts").await;
}

#[tokio::test]
async fn a_directory_that_was_not_given() {
    let outside = outside().await;
    let file = outside.elsewhere.join("relay.db");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), CANARY);
    fails(
        &format!("cat {}", file.display()),
        &format!("cat {}/readable", outside.tools.display()),
    )
    .await;
}

#[tokio::test]
async fn a_symbolic_link_out_of_the_workspace() {
    let outside = outside().await;
    fails(
        &format!(
            "ln -s {} link && cat link/relay.db",
            outside.elsewhere.display()
        ),
        &format!(
            "ln -s {} link && cat link/readable",
            outside.tools.display()
        ),
    )
    .await;
}

#[tokio::test]
async fn the_root_of_other_processes() {
    let outside = outside().await;
    let file = outside.elsewhere.join("relay.db");
    let server = std::process::id();
    fails(
        &format!(
            "cat /proc/1/root{0} || cat /proc/{server}/root{0} || cat /proc/1/cwd/../..{0}",
            file.display()
        ),
        "test -e /proc/self/root/usr/bin/env",
    )
    .await;
}

#[tokio::test]
async fn up_and_up_again() {
    let outside = outside().await;
    let file = outside.elsewhere.join("relay.db");
    fails(
        &format!("cat ../../../../../../../../..{}", file.display()),
        "test -e ../../../../../../../../../usr/bin/env",
    )
    .await;
}

#[tokio::test]
async fn an_open_file_of_relay() {
    // The three, and the one `ls` reads the directory with.
    let running = start(command("ls", &["/proc/self/fd"]), &[], limits()).await;
    assert_eq!(end(running.unwrap()).await.output, "0\n1\n2\n3\n");
    let more = run("exec 9</usr/bin/env; exec ls /proc/self/fd").await;
    assert_eq!(more.output, "0\n1\n2\n3\n9\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn open_files_of_a_step_that_starts_at_the_same_time() {
    let mut steps = Vec::new();
    for _ in 0..60 {
        steps.push(tokio::spawn(async {
            let running = start(command("ls", &["/proc/self/fd"]), &[], limits()).await;
            end(running.unwrap()).await.output
        }));
    }
    for step in steps {
        assert_eq!(step.await.unwrap(), "0\n1\n2\n3\n");
    }
}

#[tokio::test]
async fn home_directories() {
    fails(
        "ls -A /root /home | grep -v -e : -e '^step$' -e '^$'",
        "touch ~/mine && ls ~/mine",
    )
    .await;
}

#[tokio::test]
async fn users_of_this_machine() {
    fails(
        &format!(
            "grep -e ^root: -e ^daemon: /etc/passwd || {}",
            one_exists("/etc/shadow /etc/gshadow /etc/ssl/private")
        ),
        "grep ^step: /etc/passwd && id -un | grep step",
    )
    .await;
}

#[tokio::test]
async fn settings_of_this_machine() {
    fails(
        &one_exists(
            "/etc/machine-id /etc/ssh /etc/fstab /etc/sudoers /boot /srv /mnt /sys/kernel \
             /var/lib /var/log",
        ),
        "cat /etc/resolv.conf /etc/nsswitch.conf",
    )
    .await;
}

#[tokio::test]
async fn processes_of_this_machine() {
    let server = std::process::id();
    fails(
        &format!(
            "test -e /proc/{server}/environ || \
             test $(ls -d /proc/[0-9]* | wc -l) -gt 6"
        ),
        "test -e /proc/$$/environ",
    )
    .await;
}

#[tokio::test]
async fn files_of_another_step() {
    let marker = nap();
    let text = format!(
        "echo {marker} | tee /tmp/f /workspace/f ~/f /dev/shm/f /run/f >all; echo there; sleep {marker}"
    );
    let mut other = start(script(&text), &[], limits()).await.unwrap();
    until(&mut other, "there").await;
    fails(
        &format!("cat /tmp/f /workspace/f ~/f /dev/shm/f /run/f | grep {marker}"),
        &format!("echo {marker} >/tmp/f && cat /tmp/f | grep {marker}"),
    )
    .await;
    other.kill();
    end(other).await;
}

#[tokio::test]
async fn files_of_the_step_before() {
    run("echo left | tee /tmp/f /workspace/f ~/f /dev/shm/f /run/f").await;
    fails(
        &one_exists("/tmp/f /workspace/f ~/f /dev/shm/f /run/f"),
        "echo left >/tmp/f && ls /tmp/f",
    )
    .await;
}

#[tokio::test]
async fn namespaces_of_this_machine() {
    for namespace in ["user", "pid", "mnt", "ipc", "uts", "cgroup"] {
        let own = std::fs::read_link(format!("/proc/self/ns/{namespace}")).unwrap();
        fails(
            &format!(
                "readlink /proc/self/ns/{namespace} | grep -F '{}'",
                own.display()
            ),
            &format!("readlink /proc/self/ns/{namespace} | grep {namespace}"),
        )
        .await;
    }
}

#[tokio::test]
async fn where_control_groups_are() {
    fails("ls /sys/fs/cgroup", "cat /proc/self/cgroup").await;
}
