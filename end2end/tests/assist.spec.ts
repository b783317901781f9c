// What the editor does for somebody who asks, all by keyboard; and that a worker does the thinking.

import type { Page } from '@playwright/test';
import { WorkflowPage } from '../pages/workflow';
import * as arrange from '../support/arrange';
import { expectAccessible } from '../support/axe';
import { ADA, VERA } from '../support/people';
import { expect, test } from '../support/test';
import { stepWith, steps } from '../support/texts';

const step = (name: string, ...lines: string[]) =>
  [`  - name: ${name}`, '    image: alpine:3', ...lines.map((line) => `    ${line}`), ''].join('\n');

/** Three steps in a row; the last uses an output of the first. */
const ROW = steps(
  step('fetch'),
  step('build', 'dependsOn: fetch'),
  step('publish', 'dependsOn: [build]', 'spec:', '  of: !Output {from: fetch, name: version}'),
);

/** The page of a workflow with this text. */
async function opened(page: Page, name: string, text: string): Promise<WorkflowPage> {
  await arrange.workflow(page, name, text);
  const workflow = new WorkflowPage(page);
  await workflow.open(name);
  return workflow;
}

test('the name of a connection is completed', async ({ as }) => {
  const page = await as(ADA);
  await arrange.awsConnection(page);
  const text = stepWith('account: !Connection {type: aws, name: x}');
  const workflow = await opened(page, 'completed', text);
  await expect(workflow.setupButton).toHaveText('Setup: 1 missing');
  await workflow.editor.cursorAt(text, 'x}', 1);
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Control+Space');
  await workflow.assist.take(/my-aws-account/);
  await expect(workflow.setupButton).toHaveText('Setup: ready');
  expect(await workflow.editor.text()).toBe(text.replace('name: x', 'name: my-aws-account'));
});

test('completions come while typing, and neither Tab nor Escape is caught', async ({ as }) => {
  const page = await as(ADA);
  const workflow = await opened(page, 'typing', 'steps:\n  - name: only\n    \n');
  await workflow.editor.cursorAt('steps:\n  - name: only\n    \n', '    \n', 4);
  // Comes with the first touch.
  await expect(workflow.editor.box).toHaveAttribute('aria-autocomplete', 'list');
  await page.keyboard.type('ima');
  await expect(workflow.assist.completion(/^image/)).toBeVisible();
  await expectAccessible(page, 'completions');
  await page.keyboard.press('Escape');
  await expect(workflow.assist.completions).toBeHidden();
  // The same Escape lets Tab leave.
  await page.keyboard.press('Tab');
  await expect(workflow.editor.box).not.toBeFocused();

  await workflow.editor.box.focus();
  await page.keyboard.type('g');
  await expect(workflow.assist.completions).toBeVisible();
  await page.keyboard.press('Tab');
  expect(await workflow.editor.text(), 'Tab indents and takes nothing').not.toContain('image');
});

