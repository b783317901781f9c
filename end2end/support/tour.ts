// Every page of Relay and every dialog, with something in it, for checks that hold everywhere.

import { expect, type Page } from '@playwright/test';
import { ConfirmPage } from '../pages/confirm';
import { ConnectionsPage } from '../pages/connections';
import { KeysPage } from '../pages/keys';
import { LoginPage } from '../pages/login';
import { Navigation } from '../pages/navigation';
import { PeoplePage } from '../pages/people';
import { RunPage } from '../pages/run';
import { ValueForm } from '../pages/value-form';
import { WorkflowPage } from '../pages/workflow';
import * as arrange from './arrange';
import type { Guard } from './guard';
import type { Relay } from './relay';
import { agePasswords, haltRotation } from './rows';
import { BROKEN, scriptStep, stepWith, steps } from './texts';

/** A stop of the tour: how to come there from anywhere. */
interface Stop {
  name: string;
  go: () => Promise<void>;
}

/** Names as long as names get: they must not push anything off the page. */
const LONG = 'a-workflow-name-that-somebody-made-very-long-because-nobody-told-them-not-to-and-nothing-stops-them-from-doing-so-at-all';

const FIRST = stepWith('a: !Connection [aws, my-aws-account]', 'b: !Connection [aws, absent]', 'c: !Secret token');
const SECOND = stepWith(`# ${'a long comment '.repeat(20)}`, 'a: !Connection [aws, my-aws-account]', 'b: !Connection [aws, absent]', 'c: !Secret token');

const LIMITED = stepWith('a: !Connection [aws, "another account / with % in its name and a great many words besides"]');

/** Something of everything a run's page shows. */
const RAN = `parameters:\n  a parameter: {description: For the tour}\n${steps(
  scriptStep('breaks', [`echo "a long line ${'of words '.repeat(60)}"`, 'echo "and a short one"', 'exit 1']),
  scriptStep('a-step-with-a-name-that-is-longer-than-its-box', ['echo never'], 'dependsOn: breaks'),
  '  - name: asks\n    type: approval\n    description: Whether to go on\n',
)}`;

