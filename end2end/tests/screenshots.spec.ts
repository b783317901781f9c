// The pictures of the documentation, taken from the real thing, named as its chapters name them. RELAY_SHOTS says which
// folder they go to.

import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { FIRST_SEED, SECOND_SEED } from '../seeds';
import { ConnectionsPage } from '../pages/connections';
import { GrantsPage } from '../pages/grants';
import { KeysPage } from '../pages/keys';
import { NewWorkflowPage } from '../pages/new-workflow';
import { PeoplePage } from '../pages/people';
import { RunPage } from '../pages/run';
import { ValueForm } from '../pages/value-form';
import { WelcomePage } from '../pages/welcome';
import { WorkflowPage } from '../pages/workflow';
import { WorkflowsPage } from '../pages/workflows';
import * as arrange from '../support/arrange';
import { ADA } from '../support/people';
import { expect, test } from '../support/test';
import { scriptStep, stepWith, steps } from '../support/texts';

const PUBLISH = `parameters:
  environment:
    description: Where it goes
    default: staging
  version:
    description: The tag that is built
${steps(
  scriptStep('fetch', ['echo fetching $VERSION'], 'env: {VERSION: !Parameter version}'),
  scriptStep(
    'build',
    ['echo building', 'for page in start prices about contact imprint; do echo "page $page.html: 12 kB"; done', 'echo 5 pages built'],
    'dependsOn: fetch',
  ),
  scriptStep('check-links', ['echo "about.html: /press leads nowhere"', 'exit 1'], 'dependsOn: build'),
  scriptStep('shrink-images', ['echo 14 images'], 'dependsOn: fetch'),
  '  - name: go-live\n    type: approval\n    description: Look at the staging site before.\n    dependsOn: [build, shrink-images]\n',
  scriptStep('publish', ['echo published'], 'dependsOn: go-live'),
  scriptStep('announce', ['echo announced'], 'dependsOn: [publish, check-links]'),
)}`;

const CONNECTION = 'aws / my-aws-account';

async function shoot(page: Page, name: string): Promise<void> {
  const folder = resolve(process.env.RELAY_SHOTS ?? join(test.info().project.outputDir, 'shots'));
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled', caret: 'hide' });
}

test.describe('a new installation', () => {
  test.use({ peopled: false, viewport: { width: 1440, height: 800 } });

  test('welcome', async ({ page }) => {
    const welcome = new WelcomePage(page);
    await welcome.open();
    await expect(welcome.code).toBeVisible();
    await shoot(page, 'welcome');
  });
});

const looks = [
  { suffix: '', viewport: { width: 1440, height: 800 }, colorScheme: 'light' },
  { suffix: '-dark', viewport: { width: 1440, height: 800 }, colorScheme: 'dark' },
  { suffix: '-phone', viewport: { width: 390, height: 844 }, colorScheme: 'light' },
] as const;