test('a function is explained, and a published image with its source', async ({ as }) => {
  const page = await as(ADA);
  const text = `steps:
  - name: only
    image: relaysh/aws-ec2-step-instances-describe
    spec:
      greeting: \${concat("a", "b")}
`;
  const workflow = await opened(page, 'explained', text);
  const { card } = workflow.assist;
  await workflow.editor.cursorAt(text, 'concat', 2);
  await page.keyboard.press('F1');
  await expect(card).toBeFocused();
  await expect(card).toHaveAccessibleName(/concat/);
  await expectAccessible(page, 'a card');
  await page.keyboard.press('Escape');
  await expect(card).toBeHidden();
  await expect(workflow.editor.box).toBeFocused();

  await workflow.editor.cursorAt(text, 'relaysh', 2);
  await page.keyboard.press('F1');
  await expect(card).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(card.getByRole('link', { name: /^Source/ })).toBeFocused();
  await expect(card.getByRole('link')).toHaveAttribute('href', /^https:\/\/github\.com\//);
  await page.keyboard.press('Escape');
  await expect(workflow.editor.box).toBeFocused();

  // The same under the pointer.
  await page.getByText('concat').hover({ position: { x: 40, y: 8 } });
  await expect(page.locator('.cm-tooltip-hover')).toContainText('concat');
});

test('a step is renamed with all that refers to it', async ({ as }) => {
  const page = await as(ADA);
  const workflow = await opened(page, 'renamed', ROW);
  await workflow.editor.cursorAt(ROW, 'from: fetch', 8);
  await page.keyboard.press('F2');
  await expect(workflow.assist.newName).toBeFocused();
  await expect(workflow.assist.newName).toHaveValue('fetch');
  await expectAccessible(page, 'the field for a new name');
  await page.keyboard.type('build');
  await page.keyboard.press('Enter');
  await expect(workflow.assist.renameError).toContainText('build');
  await expect(workflow.assist.newName).toHaveAttribute('aria-invalid', 'true');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('get-the-source');
  await page.keyboard.press('Enter');
  await expect(workflow.editor.box).toBeFocused();
  expect(await workflow.editor.text()).toBe(ROW.replaceAll('fetch', 'get-the-source'));

  // Escape changes nothing.
  await workflow.editor.cursorAt(ROW.replaceAll('fetch', 'get-the-source'), 'build', 1);
  await page.keyboard.press('F2');
  await expect(workflow.assist.newName).toHaveValue('build');
  await page.keyboard.type('other');
  await page.keyboard.press('Escape');
  await expect(workflow.assist.newName).toBeHidden();
  await expect(workflow.editor.box).toBeFocused();
  expect(await workflow.editor.text()).toBe(ROW.replaceAll('fetch', 'get-the-source'));
});

test('quick fixes, in the text and in the list', async ({ as }) => {
  const page = await as(ADA);
  const text = `${stepWith('a: !Sekret one # stays', 'b: !Sekret two')}`;
  const workflow = await opened(page, 'fixed', text);
  await expect(workflow.problems.getByRole('listitem')).toHaveCount(2);
  // The list comes with the page; the editor finds them by itself.
  await expect(workflow.editor.squiggles).toHaveCount(2);
  await workflow.editor.box.focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('F8');
  await page.keyboard.press('Control+.');
  await expect(workflow.assist.fix(/!Secret/)).toBeFocused();
  await expectAccessible(page, 'quick fixes');
  await page.keyboard.press('Enter');
  await expect(workflow.editor.box).toBeFocused();
  await expect(workflow.problems.getByRole('listitem')).toHaveCount(1);
  expect(await workflow.editor.text()).toBe(text.replace('!Sekret one', '!Secret one'));

  await workflow.problems.getByRole('button', { name: /^Fix: / }).focus();
  await page.keyboard.press('Enter');
  await expect(workflow.problems).toContainText('No problems found.');
  expect(await workflow.editor.text()).toBe(text.replaceAll('!Sekret', '!Secret'));
});

test('a circle of steps is told with its path', async ({ as }) => {
  const page = await as(ADA);
  const workflow = await opened(page, 'circle', ROW);
  const circle = steps(step('a', 'dependsOn: c'), step('b', 'dependsOn: a'), step('c', 'dependsOn: b'));
  await workflow.editor.paste(circle);
  const path = /a.*→.*b.*→.*c|a.*→.*c.*→.*b/;
  await expect(workflow.problem(path).first()).toContainText('error');
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('F8');
  await page.keyboard.press('F1');
  await expect(workflow.assist.card).toBeFocused();
  await expect(workflow.assist.card).toContainText(path);
  await page.keyboard.press('Escape');
  await expect(workflow.editor.box).toBeFocused();
  await workflow.assist.graphButton.focus();
  await page.keyboard.press('Enter');
  await expect(workflow.assist.graph).toContainText('in a circle');
});

test('F8 goes through the problems, F12 to where a name is declared', async ({ as }) => {
  const page = await as(ADA);
  const text = ROW.replace('dependsOn: [build]', 'dependsOn: [build, biuld]').replace('name: version', 'name: !Sekret x');
  const workflow = await opened(page, 'walked', text);
  await expect(workflow.editor.squiggles).toHaveCount(2);
  await workflow.editor.box.focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('F8');
  expect(await workflow.editor.selected()).toBe('biuld');
  await page.keyboard.press('F8');
  expect(await workflow.editor.selected()).toBe('!Sekret');
  await page.keyboard.press('Shift+F8');
  expect(await workflow.editor.selected()).toBe('biuld');

  await workflow.editor.cursorAt(text, '[build', 2);
  await page.keyboard.press('F12');
  await expect.poll(() => workflow.editor.selected()).toBe('build');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Shift+Home');
  await expect.poll(() => workflow.editor.selected()).toBe('- name: ');

  await page.keyboard.press('Control+Home');
  await page.keyboard.press('F12');
  await expect(workflow.assist.note).toBeVisible();
});

test('the outline leads to the text and follows it', async ({ as }) => {
  const page = await as(ADA);
  const workflow = await opened(page, 'outlined', `parameters:\n  who: {default: me}\n${ROW}`);
  await workflow.editor.box.focus();
  await page.keyboard.press('F6');
  await expect(workflow.assist.part('parameters')).toBeFocused();
  await expectAccessible(page, 'the outline');
  for (let down = 0; down < 4; down += 1) await page.keyboard.press('ArrowDown');
  await expect(workflow.assist.part('build')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(workflow.editor.box).toBeFocused();
  expect(await workflow.editor.selected()).toBe('build');
  await expect(workflow.assist.part('build')).toHaveAttribute('aria-current', 'true');
  await page.keyboard.press('Control+End');
  await expect(workflow.assist.part('publish')).toHaveAttribute('aria-current', 'true');
  await page.keyboard.type(step('announce').trimEnd());
  await expect(workflow.assist.part('announce')).toHaveAttribute('aria-current', 'true');

  await page.keyboard.press('F6');
  await expect(workflow.assist.part('announce')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(workflow.editor.box).toBeFocused();
});

test('the graph leads to the text and follows it; what is open is remembered', async ({ as }) => {
  const page = await as(ADA);
  const workflow = await opened(page, 'drawn', ROW);
  await workflow.assist.graphButton.focus();
  await page.keyboard.press('Enter');
  await expect(workflow.assist.step('publish')).toBeVisible();
  await expect(workflow.assist.graphButton).toHaveAttribute('aria-expanded', 'true');
  await workflow.editor.box.focus();
  await page.keyboard.press('Control+End');
  await expect(workflow.assist.step('publish')).toHaveAttribute('aria-current', 'true');
  await page.keyboard.press('F6');
  await expect(workflow.assist.step('publish')).toBeFocused();
  await expectAccessible(page, 'the graph');
  await page.keyboard.press('Home');
  await expect(workflow.assist.step('fetch')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(workflow.editor.box).toBeFocused();
  expect(await workflow.editor.selected()).toBe('fetch');
  await expect(workflow.assist.step('fetch')).toHaveAttribute('aria-current', 'true');

  await page.reload();
  await expect(workflow.assist.step('fetch')).toBeVisible();
  await workflow.assist.graphButton.click();
  await expect(workflow.assist.graph).toBeHidden();
  await page.reload();
  await workflow.editor.ready();
  await expect(workflow.assist.graph).toBeHidden();
});

test('whoever may only read has all that changes nothing', async ({ as }) => {
  await arrange.workflow(await as(ADA), 'read', ROW.replace('[build]', '[biuld]'));
  const page = await as(VERA);
  const workflow = new WorkflowPage(page);
  await workflow.open('read');
  await expect(workflow.problem('biuld')).toBeVisible();
  await expect(workflow.problems.getByRole('button', { name: /^Fix: / })).toHaveCount(0);
  await workflow.editor.cursorAt(ROW, 'from: fetch', 8);
  await page.keyboard.press('F2');
  await expect(workflow.assist.note).toContainText('not change it');
  await page.keyboard.press('F12');
  await expect.poll(() => workflow.editor.selected()).toBe('fetch');
  await page.keyboard.press('F1');
  await expect(workflow.assist.card).toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('F6');
  await expect(workflow.assist.part('fetch')).toBeFocused();
});

/** What a page has to do with its workers. */
interface Workers {
  /** How many messages came from them. */
  heard: () => Promise<number>;
  /** How many were begun, and how many of them ended. */
  counts: () => Promise<[begun: number, ended: number]>;
  /** From now on none gets what the page sends; answers how many questions were lost so. */
  holdBack: () => Promise<() => Promise<number>>;
  /** The newest dies, and questions reach the next one. */
  kill: () => Promise<void>;
}

async function watchWorkers(page: Page): Promise<Workers> {
  interface Watched {
    all: Worker[];
    heard: number;
    ended: Set<Worker>;
    holding: boolean;
    lost: number;
  }
  await page.addInitScript(() => {
    const watched: Watched = { all: [], heard: 0, ended: new Set(), holding: false, lost: 0 };
    (window as unknown as { watched: Watched }).watched = watched;
    window.Worker = class extends Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        watched.all.push(this);
        this.addEventListener('message', () => (watched.heard += 1));
      }

      override postMessage(message: unknown): void {
        if (watched.holding) watched.lost += 1;
        else super.postMessage(message);
      }

      override terminate(): void {
        watched.ended.add(this);
        super.terminate();
      }
    };
  });
  const look = <T>(what: (watched: Watched) => T) =>
    page.evaluate(`(${what})(window.watched)`) as Promise<T>;
  return {
    heard: () => look(({ heard }) => heard),
    counts: () => look(({ all, ended }): [number, number] => [all.length, ended.size]),
    holdBack: async () => {
      await look((watched) => void (watched.holding = true));
      return () => look(({ lost }) => lost);
    },
    kill: () =>
      look((watched) => {
        watched.holding = false;
        watched.all.at(-1)?.dispatchEvent(new ErrorEvent('error', { message: 'killed by a test', cancelable: true }));
      }),
  };
}

/** A workflow of two thousand lines and more. */
const HUGE = steps(...Array.from({ length: 700 }, (_, at) => step(`step-${at}`, ...(at ? [`dependsOn: step-${at - 1}`] : []))));

test('a huge text is checked while somebody types, and no answer is left behind', async ({ as }) => {
  const page = await as(ADA);
  const { heard } = await watchWorkers(page);
  const workflow = await opened(page, 'huge', HUGE);
  await workflow.editor.typeAtEnd('  - name: last');
  await page.keyboard.type('\ndependsOn: nobody');
  await expect(workflow.problem('nobody')).toBeVisible();
  await expect(workflow.editor.squiggles.last()).toHaveText('nobody');
  expect(await heard(), 'a worker answered').toBeGreaterThan(0);
  for (let letter = 0; letter < 'nobody'.length; letter += 1) await page.keyboard.press('Backspace');
  await page.keyboard.type('step-1');
  await expect(workflow.problem('nobody')).toHaveCount(0);
});

test('a text that would keep the page from drawing is checked by the worker', async ({ as }) => {
  const page = await as(ADA);
  const { heard } = await watchWorkers(page);
  const workflow = await opened(page, 'much', ROW);
  await workflow.editor.typeAtEnd('# touched');
  await expect(workflow.problems).toContainText('No problems found.');
  const many = steps(...Array.from({ length: 3_500 }, (_, at) => step(`step-${at}`)));
  const before = await heard();
  await workflow.editor.paste(many);
  await expect(workflow.problems).toContainText('No problems found.');
  await workflow.editor.typeAtEnd('    dependsOn: nobody');
  await expect(workflow.problem('nobody')).toBeVisible();
  expect(await heard(), 'the worker answered').toBeGreaterThan(before);
});

test('a worker that dies with several questions is replaced by one', async ({ as, guard }) => {
  guard.expectSaying(/^The language gave no answer to ask\./);
  const page = await as(ADA);
  const workers = await watchWorkers(page);
  const workflow = await opened(page, 'killed', ROW);
  await workflow.editor.cursorAt(ROW, 'build', 1);
  await page.keyboard.press('F1');
  await expect(workflow.assist.card).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(workflow.assist.card).toBeHidden();

  const lost = await workers.holdBack();
  const before = await lost();
  for (let times = 0; times < 3; times += 1) await page.keyboard.press('F12');
  await expect.poll(lost).toBeGreaterThanOrEqual(before + 3);
  await workers.kill();
  await expect(workflow.assist.note, 'none was answered').toBeVisible();
  await page.keyboard.press('F1');
  await expect(workflow.assist.card).toContainText('build');
  expect(await workers.counts()).toEqual([2, 1]);

  await page.keyboard.press('Escape');
  await workflow.editor.paste(ROW.replace('[build]', '[biuld]'));
  await expect(workflow.editor.squiggles).toHaveText('biuld');
  expect(await workers.counts()).toEqual([2, 1]);
});

test('without workers the page checks by itself', async ({ as }) => {
  const page = await as(ADA);
  await page.addInitScript(() => {
    window.Worker = class {
      constructor() {
        throw new Error('this browser has no workers');
      }
    } as unknown as typeof Worker;
  });
  const workflow = await opened(page, 'workerless', ROW);
  await workflow.editor.paste(ROW.replace('[build]', '[biuld]'));
  await expect(workflow.editor.squiggles).toHaveText('biuld');
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('F8');
  await page.keyboard.press('Control+.');
  await expect(workflow.assist.fix(/build/)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(workflow.problems).toContainText('No problems found.');
});

test('what cannot be checked is not called ready', async ({ as, guard }) => {
  guard.expectOffline();
  const page = await as(ADA);
  const workflow = await opened(page, 'unchecked', ROW);
  await expect(workflow.setupButton).toHaveText('Setup: ready');
  await page.context().setOffline(true);
  await workflow.editor.typeAtEnd('# offline');
  await expect(workflow.problem('not checked')).toBeVisible();
  await expect(workflow.setupButton).toHaveText('Setup: unknown');
  await page.context().setOffline(false);
  await page.keyboard.type(', and back');
  await expect(workflow.problems).toContainText('No problems found.');
  await expect(workflow.setupButton).toHaveText('Setup: ready');
});
