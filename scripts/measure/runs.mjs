// Starting runs and waiting for them, as a person's browser would.

const PATIENCE_MS = 300_000;
const FINAL = ['succeeded', 'failed', 'rejected', 'cancelled'];

/** Makes a workflow of this name and text. */
export async function saved(relay, cookie, name, text) {
  await relay.call(cookie, 'create_workflow', { name, description: '' });
  await relay.call(cookie, 'save_workflow', { workflow: name, base_revision: '0', text });
}

/** Starts a run of the newest revision with these parameters; answers its number. */
export async function runOf(relay, cookie, workflow, parameters = {}) {
  const typed = Object.entries(parameters).flatMap(([name, value], at) => [
    [`parameters[${at}][name]`, name],
    [`parameters[${at}][value]`, value],
  ]);
  const form = { workflow, revision: '0', ...Object.fromEntries(typed) };
  const answer = await relay.post(cookie, 'start_run', form);
  return Number(answer.headers.get('location').split('/').at(-1));
}

/** What the run's page shows of it: the first event of its stream. */
export async function shown(relay, cookie, workflow, number) {
  const path = `/workflows/${workflow}/runs/${number}/events`;
  const answer = await fetch(relay.url + path, { headers: { cookie } });
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  let text = '';
  const decoder = new TextDecoder();
  for await (const part of answer.body) {
    text += decoder.decode(part, { stream: true });
    const [, data] = /^event: run\ndata: (.*)\n\n/m.exec(text) ?? [];
    // Leaving the loop closes the stream.
    if (data) return JSON.parse(data);
  }
  throw new TypeError(`${path} ended before it told of the run`);
}

/** Looks until the run has ended, with pauses of some milliseconds; answers what was seen last. */
export async function finished(look, pause = 20) {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const run = await look();
    if (FINAL.includes(run.state)) return run;
    if (performance.now() > until) throw new Error(`the run is still ${run.state}`);
    await new Promise((again) => setTimeout(again, pause));
  }
}

/** Starts a run and waits for it; anything but success is an error. */
export async function succeeded(relay, cookie, workflow, pause) {
  const number = await runOf(relay, cookie, workflow);
  const run = await finished(() => shown(relay, cookie, workflow, number), pause);
  if (run.state !== 'succeeded') {
    const why = run.steps.find((step) => step.message)?.message ?? '';
    throw new Error(`run ${number} of ${workflow} ended as ${run.state}: ${why}`);
  }
  return { number, run };
}

/** The log of a run's step. */
export async function log(relay, cookie, workflow, number, position = 0) {
  return relay.text(`/workflows/${workflow}/runs/${number}/steps/${position}/log`, cookie);
}
