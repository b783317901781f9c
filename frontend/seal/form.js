// Seals what is typed into a form before it leaves the browser. The pages of value forms load it, and the workflow's
// page when it opens such a form. A value is read from its control when the form is sent and is kept nowhere else: a
// save that fails seals it again from there. The bytes it was turned into are overwritten.
//
// A form says by `data-seal` whether it is about a connection or a secret. Its `action` takes plain values, for
// browsers without scripts; the same name with `_sealed` in it takes sealed ones only.

import init, { Sealer } from './seal_bindings.js';

/** How often values are sealed again when what they were sealed for changes meanwhile. */
const TRIES = 3;

let loading;

/** Loads what seals. After a failure the next call tries again. */
export function ready() {
  loading ??= init().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** Seals the values of a form and saves it: `{ location }`, or `{ problem }` with the values still where they were typed. */
export async function save(form) {
  try {
    await ready();
  } catch {
    return refused('not_loaded', 'What seals values could not be loaded, so nothing was sent. Try again.');
  }
  let outcome;
  try {
    for (let tries = 0; tries < TRIES; tries += 1) {
      outcome = await attempt(form);
      if (outcome.problem?.code !== 'seal_context_changed') break;
    }
  } catch (error) {
    // Nothing that was typed is in it: only a defect of the page comes this way.
    console.error(error);
    return refused('not_sealed', 'The values could not be sealed. Load the page again and retry.');
  }
  return outcome;
}

/** Takes over the forms of a page that is nothing but a form. Without WebAssembly they stay as they are. */
export function enhance() {
  if (typeof WebAssembly === 'undefined') return;
  // Ahead of time; whoever saves is told when it fails.
  ready().catch(() => {});
  for (const form of document.querySelectorAll('form[data-seal]')) {
    const button = form.querySelector('[type=submit]');
    button.disabled = false;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (button.disabled) return;
      button.disabled = true;
      const { location: next, problem } = await save(form);
      if (next) {
        wipe(form);
        location.assign(next);
        return;
      }
      button.disabled = false;
      show(form, problem);
    });
  }
}

/** Empties the controls of a form that values are typed into. */
export function wipe(form) {
  for (const control of form.querySelectorAll('.value')) control.value = '';
}

// Whatever a page was left for, coming back to it shows nothing that was typed.
addEventListener('pagehide', () => document.querySelectorAll('form[data-seal]').forEach(wipe));

async function attempt(form) {
  const kind = form.dataset.seal;
  const told = plain(form);
  const { answer: context, problem } = await post(`/fn/${kind}_seal_context`, told);
  if (problem) return { problem };
  const { sealed, problems } = seal(form, kind, context);
  if (problems.length > 0) return { problem: invalid(problems) };
  const action = new URL(form.action).pathname.replace(`_${kind}`, `_sealed_${kind}`);
  const outcome = await post(action, [...told, ...sealed]);
  // Whoever has been told that somebody was faster saves over that the next time.
  const overtaken = outcome.problem?.kind === 'stale' && outcome.problem.code !== 'seal_context_changed';
  if (overtaken && form.elements.revision) form.elements.revision.value = context.revision;
  return outcome;
}

/** Every control that holds no value, with what is in it. */
function plain(form) {
  const controls = [...form.elements].filter((one) => one.name && !one.classList.contains('value'));
  const chosen = controls.filter((one) => one.type !== 'radio' || one.checked);
  return chosen.map(({ name, value }) => [name, value]);
}

function seal(form, kind, context) {
  const sealer = new Sealer(kind, context.public_key, context.account, context.owner, context.name);
  const sealed = [];
  const problems = [];
  for (const control of form.querySelectorAll('.value')) {
    const field = fieldOf(control.name, context.name);
    const change = form.querySelector(`[name="changes[${field}]"]:checked`)?.value;
    if (!(field in context.fields) || (change && change !== 'replace')) continue;
    const bytes = new TextEncoder().encode(control.value);
    try {
      const text = sealer.seal(field, context.fields[field], bytes, change === 'replace');
      if (text) sealed.push([`sealed[${field}]`, text]);
    } catch (detail) {
      // Anything but a sentence is a defect.
      if (typeof detail !== 'string') throw detail;
      problems.push({ name: control.name, code: 'invalid', detail });
    } finally {
      bytes.fill(0);
    }
  }
  sealer.free();
  return { sealed, problems };
}

/** `value`, `values[FIELD]`, or `values[of.TYPE.FIELD]` where a form offers several types. */
function fieldOf(name, type) {
  const inside = /^values\[(.*)\]$/.exec(name)?.[1] ?? name;
  const prefix = `of.${type}.`;
  return inside.startsWith(prefix) ? inside.slice(prefix.length) : inside;
}

async function post(url, fields) {
  try {
    const headers = { accept: 'application/json' };
    const answer = await fetch(url, { method: 'POST', headers, body: new URLSearchParams(fields) });
    const body = await answer.json();
    if (!answer.ok) return { problem: body };
    return { answer: body, location: answer.headers.get('location') };
  } catch {
    return refused('unreachable', "The server can't be reached. What you typed is still here; try again.");
  }
}

function refused(code, detail) {
  return { problem: { kind: 'internal', code, detail, fields: [] } };
}

function invalid(fields) {
  const detail = fields.length === 1 ? fields[0].detail : `${fields.length} fields need your attention.`;
  return { ...refused('invalid_input', detail).problem, kind: 'input', fields };
}

/** Shows a problem where the page itself would, had it been made again. */
function show(form, { detail, fields = [] }) {
  for (const old of form.parentElement.querySelectorAll('.notice, .wrong')) old.remove();
  for (const control of form.querySelectorAll('[aria-invalid]')) control.removeAttribute('aria-invalid');
  const notice = form.querySelector('template').content.firstElementChild.cloneNode(true);
  notice.querySelector('p').textContent = detail;
  const list = document.createElement('ul');
  for (const { name, detail: wrong } of fields) {
    const control = controlOf(form, name);
    if (!control) continue;
    control.setAttribute('aria-invalid', 'true');
    control.closest('.field, fieldset').append(element('p', { className: 'wrong', id: `${control.id}-problem` }, wrong));
    const item = document.createElement('li');
    item.append(element('a', { href: `#${control.id}` }, wrong));
    list.append(item);
  }
  if (list.childElementCount > 1) notice.querySelector('p').after(list);
  form.before(notice);
  notice.focus();
}

/** The control a problem names; it may be `values[FIELD]` where the control is `values[of.TYPE.FIELD]`. */
function controlOf(form, name) {
  const controls = [...form.elements];
  const ending = name.replace(/^values\[/, '.');
  return controls.find((one) => one.name === name) ?? controls.find((one) => one.name?.endsWith(ending));
}

function element(tag, properties, text) {
  return Object.assign(document.createElement(tag), properties, { textContent: text });
}
