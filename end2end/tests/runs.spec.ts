// Starting a run, watching it, stopping it, and reading why it failed.

import { ConnectionsPage } from '../pages/connections';
import { RunPage } from '../pages/run';
import { RunsPage } from '../pages/runs';
import { WorkflowPage } from '../pages/workflow';
import * as arrange from '../support/arrange';
import { Meeting } from '../support/meeting';
import { ADA, OLAF } from '../support/people';
import { sameDocument } from '../support/same-document';
import { expect, test } from '../support/test';
import { scriptStep, steps } from '../support/texts';

const GREETING = `parameters:
  who:
    description: Whom to greet
    default: everybody
  how often.really-often:
    default: 2
${steps(
  scriptStep('greet', ['echo "hello $WHO, $TIMES times"'], 'env:', '  WHO: !Parameter who', '  TIMES: !Parameter how often.really-often'),
)}`;

/** Prints a line more whenever it is told to, so that somebody can watch. */
const slow = (meeting: Meeting) =>
  steps(
    scriptStep('slow', [...meeting.script, 'echo first line', 'hear', 'echo second line', 'hear', 'echo third line']),
    scriptStep('after', ['echo done'], 'dependsOn: slow'),
  );

const ENDLESS = steps(scriptStep('endless', ['echo begun', 'sleep 600']), scriptStep('after', ['echo never'], 'dependsOn: endless'));

test('a run with parameters, from the dialog to its log', async ({ as }) => {
  const page = await as(OLAF);
  const ada = await as(ADA);
  await arrange.workflow(ada, 'greeting', GREETING);
  const workflow = new WorkflowPage(page);
  const run = new RunPage(page);

  await workflow.open('greeting');
  await workflow.run.click();
  await expect(workflow.dialog).toHaveAccessibleName('Run workflow');
  await expect(workflow.runForm.parameter('who')).toHaveValue('everybody');
  await expect(workflow.runForm.parameter('who')).toHaveAccessibleDescription(/Whom to greet/);
  await expect(workflow.runForm.parameter('how often.really-often')).toHaveValue('2');
  await workflow.runForm.cancel.click();
  await expect(workflow.dialog).toBeHidden();

  await workflow.run.click();
  await workflow.runForm.parameter('who').fill('<b>the world</b>');
  await workflow.runForm.start.click();
  await expect(page).toHaveURL('/workflows/greeting/runs/1');
  await expect(run.heading(1)).toBeVisible();
  await expect(run.state('succeeded')).toBeVisible();
  await expect(run.drawn('greet', 'succeeded')).toBeVisible();
  await expect(run.row('greet')).toContainText('succeeded');
  await expect(run.row('who')).toContainText('<b>the world</b>');
  await expect(page.getByRole('main')).toContainText('by Olaf');

  await run.tab('Code').click();
  await expect(page.getByRole('main')).toContainText('Whom to greet');
  await run.tab('Logs').click();
  await expect(run.line('hello <b>the world</b>, 2 times')).toBeVisible();

  await workflow.open('greeting');
  await workflow.runs.click();
  const runs = new RunsPage(page);
  await expect(runs.row(1)).toContainText('succeeded');
  await expect(runs.row(1)).toContainText('Olaf');
  await expect(runs.older).toHaveCount(0);
  await runs.link(1).click();
  await expect(run.heading(1)).toBeVisible();
});

