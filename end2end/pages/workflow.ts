import type { Locator, Page } from '@playwright/test';
import { Assist } from './assist';
import { Editor } from './editor';
import { RunForm } from './run-form';
import { Setup } from './setup';
import { ValueForm } from './value-form';

/** `/workflows/NAME` */
export class WorkflowPage {
  readonly editor: Editor;
  readonly assist: Assist;
  readonly save: Locator;
  readonly run: Locator;
  readonly runs: Locator;
  readonly runForm: RunForm;
  readonly setupButton: Locator;
  readonly setup: Setup;
  readonly dialog: Locator;
  readonly form: ValueForm;
  readonly alert: Locator;
  readonly problems: Locator;

  constructor(readonly page: Page) {
    this.editor = new Editor(page);
    this.assist = new Assist(page);
    this.save = page.getByRole('button', { name: 'Save changes', exact: true });
    this.run = page.getByRole('button', { name: 'Run', exact: true });
    this.runs = page.getByRole('link', { name: 'Runs', exact: true });
    this.runForm = new RunForm(page.getByRole('dialog', { name: 'Run workflow', exact: true }));
    this.setupButton = page.getByRole('button', { name: /^Setup: / });
    this.setup = new Setup(page);
    this.dialog = page.getByRole('dialog');
    this.form = new ValueForm(this.dialog);
    this.alert = page.getByRole('alert');
    this.problems = page.getByRole('region', { name: 'Problems', exact: true });
  }

  async open(name: string): Promise<void> {
    await this.page.goto(`/workflows/${name}`);
    await this.editor.ready();
  }

  heading(name: string): Locator {
    return this.page.getByRole('heading', { level: 1, name, exact: true });
  }

  /** The line that says what is missing. */
  banner(words: string): Locator {
    return this.page.getByText(words, { exact: true });
  }

  fillIn(what: 'connections' | 'secrets'): Locator {
    return this.page.getByRole('link', { name: `Fill in missing ${what}`, exact: true });
  }

  /** That what is in the editor is this revision, or some revision. */
  saved(revision?: number): Locator {
    return this.page.getByRole('status').filter({ hasText: new RegExp(`^Saved as revision ${revision ?? '\\d+'}$`) });
  }

  /** That it is not. */
  state(words: 'Nothing saved yet' | 'Unsaved changes' | 'Conflict' | 'Not saved'): Locator {
    return this.page.getByRole('status').filter({ hasText: new RegExp(`^${words}$`) });
  }

  problem(words: string | RegExp): Locator {
    return this.problems.getByRole('button').filter({ hasText: words });
  }
}
