//! Calls into the kernel that no step needs.

use crate::support::{call, fails, run};

#[cfg(target_arch = "x86_64")]
mod number {
    pub(super) const GETPID: u32 = 39;
    pub(super) const ADD_KEY: u32 = 248;
    pub(super) const KEYCTL: u32 = 250;
    pub(super) const PERF_EVENT_OPEN: u32 = 298;
    pub(super) const BPF: u32 = 321;
    pub(super) const USERFAULTFD: u32 = 323;
    pub(super) const IO_URING_SETUP: u32 = 425;
    pub(super) const OPEN_TREE: u32 = 428;
    pub(super) const FSOPEN: u32 = 430;
    pub(super) const MEMFD_SECRET: u32 = 447;
    pub(super) const PTRACE: u32 = 101;
    pub(super) const PROCESS_VM_READV: u32 = 310;
}

#[cfg(target_arch = "aarch64")]
mod number {
    pub(super) const GETPID: u32 = 172;
    pub(super) const ADD_KEY: u32 = 217;
    pub(super) const KEYCTL: u32 = 219;
    pub(super) const PERF_EVENT_OPEN: u32 = 241;
    pub(super) const BPF: u32 = 280;
    pub(super) const USERFAULTFD: u32 = 282;
    pub(super) const IO_URING_SETUP: u32 = 425;
    pub(super) const OPEN_TREE: u32 = 428;
    pub(super) const FSOPEN: u32 = 430;
    pub(super) const MEMFD_SECRET: u32 = 447;
    pub(super) const PTRACE: u32 = 117;
    pub(super) const PROCESS_VM_READV: u32 = 270;
}

fn harmless() -> String {
    call(number::GETPID, "0")
}

/// The call must fail because it is refused, and not because of its arguments.
async fn refused(name: &str, arguments: &str) {
    let number = match name {
        "add_key" => number::ADD_KEY,
        "keyctl" => number::KEYCTL,
        "perf_event_open" => number::PERF_EVENT_OPEN,
        "bpf" => number::BPF,
        "userfaultfd" => number::USERFAULTFD,
        "io_uring_setup" => number::IO_URING_SETUP,
        "open_tree" => number::OPEN_TREE,
        "fsopen" => number::FSOPEN,
        _ => number::MEMFD_SECRET,
    };
    let outcome = run(&format!(
        "perl -e 'my $answer = syscall({number}, {arguments}); \
         print $answer == -1 && $!{{EPERM}} ? qq(REFUSED) : qq(ANSWERED $answer $!)'"
    ))
    .await;
    assert_eq!(outcome.output, "REFUSED", "{name}");
    let outcome = run(&format!("{} && echo FINE", harmless())).await;
    assert_eq!(outcome.output, "FINE\n");
}

#[tokio::test]
async fn the_keys_of_relays_session() {
    // KEYCTL_GET_KEYRING_ID of the session, and KEYCTL_JOIN_SESSION_KEYRING.
    refused("keyctl", "0, -3, 0").await;
    refused("keyctl", "1, 0").await;
    refused(
        "add_key",
        "(my $t = q(user)), (my $n = q(a)), (my $v = q(b)), 1, -3",
    )
    .await;
}

#[tokio::test]
async fn programs_for_the_kernel() {
    refused("bpf", "0, (my $a = q(0) x 64), 64").await;
    refused("perf_event_open", "(my $a = q(0) x 128), 0, -1, -1, 0").await;
}

#[tokio::test]
async fn ways_in_that_were_often_used() {
    refused("userfaultfd", "1").await;
    refused("io_uring_setup", "8, (my $a = q(0) x 128)").await;
    refused("memfd_secret", "0").await;
    refused("open_tree", "-100, (my $p = q(/usr)), 0").await;
    refused("fsopen", "(my $t = q(tmpfs)), 0").await;
}

#[tokio::test]
async fn tracing_relay() {
    let server = std::process::id();
    // PTRACE_ATTACH; the control is PTRACE_TRACEME.
    fails(
        &call(number::PTRACE, &format!("16, {server}, 0, 0")),
        &call(number::PTRACE, "0, 0, 0, 0"),
    )
    .await;
}

#[tokio::test]
async fn the_memory_of_relay() {
    let server = std::process::id();
    let read = |process: &str| {
        format!(
            "perl -e 'my $self = $$ + 0; my $data = \"secret\"; my $room = \"\\0\" x 6; \
             my $local = pack(\"QQ\", unpack(\"Q\", pack(\"P\", $room)), 6); \
             my $remote = pack(\"QQ\", unpack(\"Q\", pack(\"P\", $data)), 6); \
             exit(syscall({}, {process}, $local, 1, $remote, 1, 0) == -1)'",
            number::PROCESS_VM_READV
        )
    };
    fails(&read(&server.to_string()), &read("$self")).await;
}

#[tokio::test]
async fn signals_for_relay() {
    let server = std::process::id();
    fails(
        &format!("kill -0 {server}"),
        "sleep 100 & kill -0 $! && kill -9 $!",
    )
    .await;
    // To everybody: reaches the step alone.
    let outcome = run("kill -9 -1").await;
    assert_ne!(outcome.exit, engine::runner::Exit::Code(0));
}

#[tokio::test]
async fn socket_families_of_the_kernel() {
    for family in [38, 40] {
        let outcome = run(&format!(
            "perl -MSocket -e 'print socket(S, {family}, 5, 0) ? qq(MADE) : $!{{EAFNOSUPPORT}} ? qq(REFUSED) : $!'"
        ))
        .await;
        assert_eq!(outcome.output, "REFUSED", "{family}");
    }
    let outcome =
        run("perl -MSocket -e 'print socket(S, AF_UNIX, SOCK_STREAM, 0) ? qq(MADE) : $!'").await;
    assert_eq!(outcome.output, "MADE");
}

#[cfg(target_arch = "x86_64")]
#[tokio::test]
async fn the_other_way_of_calling() {
    let foreign = 0x4000_0000 + number::GETPID;
    fails(&call(foreign, "0"), &harmless()).await;
}
