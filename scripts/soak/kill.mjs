#!/usr/bin/env node
// Kills the server again and again while runs are under way, and afterwards holds every promise against what happened.
//
//   kill.mjs sqlite|postgres (--kills N | --seconds N)
//
// Its own journal knows what the server acknowledged: runs it answered for, states it showed, outputs it took. The
// steps tell a listener of this program that they began, so that a step that runs again is seen from outside.

import { randomInt, randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';
import { median } from '../measure/table.mjs';
import { addAdministrator, Relay, withDirectory } from '../measure/relay.mjs';
import { withDatabase } from '../measure/postgres.mjs';
import { runOf, shown as look } from '../measure/runs.mjs';

/** A killed server has to be ready again after this long. */
const READY_MS = 2_000;

/** When the last kill is over, every run has to end within this time. */
const DRAIN_MS = 180_000;

/** More than these are not under way at once, so that kills meet all kinds of moments. */
const MOST_UNFINISHED = 8;

const FINAL = ['succeeded', 'failed', 'rejected', 'cancelled', 'skipped', 'timed out', 'interrupted'];

/** What each step does: tells that it began, sets an output, tells that the output was taken. */
const SCRIPT = (port) => `#!/bin/bash
tell() { echo "$KEY $RELAY_STEP $RELAY_ATTEMPT $1" >/dev/tcp/127.0.0.1/${port}; }
tell began
at=\${METADATA_API_URL#*@}
token=\${METADATA_API_URL#http://:}
exec 3<>"/dev/tcp/\${at%:*}/\${at##*:}"
printf 'PUT /outputs/attempt HTTP/1.1\\r\\nHost: relay\\r\\nAuthorization: Bearer %s\\r\\nContent-Type: text/plain\\r\\nContent-Length: %s\\r\\nConnection: close\\r\\n\\r\\n%s' \\
  "\${token%@*}" "\${#RELAY_ATTEMPT}" "$RELAY_ATTEMPT" >&3
read -r answer <&3
case "$answer" in *' 201 '*) tell taken ;; *) echo "$answer"; exit 1 ;; esac`;

function workflow(port) {
  const step = (name, needs, more = '') => `  - name: ${name}
    image: bash
    env: { KEY: !Parameter key }
${needs.length ? `    dependsOn: [${needs}]\n` : ''}    input:
${[...SCRIPT(port).split('\n'), ...(more ? [more] : [])].map((line) => `      - ${JSON.stringify(line)}`).join('\n')}
`;
  return `parameters:
  key: {}
steps:
${step('first', [])}${step('left', ['first'])}${step('right', ['first'])}${step('slow', [], 'sleep 0.2')}${step('last', ['left', 'right'])}`;
}

/** Listens for what steps tell. */
class Effects {
  began = new Map();
  taken = new Map();

  async listen() {
    this.server = createServer((socket) => {
      let text = '';
      socket.setEncoding('utf8').on('data', (part) => (text += part));
      socket.on('error', () => {});
      socket.on('end', () => {
        const [key, step, attempt, what] = text.trim().split(' ');
        const list = what === 'began' ? this.began : this.taken;
        const place = `${key}/${step}`;
        list.set(place, [...(list.get(place) ?? []), Number(attempt)]);
      });
    });
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    return this.server.address().port;
  }
}

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { kills: { type: 'string' }, seconds: { type: 'string' } },
});
const [database] = positionals;
if (!['sqlite', 'postgres'].includes(database) || !flags.kills === !flags.seconds) {
  console.error('usage: kill.mjs sqlite|postgres (--kills N | --seconds N)');
  process.exit(2);
}

const effects = new Effects();
const port = await effects.listen();
/** Run number → what was acknowledged of it. */
const journal = new Map();
const ready = [];
const wrong = [];

/** Notes what the server shows of a run; a state that was shown as final must stay. */
function note(number, shown) {
  const known = journal.get(number);
  for (const step of shown.steps) {
    const before = known.final.get(step.name);
    if (before && before.state !== step.state) {
      wrong.push(`run ${number}, step ${step.name}: was shown as ${before.state}, then as ${step.state}`);
    }
    if (!before && FINAL.includes(step.state)) {
      known.final.set(step.name, { state: step.state, attempts: step.attempts.length });
    }
  }
  if (known.state && known.state !== shown.state) {
    wrong.push(`run ${number} was shown as ${known.state}, then as ${shown.state}`);
  }
  if (FINAL.includes(shown.state)) known.state = shown.state;
  return known;
}

const unfinished = () => [...journal].filter(([, run]) => !run.state).map(([number]) => number);

