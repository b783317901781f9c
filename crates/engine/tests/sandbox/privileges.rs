//! Becoming more than the step is, and changing what is not its own.

use crate::support::{fails, run};

#[tokio::test]
async fn capabilities() {
    let all = run("grep ^Cap /proc/self/status").await;
    for line in all.output.lines() {
        assert!(line.ends_with("\t0000000000000000"), "{all:?}");
    }
    assert_eq!(all.output.lines().count(), 5);
}

#[tokio::test]
async fn another_user() {
    fails(
        "perl -e '$< = $> = 0; exit($> != 0 && $< != 0)' || perl -e '$> = 65534; exit($> != 65534)'",
        "perl -e '$> = 1000; exit($> != 1000)'",
    )
    .await;
}

#[tokio::test]
async fn another_group() {
    fails(
        "perl -e '$( = 0; $) = \"0 0\"; exit($) != 0)'",
        "perl -e 'exit($) != 1000)'",
    )
    .await;
}

#[tokio::test]
async fn programs_that_run_as_root() {
    fails(
        "grep -q 'NoNewPrivs:.0' /proc/self/status || findmnt -no OPTIONS /usr | grep -qv nosuid",
        "grep -q 'NoNewPrivs:.1' /proc/self/status",
    )
    .await;
}

#[tokio::test]
async fn a_user_namespace() {
    fails(
        "unshare --user true || unshare --user --map-root-user true",
        "unshare --fork true",
    )
    .await;
}

#[tokio::test]
async fn other_namespaces() {
    for namespace in ["mount", "net", "pid", "ipc", "uts", "cgroup"] {
        fails(
            &format!("unshare --{namespace} --fork true"),
            "unshare --fork true",
        )
        .await;
    }
}

#[tokio::test]
async fn mounting() {
    fails(
        "mount -t tmpfs none /workspace || mount --bind /usr /workspace || mount -t proc proc /tmp",
        "grep -q ' /workspace ' /proc/self/mounts",
    )
    .await;
}

#[tokio::test]
async fn uncovering() {
    fails(
        "umount /tmp || umount -l /proc || umount /",
        "grep -q ' /tmp ' /proc/self/mounts",
    )
    .await;
}

#[tokio::test]
async fn making_it_writable() {
    fails(
        "mount -o remount,rw /usr || mount -o remount,rw / || mount -o remount,rw /dev",
        "grep -q ' /usr [a-z0-9]* ro,' /proc/self/mounts",
    )
    .await;
}

#[tokio::test]
async fn another_root() {
    fails(
        "perl -e 'exit !chroot(\"/usr\")'",
        "perl -e 'exit !chdir(\"/usr\")'",
    )
    .await;
}

#[tokio::test]
async fn writing_where_programs_are() {
    for place in ["/usr", "/usr/bin", "/etc", "/", "/opt", "/var", "/home"] {
        fails(
            &format!("touch {place}/x || mkdir {place}/y"),
            "touch /workspace/x && mkdir /workspace/y && rm /workspace/x",
        )
        .await;
    }
}

#[tokio::test]
async fn writing_into_the_tools() {
    let tools = &crate::support::outside().await.tools;
    fails(
        &format!("touch {0}/x || echo x >{0}/readable", tools.display()),
        &format!("cp {}/readable /tmp/x && echo x >/tmp/x", tools.display()),
    )
    .await;
}

#[tokio::test]
async fn changing_its_own_script() {
    fails(
        "echo x >>/var/run/puppet/relay/config/input-script || rm -f /var/run/puppet/relay/config/input-script",
        "test -x /var/run/puppet/relay/config/input-script && grep -q FINE $0",
    )
    .await;
}

#[tokio::test]
async fn devices() {
    fails(
        "touch /dev/x || mkdir /dev/y || rm /dev/null || ls /dev | \
         grep -v -x -e console -e core -e fd -e full -e null -e ptmx -e pts -e random -e shm \
         -e stderr -e stdin -e stdout -e tty -e urandom -e zero",
        "echo x >/dev/null && head -c 4 /dev/urandom >/dev/shm/x && test -s /dev/shm/x",
    )
    .await;
}

#[tokio::test]
async fn raw_devices() {
    fails(
        "mknod /tmp/disk b 254 0 || mknod /tmp/mem c 1 1 || head -c 1 /dev/vda || head -c 1 /dev/sda || head -c 1 /dev/mem || head -c 1 /dev/kmsg",
        "mkfifo /tmp/fifo && head -c 1 /dev/zero",
    )
    .await;
}

#[tokio::test]
async fn settings_of_the_kernel() {
    fails(
        "echo 1 >/proc/sys/kernel/panic || echo h >/proc/sysrq-trigger || \
         echo x >/proc/sys/kernel/core_pattern || echo 100 >/proc/sys/user/max_user_namespaces",
        "cat /proc/sys/kernel/ostype",
    )
    .await;
}

#[tokio::test]
async fn the_name_and_the_clock_of_this_machine() {
    fails(
        "hostname other || date -s 2000-01-01",
        "hostname | grep -x step && date",
    )
    .await;
}

#[tokio::test]
async fn raw_packets() {
    fails(
        "perl -MSocket -e 'exit !socket(S, AF_INET, SOCK_RAW, 1)' || \
         perl -MSocket -e 'exit !socket(S, 17, SOCK_RAW, 768)'",
        "perl -MSocket -e 'exit !socket(S, AF_INET, SOCK_STREAM, 6)'",
    )
    .await;
}

#[tokio::test]
async fn more_than_its_limits() {
    fails(
        "prlimit --pid $$ --nproc=100000:100000 || prlimit --pid $$ --nofile=1000000:1000000 || \
         prlimit --pid $$ --core=unlimited:unlimited || prlimit --pid $$ --fsize=unlimited:unlimited",
        "prlimit --pid $$ --nproc=10:10 && prlimit --pid $$ --nofile=100:100",
    )
    .await;
}

#[tokio::test]
async fn going_first() {
    fails(
        "nice -n -10 sh -c 'test $(nice) -lt 0'",
        "nice -n 10 sh -c 'test $(nice) -gt 5'",
    )
    .await;
}
