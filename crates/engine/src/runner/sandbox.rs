//! What a step sees: the arguments of bubblewrap.
//!
//! Nothing of this machine is visible but what is named here.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::bubblewrap::{Argument, Handed};
use super::{Program, seccomp};
use crate::settings::Limits;

/// The user a step believes to be.
pub(super) const USER: &str = "step";

/// Where its home is.
pub(super) const HOME: &str = "/home/step";

/// Where its temporary files are.
pub(super) const TEMPORARY: &str = "/tmp";

/// Where it starts.
const WORKSPACE: &str = "/workspace";

/// All places it can write to, each of a limited size in memory.
pub(super) const WRITABLE: [&str; 5] = [WORKSPACE, HOME, TEMPORARY, "/dev/shm", "/run"];

/// Where images expect the script of a step; `/var/run` leads to `/run`.
const SCRIPT: &str = "/var/run/puppet/relay/config/input-script";
const SCRIPT_MOUNT: &str = "/run/puppet/relay/config/input-script";

/// Directories with programs.
const PROGRAMS: [&str; 2] = ["/usr", "/opt"];

/// Directories that are links into `/usr` on most systems, and directories on some.
const LINKS: [&str; 6] = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/// What programs need of `/etc`. Keys, passwords and the settings of services are not among it.
const ETC: [&str; 18] = [
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/gai.conf",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/pki/ca-trust/extracted",
    "/etc/pki/tls/certs",
    "/etc/protocols",
    "/etc/resolv.conf",
    "/etc/services",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
];

const PASSWD: &str = "step:x:1000:1000:step:/home/step:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";
const GROUP: &str = "step:x:1000:\nnogroup:x:65534:\n";

/// The part that is the same for every step.
pub(super) struct Sandbox {
    before: Vec<Argument>,
    after: Vec<Argument>,
    /// Directories with the same name inside as outside.
    pub(super) visible: Vec<PathBuf>,
    /// What is bound: where it really is, and under which name steps see it.
    bound: Vec<(PathBuf, PathBuf)>,
    /// What no step may see, wherever it is.
    hidden: Vec<PathBuf>,
}

/// The program of one step. Its environment may hold secrets, so it is never shown.
pub(super) struct Inside<'a> {
    /// Its whole environment.
    pub(super) env: &'a [(String, String)],
    /// What it runs.
    pub(super) program: &'a Program,
    /// What it may use.
    pub(super) limits: &'a Limits,
    /// Whether all its memory is counted together.
    pub(super) counted: bool,
    /// What of the visible places it must not see.
    pub(super) covered: &'a [PathBuf],
}

impl Sandbox {
    /// Looks at this machine.
    pub(super) fn new(tools: &[PathBuf], hidden: &[PathBuf]) -> Result<Self, String> {
        let tools = resolved(tools, "a directory given with --step-tools")?;
        let is_hidden = |tool: &&PathBuf| {
            let mut real = hidden.iter().filter_map(|path| path.canonicalize().ok());
            real.any(|hidden| tool.starts_with(hidden))
        };
        if let Some(tool) = tools.iter().find(is_hidden) {
            return Err(format!(
                "{} is in a directory that no step may see; put the tools for steps somewhere else",
                tool.display()
            ));
        }
        let mut sandbox = Self {
            before: Vec::new(),
            after: Vec::new(),
            visible: Vec::new(),
            bound: Vec::new(),
            hidden: hidden.to_vec(),
        };
        sandbox.namespaces();
        sandbox.programs();
        sandbox.texts(&["--proc", "/proc", "--dev", "/dev"]);
        for tool in tools {
            push(&mut sandbox.after, b"--ro-bind");
            push(&mut sandbox.after, tool.as_os_str().as_bytes());
            push(&mut sandbox.after, tool.as_os_str().as_bytes());
            sandbox.bound.push((tool.clone(), tool.clone()));
            sandbox.visible.push(tool);
        }
        Ok(sandbox)
    }

    fn namespaces(&mut self) {
        self.texts(&[
            "--unshare-user",
            "--unshare-pid",
            "--unshare-ipc",
            "--unshare-uts",
            "--unshare-cgroup-try",
            "--disable-userns",
            "--uid",
            "1000",
            "--gid",
            "1000",
            "--hostname",
            "step",
            "--cap-drop",
            "ALL",
            "--new-session",
            "--die-with-parent",
            "--clearenv",
        ]);
    }

    fn programs(&mut self) {
        for directory in PROGRAMS.into_iter().chain(LINKS) {
            let path = Path::new(directory);
            if let Ok(target) = fs::read_link(path) {
                push(&mut self.before, b"--symlink");
                push(&mut self.before, target.as_os_str().as_bytes());
                push(&mut self.before, directory.as_bytes());
            } else if path.is_dir() {
                self.texts(&["--ro-bind", directory, directory]);
                self.binds(path);
            } else {
                continue;
            }
            self.visible.push(path.to_owned());
        }
        for file in ETC {
            if Path::new(file).exists() {
                self.texts(&["--ro-bind-try", file, file]);
                self.binds(Path::new(file));
            }
        }
    }

    fn binds(&mut self, path: &Path) {
        if let Ok(real) = path.canonicalize() {
            self.bound.push((real, path.to_owned()));
        }
    }