/** A request whose server may die under it. */
async function attempt(request) {
  try {
    return await request();
  } catch (error) {
    // The connection was cut, or refused.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Starts runs and looks at them until told to stop. */
async function life(relay, cookie, going) {
  while (going.on) {
    const open = unfinished();
    if (open.length < MOST_UNFINISHED) {
      // Steps know a run by this; its number is known only when the answer comes.
      const key = randomUUID();
      const number = await attempt(() => runOf(relay, cookie, 'kills', { key }));
      if (number) journal.set(number, { key, final: new Map() });
    }
    for (const number of open.slice(0, 3)) {
      const shown = await attempt(() => look(relay, cookie, 'kills', number));
      if (shown) note(number, shown);
    }
  }
}

async function rounds(start, cookie) {
  const kills = Number(flags.kills ?? Infinity);
  const until = performance.now() + Number(flags.seconds ?? Infinity) * 1000;
  let done = 0;
  let early = 0;
  while (done < kills && performance.now() < until) {
    if (randomInt(10) === 0) {
      // Before it is ready.
      const relay = await start({ wait: false });
      await new Promise((go) => setTimeout(go, randomInt(40)));
      await relay.killed();
      early += 1;
    } else {
      const relay = await start();
      ready.push(relay.readyAfter);
      const going = { on: true };
      const busy = life(relay, cookie, going);
      await new Promise((go) => setTimeout(go, randomInt(2) ? randomInt(100) : randomInt(900)));
      await relay.killed();
      going.on = false;
      await busy;
    }
    done += 1;
    if (done % 100 === 0) console.log(`${done} kills, ${journal.size} runs, ${wrong.length} broken promises`);
  }
  return { done, early };
}

/** Holds the promises against what happened. */
function judge(shown) {
  for (const [number, run] of shown) {
    for (const step of run.steps) {
      const key = `${journal.get(number).key}/${step.name}`;
      const began = effects.began.get(key) ?? [];
      const recorded = journal.get(number).final.get(step.name);
      const states = step.attempts.map((one) => one.state).join(', ');
      // By numbers and not by times: what a step tells may be heard after what the server shows.
      const again = recorded && began.find((attempt) => attempt > recorded.attempts);
      if (again) wrong.push(`run ${number}, step ${step.name}: attempt ${again} of (${states}) began after a recorded end`);
      if (new Set(began).size < began.length) {
        wrong.push(`run ${number}, step ${step.name}: one of the attempts (${states}) began twice`);
      }
      if (began.length > step.attempts.length) {
        wrong.push(`run ${number}, step ${step.name} began ${began.length} times in ${step.attempts.length} attempts`);
      }
      const ended = step.attempts.filter((one) => ['succeeded', 'failed'].includes(one.state));
      if (ended.length > 1 || (ended.length === 1 && ended[0] !== step.attempts.at(-1))) {
        wrong.push(`run ${number}, step ${step.name} ran again after a recorded end`);
      }
      const last = step.attempts.at(-1);
      // What an interrupted attempt has set does not count: nobody knows how it would have ended.
      const counts = last && last.state !== 'interrupted';
      const taken = counts && (effects.taken.get(key) ?? []).includes(last.number);
      const kept = run.outputs.find((one) => one.step === step.name && one.name === 'attempt');
      if (taken && !kept?.value.includes(String(last.number))) {
        wrong.push(`run ${number}, step ${step.name}: an output that was taken is lost`);
      }
    }
  }
}

async function soak(directory, more) {
  addAdministrator(directory, more);
  const start = (how) => Relay.start(directory, [], { flags: more, ...how });
  const first = await start();
  const cookie = await first.signIn();
  await first.call(cookie, 'create_workflow', { name: 'kills', description: '' });
  await first.call(cookie, 'save_workflow', { workflow: 'kills', base_revision: '0', text: workflow(port) });
  await first.stop();

  const { done, early } = await rounds(start, cookie);

  const relay = await start();
  const until = performance.now() + DRAIN_MS;
  const shown = new Map();
  while (shown.size < journal.size && performance.now() < until) {
    for (const number of journal.keys()) {
      if (shown.has(number)) continue;
      const run = await look(relay, cookie, 'kills', number);
      note(number, run);
      if (FINAL.includes(run.state)) shown.set(number, run);
    }
  }
  const stuck = journal.size - shown.size;
  for (const run of journal.values()) {
    // Otherwise what follows would compare with nothing.
    if (run.state === 'succeeded' && !effects.began.has(`${run.key}/first`)) throw new Error('a step was not heard');
  }
  judge(shown);
  await relay.stop();

  const steps = [...shown.values()].flatMap((run) => run.steps);
  const interrupted = steps.flatMap((step) => step.attempts).filter((one) => one.state === 'interrupted').length;
  const slow = Math.max(...ready);
  const figures = [
    `${database}: ${done} kills (${early} before it was ready), ${journal.size} acknowledged runs`,
    `${interrupted} interrupted attempts, ${steps.filter((step) => step.state === 'interrupted').length} steps given up`,
    `broken promises ${wrong.length}, stuck runs ${stuck}`,
    `ready again after ${median(ready).toFixed(0)} ms in the middle, ${slow.toFixed(0)} ms at most`,
  ].join('; ');
  console.log(figures);
  for (const line of wrong.slice(0, 20)) console.error(line);
  if (done === 0 || journal.size === 0 || interrupted === 0) throw new Error('nothing was tried: no kill met a run');
  // How fast it is, is judged where nothing else runs: not in the short form.
  const tooSlow = flags.kills && slow > READY_MS;
  if (wrong.length || stuck || tooSlow) process.exitCode = 1;
}

if (database === 'sqlite') {
  await withDirectory((directory) => soak(directory, []));
} else {
  await withDatabase((url) => withDirectory((directory) => soak(directory, ['--database-url', url])));
}
effects.server.close();