for (const { suffix, viewport, colorScheme } of looks) {
  test.describe(`the story${suffix}`, () => {
    test.use({ viewport, colorScheme });

    test(`adding and managing a connection${suffix}`, async ({ as }) => {
      const page = await as(ADA);
      const workflow = new WorkflowPage(page);
      const connections = new ConnectionsPage(page);
      const form = new ValueForm(page.getByRole('main'));
      await arrange.workflow(page, 'instances-by-night', SECOND_SEED, 'Looks at what runs at night');
      await arrange.workflow(page, 'announce', stepWith('greeting: hello'), 'Says hello');

      await new NewWorkflowPage(page).open();
      await new NewWorkflowPage(page).name.fill('describe-instances');
      await new NewWorkflowPage(page).description.fill('Lists the instances of our account');
      await shoot(page, `new-workflow${suffix}`);
      await new NewWorkflowPage(page).create.click();

      await workflow.editor.ready();
      await workflow.editor.paste(FIRST_SEED);
      await expect(workflow.setupButton).toHaveText('Setup: 1 missing');
      await workflow.save.click();
      await expect(workflow.saved()).toBeVisible();
      await shoot(page, `workflow-missing${suffix}`);

      await workflow.setupButton.click();
      await expect(workflow.setup.addConnection(CONNECTION)).toBeVisible();
      await workflow.setup.addConnection(CONNECTION).hover();
      await shoot(page, `setup-missing${suffix}`);

      await workflow.setup.addConnection(CONNECTION).click();
      await workflow.form.field('Access key ID').fill('AKIAIOSFODNN7EXAMPLE');
      await workflow.form.field('Secret access key').fill('made up');
      await shoot(page, `setup-add${suffix}`);

      await workflow.form.saveConnection.click();
      await expect(workflow.setupButton).toHaveText('Setup: ready');
      await shoot(page, `setup-ready${suffix}`);

      await workflow.editor.paste(stepWith('aws: !Connection { type: aws, name: my-aws-account }', 'token: !Sekret deploy-token', 'region: [eu-west-1'));
      await expect(workflow.problems.getByRole('listitem').first()).toBeVisible();
      await shoot(page, `problems${suffix}`);

      await new WorkflowsPage(page).open();
      await shoot(page, `workflows${suffix}`);

      await arrange.awsConnection(page, 'staging / reports');
      await connections.open();
      await shoot(page, `connections${suffix}`);
      await connections.actions(CONNECTION).click();
      await expect(connections.overwriteValues).toBeVisible();
      await shoot(page, `connection-menu${suffix}`);

      await connections.overwriteValues.click();
      await form.choice('Secret access key', 'Replace').check();
      await form.replacement('Secret access key').fill('made up');
      await shoot(page, `overwrite${suffix}`);

      await connections.open();
      await connections.startDeleting(CONNECTION);
      await expect(page.getByRole('alertdialog')).toBeVisible();
      await shoot(page, `delete${suffix}`);

      await page.goto('/connections/new');
      await form.type('AWS').check();
      await shoot(page, `choose-type${suffix}`);
    });

    test(`a run${suffix}`, async ({ as }) => {
      const page = await as(ADA);
      const workflow = new WorkflowPage(page);
      const run = new RunPage(page);
      await arrange.workflow(page, 'publish-the-site', PUBLISH, 'Builds the site and publishes it');
      await workflow.open('publish-the-site');
      await workflow.run.click();
      await workflow.runForm.parameter('version').fill('v1.4.0');
      await shoot(page, `run-dialog${suffix}`);

      await workflow.runForm.start.click();
      await expect(run.state('waiting for approval')).toBeVisible();
      await expect(run.drawn('check-links', 'failed')).toBeVisible();
      await shoot(page, `run-graph${suffix}`);
      await run.drawn('build', 'succeeded').click();
      await run.search.fill('page');
      await expect(run.matches.first()).toBeVisible();
      await shoot(page, `run-logs${suffix}`);
      await run.tab('Code').click();
      await shoot(page, `run-code${suffix}`);
    });

    test(`people, keys and grants${suffix}`, async ({ as }) => {
      const page = await as(ADA);
      const people = new PeoplePage(page);
      await people.inviteAs('bea@example.com', 'operator');
      await expect(people.link).toBeVisible();
      await shoot(page, `invitation${suffix}`);
      await people.open();
      await page.getByRole('button', { name: 'Actions for Ben', exact: true }).click();
      await shoot(page, `access-control${suffix}`);
      await page.goto('/profile');
      await shoot(page, `profile${suffix}`);

      const connection = await arrange.awsConnection(page);
      await arrange.workflow(page, 'describe-instances', SECOND_SEED);
      await arrange.workflow(page, 'stop-instances', SECOND_SEED);
      const grants = new GrantsPage(page);
      await grants.open(connection);
      await grants.onlyThese.check();
      await grants.workflow('describe-instances').check();
      await shoot(page, `grants${suffix}`);
      await grants.save.click();
      await expect(page.getByRole('link', { name: 'limited to 1 workflow', exact: true })).toBeVisible();
      await shoot(page, `connections-limited${suffix}`);
      const workflow = new WorkflowPage(page);
      await workflow.open('stop-instances');
      await workflow.setupButton.click();
      await expect(workflow.setup.allow(CONNECTION)).toBeVisible();
      await shoot(page, `setup-no-permission${suffix}`);

      const keys = new KeysPage(page);
      await keys.open();
      await shoot(page, `keys-first${suffix}`);
      await arrange.rotate(page);
      await keys.open();
      await shoot(page, `keys${suffix}`);
    });
  });
}