    /// What is within sight and must not be, as it is at this moment: a key may be laid ready, and one
    /// of TLS renewed, while the server runs.
    pub(super) fn covered(&self) -> Vec<PathBuf> {
        let found = self.hidden.iter().flat_map(|path| with_those_beside(path));
        let mut covered = Vec::new();
        for real in found.filter_map(|path| path.canonicalize().ok()) {
            for (outside, inside) in &self.bound {
                if let Ok(rest) = real.strip_prefix(outside) {
                    covered.push(inside.components().chain(rest.components()).collect());
                }
            }
        }
        covered.sort();
        covered.dedup();
        covered
    }

    fn texts(&mut self, texts: &[&str]) {
        for text in texts {
            push(&mut self.before, text.as_bytes());
        }
    }

    /// The arguments for one step, and the contents of the files they name.
    pub(super) fn arguments(&self, inside: &Inside<'_>) -> (Vec<Argument>, Vec<Vec<u8>>) {
        let mut arguments = self.before.clone();
        let mut data = Vec::new();
        for (place, size) in WRITABLE.into_iter().zip(sizes(inside.limits)) {
            for text in ["--size", &size.to_string(), "--tmpfs", place] {
                push(&mut arguments, text.as_bytes());
            }
        }
        for text in [
            "--remount-ro",
            "/dev",
            "--symlink",
            "../run",
            "/var/run",
            "--symlink",
            "../tmp",
            "/var/tmp",
        ] {
            push(&mut arguments, text.as_bytes());
        }
        arguments.extend_from_slice(&self.after);
        for path in inside.covered {
            cover(&mut arguments, path);
        }
        let mut file = |arguments: &mut Vec<Argument>, mode: &str, content: &[u8], path: &str| {
            for text in ["--perms", mode, "--ro-bind-data"] {
                push(arguments, text.as_bytes());
            }
            arguments.push(Argument::Handed(Handed::Data(data.len())));
            push(arguments, path.as_bytes());
            data.push(content.to_vec());
        };
        file(&mut arguments, "0644", PASSWD.as_bytes(), "/etc/passwd");
        file(&mut arguments, "0644", GROUP.as_bytes(), "/etc/group");
        if let Program::Script(text) = inside.program {
            file(&mut arguments, "0755", text.as_bytes(), SCRIPT_MOUNT);
        }
        for text in ["--remount-ro", "/", "--chdir", WORKSPACE] {
            push(&mut arguments, text.as_bytes());
        }
        if let Some(filter) = seccomp::filter(inside.counted) {
            push(&mut arguments, b"--seccomp");
            arguments.push(Argument::Handed(Handed::Data(data.len())));
            data.push(filter);
        }
        push(&mut arguments, b"--json-status-fd");
        arguments.push(Argument::Handed(Handed::Status));
        push(&mut arguments, b"--block-fd");
        arguments.push(Argument::Handed(Handed::Gate));
        for (name, value) in inside.env {
            for text in ["--setenv", name, value] {
                push(&mut arguments, text.as_bytes());
            }
        }
        (arguments, data)
    }
}

/// The sizes of the writable places. They lie in memory and count as such, so that each is kept
/// well below the limit for memory: a full disk is an error of one program, a full memory the end
/// of the step.
fn sizes(limits: &Limits) -> [u64; 5] {
    const SHARED_MEMORY: u64 = 256 * 1024 * 1024;
    const RUN: u64 = 16 * 1024 * 1024;
    let disk = limits.disk.min(limits.memory / 2).max(RUN);
    [disk, disk, disk, SHARED_MEMORY.min(disk), RUN]
}

/// The command line inside the sandbox. Bubblewrap takes it from its own command line only.
pub(super) fn command_line(program: &Program) -> Vec<String> {
    match program {
        Program::Script(_) => vec![SCRIPT.to_owned()],
        Program::Command { command, args } => {
            let mut line = vec![command.clone()];
            line.extend_from_slice(args);
            line
        }
    }
}

/// Puts nothing in the place of a file or a directory.
fn cover(arguments: &mut Vec<Argument>, path: &Path) {
    let name = path.as_os_str().as_bytes();
    if path.is_dir() {
        push(arguments, b"--tmpfs");
        push(arguments, name);
        push(arguments, b"--remount-ro");
        push(arguments, name);
    } else {
        push(arguments, b"--ro-bind");
        push(arguments, b"/dev/null");
        push(arguments, name);
    }
}

/// A file, and those whose names are its own with something behind a dot: other keys lie there.
fn with_those_beside(path: &Path) -> Vec<PathBuf> {
    let mut found = vec![path.to_owned()];
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return found;
    };
    let begins = [name.as_bytes(), b"."].concat();
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().as_bytes().starts_with(&begins) {
            found.push(entry.path());
        }
    }
    found
}

fn resolved(paths: &[PathBuf], what: &str) -> Result<Vec<PathBuf>, String> {
    paths
        .iter()
        .map(|path| {
            let found = path.canonicalize().ok().filter(|found| found.is_dir());
            found.ok_or_else(|| format!("{} is no directory, but it is {what}", path.display()))
        })
        .collect()
}

fn push(arguments: &mut Vec<Argument>, text: &[u8]) {
    arguments.push(Argument::Text(text.to_vec()));
}