test('a run is watched while it goes on, without a reload', async ({ as }) => {
  const page = await as(ADA);
  const run = new RunPage(page);
  const meeting = await Meeting.open();
  await arrange.workflow(page, 'slow', slow(meeting));
  await arrange.run(page, 'slow');
  await run.open('slow', 1, '?tab=logs&step=0');
  const document = await sameDocument(page);
  await expect(run.follow).toHaveAttribute('aria-pressed', 'true');
  for (const line of ['first line', 'second line']) {
    await expect(run.line(line)).toBeVisible();
    await meeting.tell();
  }
  await expect(run.line('third line')).toBeVisible();
  await expect(run.lines).toHaveCount(3);
  await expect(run.step('after')).toContainText('succeeded');
  await expect(run.state('succeeded')).toBeVisible();
  await document.expectSame();

  await run.search.fill('LINE');
  await expect(run.matches).toHaveCount(3);
  await expect(page.getByRole('status').filter({ hasText: '1 of 3' })).toBeVisible();
  await page.getByRole('button', { name: 'Previous match', exact: true }).click();
  await expect(page.getByRole('status').filter({ hasText: '3 of 3' })).toBeVisible();
  await run.search.fill('nowhere');
  await expect(page.getByRole('status').filter({ hasText: 'no match' })).toBeVisible();
  await expect(run.matches).toHaveCount(0);
  await run.wrap.click();
  await expect(run.wrap).toHaveAttribute('aria-pressed', 'false');

  const downloading = page.waitForEvent('download');
  await run.download.click();
  const file = await (await downloading).createReadStream();
  const parts: Buffer[] = [];
  for await (const part of file) parts.push(part as Buffer);
  expect(Buffer.concat(parts).toString()).toBe('first line\nsecond line\nthird line\n');
  await meeting.close();
});

test('of a long log the page has the end, and the download everything', async ({ as }) => {
  const page = await as(ADA);
  const run = new RunPage(page);
  await arrange.workflow(page, 'long', steps(scriptStep('counts', ['sleep 1', 'seq 1 20000'])));
  await arrange.run(page, 'long');
  await run.open('long', 1, '?tab=logs&step=0');
  const leftOut = page.getByText(/^The first .* are left out here/);
  await expect(run.line(/20000$/)).toBeVisible();
  await expect(run.lines).toHaveCount(5000);
  await expect(leftOut).toBeVisible();
  await expect(run.state('succeeded')).toBeVisible();
  await page.reload();
  await expect(run.lines).toHaveCount(5000);
  await expect(run.lines.first()).toHaveText(/^15001.*15001$/);
  await expect(leftOut).toBeVisible();
  const answer = await page.request.get((await run.download.getAttribute('href')) ?? '');
  expect((await answer.text()).split('\n')).toHaveLength(20001);
});

test('the picture follows too', async ({ as }) => {
  const page = await as(ADA);
  const run = new RunPage(page);
  const meeting = await Meeting.open();
  await arrange.workflow(page, 'slow', slow(meeting));
  await arrange.run(page, 'slow');
  await run.open('slow', 1);
  const document = await sameDocument(page);
  await expect(run.drawn('after', 'waiting')).toBeVisible();
  await expect(run.drawn('slow', 'running')).toBeVisible();
  for (let line = 0; line < 2; line += 1) await meeting.tell();
  await expect(run.drawn('slow', 'succeeded')).toBeVisible();
  await expect(run.drawn('after', 'succeeded')).toBeVisible();
  await expect(run.row('after')).toContainText('slow');
  await document.expectSame();
  await run.drawn('slow', 'succeeded').press('Enter');
  await expect(run.line('first line')).toBeVisible();
  await meeting.close();
});

test('a run is stopped', async ({ as }) => {
  const page = await as(ADA);
  const run = new RunPage(page);
  await arrange.workflow(page, 'endless', ENDLESS);
  await arrange.run(page, 'endless');
  await run.open('endless', 1, '?tab=logs');
  await expect(run.line('begun')).toBeVisible();
  await run.stop.click();
  await expect(run.state('cancelled')).toBeVisible();
  await expect(run.row('endless')).toContainText('cancelled');
  await expect(run.row('after')).toContainText('cancelled');
  await expect(run.stop).toHaveCount(0);
});

test('a failed run explains itself', async ({ as }) => {
  const page = await as(ADA);
  const run = new RunPage(page);
  const text = steps(
    scriptStep('breaks', ['echo "the reason is in here"', 'exit 3']),
    scriptStep('needs-it', ['echo never'], 'dependsOn: breaks'),
    scriptStep('free', ['echo fine']),
  );
  await arrange.workflow(page, 'fails', text);
  await arrange.run(page, 'fails');
  await run.open('fails', 1);
  await expect(run.state('failed')).toBeVisible();
  await expect(run.fault).toContainText('breaks');
  await expect(run.fault).toContainText('3');
  await expect(run.row('breaks')).toContainText('failed');
  await expect(run.row('needs-it')).toContainText('skipped');
  await expect(run.row('free')).toContainText('succeeded');
  await run.fault.getByRole('link', { name: 'Log of breaks', exact: true }).click();
  await expect(run.line('the reason is in here')).toBeVisible();
});

