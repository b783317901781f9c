#!/usr/bin/env node
// How fast a step gets its values, beside a commit and beside a route that has nothing to do; how fast logs are masked;
// and what a full queue costs.

import { execFileSync } from 'node:child_process';
import { native } from '../measure/cargo.mjs';
import { addConnection } from '../measure/content.mjs';
import { commits } from '../measure/disk.mjs';
import { calibrators } from '../measure/machine.mjs';
import { addAdministrator, Relay, withDirectory } from '../measure/relay.mjs';
import { log, saved, succeeded } from '../measure/runs.mjs';
import { median, print, row } from '../measure/table.mjs';

const FIRST_READS = 40;
const ROUNDS = 6;
const SECONDS = 3;
const CONNECTIONS = 16;
const MASK_ROUNDS = 6;

const PREPARE = `#!/bin/bash
base=\${METADATA_API_URL#*@}
token=\${METADATA_API_URL#http://:}
token=\${token%@*}`;

/** Asks once, by the shell alone, and prints how many microseconds the answer took. */
const FIRST = `${PREPARE}
exec 3<>"/dev/tcp/\${base%:*}/\${base##*:}"
begun=\${EPOCHREALTIME/[.,]/}
printf 'GET /spec?q=aws.connection HTTP/1.1\\r\\nHost: relay\\r\\nAuthorization: Bearer %s\\r\\nConnection: close\\r\\n\\r\\n' "$token" >&3
read -r answer <&3
ended=\${EPOCHREALTIME/[.,]/}
case "$answer" in *' 200 '*) echo $((ended - begun)) ;; *) echo "$answer"; exit 1 ;; esac`;

const load = (path) =>
  `wrk -t1 -c${CONNECTIONS} -d${SECONDS}s -H "Authorization: Bearer $token" "http://$base${path}" | grep -E 'Requests/sec|Non-2xx'`;

/** Both routes in turns; each line is one figure. */
const REPEATED = [PREPARE, ...Array.from({ length: ROUNDS }, () => [load('/spec?q=aws.connection'), load('/healthz')])]
  .flat()
  .join('\n');

const workflow = (script) => `steps:
  - name: read
    image: any
    spec:
      aws:
        connection: !Connection { type: aws, name: measured }
    input:
${script
  .split('\n')
  .map((line) => `      - ${JSON.stringify(line)}`)
  .join('\n')}
`;

function rates(text) {
  if (text.includes('Non-2xx')) throw new Error(`the load met refusals:\n${text}`);
  const all = [...text.matchAll(/Requests\/sec:\s+([\d.]+)/g)].map(([, rate]) => Number(rate));
  if (all.length !== 2 * ROUNDS) throw new Error(`the load printed something else:\n${text}`);
  const every = (first) => all.filter((_, at) => at % 2 === first).slice(1);
  return { reads: every(0), constant: every(1) };
}

calibrators();
await withDirectory(async (directory) => {
  addAdministrator(directory);
  const relay = await Relay.start(directory);
  const cookie = await relay.signIn();
  await addConnection(relay, cookie, 'measured');
  await saved(relay, cookie, 'first', workflow(FIRST));
  await saved(relay, cookie, 'repeated', workflow(REPEATED));

  const first = [];
  const commit = [];
  for (let read = 0; read < FIRST_READS; read += 1) {
    const { number } = await succeeded(relay, cookie, 'first');
    first.push(Number(await log(relay, cookie, 'first', number)) / 1000);
    commit.push(commits(directory, 1) * 1000);
  }
  const { number } = await succeeded(relay, cookie, 'repeated');
  const { reads, constant } = rates(await log(relay, cookie, 'repeated', number));
  await relay.stop();

  print(`one connection of ${FIRST_READS} new attempts, then ${CONNECTIONS} kept connections from inside a step`, [
    row({
      what: 'first read: ledger entry and hand-out are durable',
      unit: 'ms',
      rounds: first,
      reference: commit,
      of: 'one write of 4 KiB and fdatasync',
    }),
    row({
      what: 'repeated reads',
      unit: '/s',
      rounds: reads,
      reference: constant,
      of: '/healthz of the same listener',
      atLeast: 0.5,
    }),
  ]);
});

const redact = native('engine', 'redact');
const masking = Array.from({ length: MASK_ROUNDS }, () => JSON.parse(execFileSync(redact, { encoding: 'utf8' }))).slice(1);
print('masking a log, 100 known values; median of rounds', [
  row({
    what: 'masking',
    unit: 'MB/s',
    rounds: masking.map(({ masked }) => masked),
    reference: masking.map(({ copied }) => copied),
    of: 'the same bytes only copied',
    least: 150,
  }),
]);

const claim = native('store', 'claim');
const claims = Array.from({ length: 3 }, () => JSON.parse(execFileSync(claim, { encoding: 'utf8' })));
print('claiming a step, SQLite, synchronous=FULL', [
  row({
    what: '10,000 runs in the queue',
    unit: 'ms',
    rounds: claims.map(({ full }) => full),
    reference: claims.map(({ empty }) => empty),
    of: 'a queue with nothing else in it',
    atMost: 2,
  }),
]);