/** Fills an installation, and answers the stops for an administrator. */
export async function tour(page: Page, guard: Guard, relay: Relay): Promise<Stop[]> {
  const connection = await arrange.awsConnection(page);
  const limited = await arrange.awsConnection(page, 'another account / with % in its name and a great many words besides');
  await arrange.workflow(page, 'visited', FIRST, 'Seen on the tour');
  await arrange.revision(page, 'visited', 1, SECOND);
  await arrange.workflow(page, LONG, stepWith('a: !Connection [aws, my-aws-account]'), 'long '.repeat(60));
  await arrange.workflow(page, 'broken', BROKEN);
  await arrange.workflow(page, 'not-allowed', LIMITED);
  await arrange.limit(page, limited, 'visited');
  const secret = await arrange.secret(page, 'visited', 'token');
  await arrange.rotate(page);
  const run = new RunPage(page);
  await arrange.workflow(page, 'ran', RAN);
  await arrange.run(page, 'ran', { 'a parameter': 'a value '.repeat(40) });
  await run.open('ran', 1);
  await expect(run.drawn('breaks', 'failed')).toBeVisible();
  await expect(run.approval('asks')).toBeVisible();

  const workflow = new WorkflowPage(page);
  const connections = new ConnectionsPage(page);
  const form = new ValueForm(page.getByRole('main'));
  const people = new PeoplePage(page);
  const simple = (path: string): Stop => ({ name: path, go: () => open(path) });
  const open = async (path: string) => {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  };

  return [
    simple('/workflows'),
    simple('/new-workflow'),
    simple('/workflows/visited/settings'),
    simple('/workflows/visited/delete'),
    simple('/workflows/visited/revisions'),
    simple('/workflows/visited/revisions/1'),
    simple('/workflows/ran/run'),
    simple('/workflows/visited/run'),
    simple('/workflows/visited/runs'),
    simple('/workflows/ran/runs'),
    simple('/workflows/ran/runs/1'),
    simple('/workflows/ran/runs/1?tab=code'),
    simple('/workflows/ran/runs/1?tab=logs&step=0'),
    simple('/workflows/visited/secrets/new'),
    simple(`/workflows/visited/secrets/${secret}`),
    simple(`/workflows/visited/secrets/${secret}`),
    simple(`/workflows/visited/secrets/${secret}/overwrite`),
    simple(`/workflows/visited/secrets/${secret}/delete`),
    simple('/connections'),
    simple('/connections/new'),
    simple('/connections/new?type=aws'),
    simple(`/connections/${connection}`),
    simple(`/connections/${connection}`),
    simple(`/connections/${connection}/delete`),
    simple(`/connections/${limited}/grants`),
    simple('/keys'),
    simple('/ledger'),
    simple('/ledger'),
    simple('/ledger?kind=keys&about=nothing'),
    simple('/access-control'),
    simple('/access-control/invite'),
    simple('/join'),
    simple('/profile'),
    simple('/docs'),
    simple('/docs/keys'),
    { name: 'a workflow', go: () => workflow.open('visited') },
    { name: 'a workflow with a long name', go: () => workflow.open(LONG) },
    { name: 'a workflow that cannot be read', go: () => workflow.open('broken') },
    {
      name: 'Setup open',
      go: async () => {
        await workflow.open('visited');
        await workflow.setupButton.click();
        await expect(workflow.setup.region).toBeVisible();
      },
    },
    {
      name: 'Setup without a permission',
      go: async () => {
        await workflow.open('not-allowed');
        await workflow.setupButton.click();
        await expect(workflow.setup.region.getByText('no permission')).toBeVisible();
      },
    },
    {
      name: 'the dialog of a run that may not start',
      go: async () => {
        await workflow.open('not-allowed');
        await workflow.run.click();
        await expect(page.getByRole('dialog', { name: 'Run workflow', exact: true })).toContainText('may not use');
      },
    },
    {
      name: 'the link of an invitation',
      go: async () => {
        await people.inviteAs('somebody-with-a-very-long-address-indeed@a-department-of-a-company.example.com', 'operator');
        await expect(people.link).toBeVisible();
      },
    },
    {
      name: 'the people, with an invitation',
      go: async () => {
        await people.open();
        await expect(people.row('somebody-with-a-very-long-address')).toBeVisible();
      },
    },
    {
      name: 'the menu of a person',
      go: async () => {
        await people.open();
        await page.getByRole('button', { name: 'Actions for Ben', exact: true }).click();
        await expect(people.row('Ben').getByRole('link', { name: 'Change role', exact: true })).toBeVisible();
      },
    },
    ...(['Change role', 'Delete'] as const).map((act) => ({
      name: `${act} of a person`,
      go: async () => {
        await people.open();
        await people.act('Ben', act);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      },
    })),
    {
      name: 'the dialog that starts a run',
      go: async () => {
        await workflow.open('ran');
        await workflow.run.click();
        await expect(workflow.runForm.parameter('a parameter')).toBeVisible();
      },
    },
    {
      name: 'a search in a log',
      go: async () => {
        await run.open('ran', 1, '?tab=logs&step=0');
        await run.search.fill('short');
        await expect(run.matches).toHaveCount(1);
      },
    },
    {
      name: 'the dialog that adds a connection',
      go: async () => {
        await workflow.open('visited');
        await workflow.setupButton.click();
        await workflow.setup.addConnection('aws / absent').click();
        await expect(workflow.form.field('Access key ID')).toBeVisible();
      },
    },
    {
      name: 'the dialog that overwrites a connection',
      go: async () => {
        await workflow.open('visited');
        await workflow.setupButton.click();
        await workflow.setup.overwriteConnection('aws / my-aws-account').click();
        await workflow.form.choice('Secret access key', 'Replace').check();
        await expect(workflow.form.replacement('Secret access key')).toBeVisible();
      },
    },
    {
      name: 'the dialog that overwrites a secret',
      go: async () => {
        await workflow.open('visited');
        await workflow.setupButton.click();
        await workflow.setup.overwriteSecret('token').click();
        await expect(workflow.form.field('Value')).toBeVisible();
      },
    },
    {
      name: 'the search of the editor',
      go: async () => {
        await workflow.open('visited');
        await workflow.editor.box.focus();
        await page.keyboard.press('Control+f');
        await expect(page.getByRole('textbox', { name: 'Find', exact: true })).toBeVisible();
      },
    },
    ...(['outline', 'graph'] as const).map((kind) => ({
      name: `the ${kind} beside a workflow`,
      go: async () => {
        await workflow.open('ran');
        const { [kind]: panel, [`${kind}Button` as const]: button } = workflow.assist;
        // It is open already when it was open before.
        if ((await button.getAttribute('aria-expanded')) === 'false') await button.click();
        await expect(panel.getByText('breaks').last()).toBeVisible();
      },
    })),
    {
      name: 'the keys of the editor',
      go: async () => {
        await workflow.open('visited');
        await page.getByText('Keyboard', { exact: true }).click();
        await expect(page.getByRole('table', { name: 'Keys of the editor', exact: true })).toBeVisible();
      },
    },
    {
      name: 'the menu of a connection',
      go: async () => {
        await connections.open();
        await connections.actions('aws / my-aws-account').click();
        await expect(connections.overwriteValues).toBeVisible();
      },
    },
    {
      name: 'a chosen type',
      go: async () => {
        await open('/connections/new');
        await form.type('AWS').check();
        await expect(form.field('Access key ID')).toBeVisible();
      },
    },
    {
      name: 'overwriting with a field under Replace',
      go: async () => {
        await open(`/connections/${connection}/overwrite`);
        await form.choice('Secret access key', 'Replace').check();
        await expect(form.replacement('Secret access key')).toBeVisible();
      },
    },
    {
      name: 'a refused form',
      go: async () => {
        await open('/connections/new?type=aws');
        await form.saveConnection.click();
        await expect(form.problem).toBeVisible();
      },
    },
    {
      name: 'the menu of the person',
      go: async () => {
        await open('/workflows');
        await new Navigation(page).menu.click();
        await expect(new Navigation(page).logOut).toBeVisible();
      },
    },
    {
      name: 'a page that does not exist',
      go: async () => {
        guard.expectAnswer(404, /^\/nowhere$/);
        await open('/nowhere');
      },
    },
    {
      name: 'a rotation under way',
      go: async () => {
        haltRotation(relay.directory);
        const keys = new KeysPage(page);
        await keys.openStill();
        await expect(keys.progress).toBeVisible();
      },
    },
    // From here on nobody has entered their password lately.
    {
      name: 'the question for the password',
      go: async () => {
        guard.expectAnswer(403, /^\/fn\/change_role$/);
        agePasswords(relay.directory);
        await people.open();
        await people.act('Vera', 'Change role');
        await people.role('operator').check();
        await people.changeRole.click();
        await expect(new ConfirmPage(page).password).toBeVisible();
      },
    },
  ];
}

/** What is seen before signing in. */
export function outside(page: Page, guard: Guard): Stop[] {
  const login = new LoginPage(page);
  return [
    { name: '/login', go: () => login.open() },
    {
      name: 'a refused log in',
      go: async () => {
        guard.expectAnswer(422, /^\/fn\/log_in$/);
        await login.open();
        await login.logIn({ email: 'nobody@example.com', password: 'not the password' });
        await expect(login.problem).toBeVisible();
      },
    },
    {
      name: '/docs, signed out',
      go: async () => {
        await page.goto('/docs');
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      },
    },
  ];
}