test('what stands in the way of a run is told, with the way out', async ({ as }) => {
  const page = await as(ADA);
  const workflow = new WorkflowPage(page);
  const script = scriptStep('looks', ['echo hello'], 'spec:', '  aws: !Connection [aws, my-aws-account]', '  token: !Secret deploy-token');
  await arrange.workflow(page, 'blocked', steps(script));
  await workflow.open('blocked');
  await workflow.run.click();
  await expect(workflow.runForm.start).toHaveCount(0);
  await expect(workflow.runForm.reasons).toHaveCount(2);
  await expect(workflow.runForm.reasons.first()).toContainText('aws / my-aws-account');
  await expect(workflow.runForm.reasons.last()).toContainText('deploy-token');
  await workflow.runForm.reasons.first().getByRole('link').click();
  await expect(page).toHaveURL(/\/connections\/new\?type=aws&name=my-aws-account$/);
});

test('an unsaved text does not run, and the dialog says so', async ({ as }) => {
  const page = await as(ADA);
  const workflow = new WorkflowPage(page);
  await arrange.workflow(page, 'edited', GREETING);
  await workflow.open('edited');
  await workflow.editor.typeAtEnd('# not saved');
  await expect(workflow.state('Unsaved changes')).toBeVisible();
  await workflow.run.click();
  const warning = workflow.dialog.getByText('Your unsaved changes do not run.', { exact: true });
  await expect(warning).toBeVisible();
  await expect(workflow.dialog).toContainText('Revision 1');
  await workflow.runForm.cancel.click();
  await workflow.save.click();
  await expect(workflow.saved(2)).toBeVisible();
  await workflow.run.click();
  await expect(workflow.dialog).toContainText('Revision 2');
  await expect(warning).toBeHidden();
});

test('a connection tells by which run it was used last', async ({ as }) => {
  const page = await as(ADA);
  const run = new RunPage(page);
  const connections = new ConnectionsPage(page);
  await arrange.awsConnection(page);
  const script = scriptStep('reads', ['echo "${KEY}" | tr a-z A-Z'], 'env:', '  KEY: ${connections.aws["my-aws-account"].accessKeyID}');
  await arrange.workflow(page, 'uses', steps(script));
  await connections.open();
  await expect(connections.row('my-aws-account')).toContainText('never');
  await arrange.run(page, 'uses');
  await run.open('uses', 1);
  await expect(run.state('succeeded')).toBeVisible();
  await expect(run.row('aws / my-aws-account')).toContainText('reads');
  await expect(run.row('aws / my-aws-account')).toContainText('no');
  await connections.open();
  await connections.row('my-aws-account').getByRole('link', { name: 'uses #1', exact: true }).click();
  await expect(run.heading(1)).toBeVisible();
});

test('what a step prints and puts out stays text', async ({ as }) => {
  const page = await as(ADA);
  const run = new RunPage(page);
  const hostile = '</div></pre><script>document.title = "PWNED"</script><img src=x onerror=alert(1)> &amp;';
  const script = scriptStep('hostile', [`echo '${hostile}'`, "printf '\\033[31mred\\033[0m \\033]0;title\\007end\\n'", 'sleep 1', `echo '${hostile} again'`]);
  await arrange.workflow(page, 'hostile', `parameters:\n  "<b>name</b>":\n    default: "${'<script>alert(1)</script>'}"\n${steps(script)}`);
  await arrange.run(page, 'hostile', { '<b>name</b>': '<script>alert(2)</script>' });
  await run.open('hostile', 1, '?tab=logs');
  await expect(run.line(`${hostile} again`)).toBeVisible();
  await expect(run.line('red end')).toBeVisible();
  await run.search.fill('<script>');
  await expect(run.matches).toHaveCount(2);
  await expect(run.state('succeeded')).toBeVisible();
  await run.open('hostile', 1);
  await expect(run.row('<b>name</b>')).toContainText('<script>alert(2)</script>');
  await expect(page).toHaveTitle('Run #1 of hostile · Relay');
});
