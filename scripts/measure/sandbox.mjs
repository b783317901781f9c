// The same sandbox by bubblewrap alone, without Relay: what a step is measured beside. It has the namespaces and the
// places of crates/engine/src/runner/sandbox.rs, but no limits, no control group and no filter of system calls.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const ETC = [
  ...['alternatives', 'ca-certificates', 'gai.conf', 'host.conf', 'hosts', 'ld.so.cache', 'ld.so.conf', 'ld.so.conf.d'],
  ...['localtime', 'mime.types', 'nsswitch.conf', 'pki/ca-trust/extracted', 'pki/tls/certs', 'protocols', 'resolv.conf'],
  ...['services', 'ssl/certs', 'ssl/openssl.cnf'],
];

const READ = ['/usr', '/opt', ...ETC.map((name) => `/etc/${name}`)].filter(existsSync);
const BIND = READ.flatMap((path) => ['--ro-bind', path, path]);
const LINK = ['bin', 'sbin', 'lib', 'lib64'].flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`]);
const EMPTY = ['/workspace', '/home/step', '/tmp', '/dev/shm', '/run'].flatMap((path) => ['--tmpfs', path]);

const SANDBOX = [
  ...['bwrap', '--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
  ...['--disable-userns', '--uid', '1000', '--gid', '1000', '--hostname', 'step', '--cap-drop', 'ALL'],
  ...['--new-session', '--die-with-parent', '--clearenv', '--setenv', 'PATH', '/usr/bin:/bin'],
  ...[...BIND, ...LINK, '--proc', '/proc', '--dev', '/dev', ...EMPTY, '--remount-ro', '/dev', '--remount-ro', '/'],
  ...['--chdir', '/workspace', '--'],
];

/** Like Relay, root becomes somebody else first. */
const AS = process.getuid() === 0 ? ['setpriv', '--reuid=60799', '--regid=60799', '--clear-groups'] : [];

/** Runs the sandbox around `program` so many times, `parallel` at once; answers the seconds it took. */
export function sandboxes(program, times, parallel) {
  const numbers = Array.from({ length: times }, (_, at) => `${at}\n`).join('');
  const words = [...AS, 'xargs', '-n1', `-P${parallel}`, ...SANDBOX, ...program];
  const started = performance.now();
  const done = spawnSync(words[0], words.slice(1), { input: numbers, stdio: ['pipe', 'ignore', 'pipe'], cwd: '/' });
  const seconds = (performance.now() - started) / 1000;
  if (done.status !== 0) throw new Error(`the bare sandbox failed: ${done.stderr}`);
  return seconds;
}

/** What one sandbox around `program` prints. */
export function sandboxed(...program) {
  const words = [...AS, ...SANDBOX, ...program];
  return execFileSync(words[0], words.slice(1), { encoding: 'utf8', cwd: '/' });
}
