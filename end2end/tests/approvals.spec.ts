// Approvals, and who sees which button of a run.

import { RunPage } from '../pages/run';
import { RunsPage } from '../pages/runs';
import { WorkflowPage } from '../pages/workflow';
import * as arrange from '../support/arrange';
import { ADA, OLAF, PIA, VERA } from '../support/people';
import { expect, test } from '../support/test';
import { scriptStep, steps } from '../support/texts';

const ASKS = steps(
  '  - name: go-live\n    type: approval\n    description: Look at it before.\n',
  scriptStep('act', ['echo live'], 'dependsOn: go-live'),
);

for (const { word, run: ended, act } of [
  { word: 'approve', run: 'succeeded', act: 'succeeded' },
  { word: 'reject', run: 'rejected', act: 'skipped' },
] as const) {
  test(`an approver decides: ${word}`, async ({ as }) => {
    const ada = await as(ADA);
    await arrange.workflow(ada, 'asks', ASKS);
    await arrange.run(ada, 'asks');
    const page = await as(PIA);
    const run = new RunPage(page);
    await run.open('asks', 1);
    await expect(run.state('waiting for approval')).toBeVisible();
    await expect(run.approval('go-live')).toContainText('Look at it before.');
    await run[word].click();
    await expect(run.state(ended)).toBeVisible();
    await expect(run.row('go-live')).toContainText('Pia');
    await expect(run.row('act')).toContainText(act);
    await expect(run.approve).toHaveCount(0);
  });
}

test('everybody sees the buttons of their role, and no others', async ({ as, guard }) => {
  const ada = await as(ADA);
  await arrange.workflow(ada, 'asks', ASKS);
  await arrange.run(ada, 'asks');
  for (const { person, starts, decides } of [
    { person: VERA, starts: 0, decides: 0 },
    { person: OLAF, starts: 1, decides: 0 },
    { person: PIA, starts: 1, decides: 1 },
  ]) {
    const page = await as(person);
    const workflow = new WorkflowPage(page);
    const run = new RunPage(page);
    const runs = new RunsPage(page);
    await workflow.open('asks');
    await expect(workflow.run, person.role).toHaveCount(starts);
    await runs.open('asks');
    await expect(runs.row(1)).toContainText('waiting for approval');
    await expect(runs.run, person.role).toHaveCount(starts);
    await run.open('asks', 1);
    await expect(run.state('waiting for approval')).toBeVisible();
    await expect(run.stop, person.role).toHaveCount(starts);
    await expect(run.approve, person.role).toHaveCount(decides);
    await expect(run.reject, person.role).toHaveCount(decides);
    if (!decides) await expect(run.approval('go-live')).toContainText('Approvers and administrators decide.');
    if (!starts) {
      guard.expectAnswer(403, /^\/workflows\/asks\/run$/);
      await page.goto('/workflows/asks/run');
      await expect(page.getByRole('heading', { level: 1, name: 'Not allowed', exact: true })).toBeVisible();
    }
  }
});
