import type { Locator, Page } from '@playwright/test';

/** `/workflows/NAME/runs/N` */
export class RunPage {
  readonly stop: Locator;
  readonly approve: Locator;
  readonly reject: Locator;
  readonly graph: Locator;
  readonly log: Locator;
  readonly lines: Locator;
  readonly follow: Locator;
  readonly wrap: Locator;
  readonly search: Locator;
  readonly matches: Locator;
  readonly download: Locator;
  readonly reload: Locator;
  readonly fault: Locator;

  constructor(readonly page: Page) {
    this.stop = page.getByRole('button', { name: 'Stop run', exact: true });
    this.approve = page.getByRole('button', { name: 'Approve', exact: true });
    this.reject = page.getByRole('button', { name: 'Reject', exact: true });
    this.graph = page.getByRole('group', { name: 'Graph of the steps', exact: true });
    this.log = page.getByRole('log', { name: 'Log', exact: true });
    this.lines = this.log.locator('.log-line');
    this.follow = page.getByRole('button', { name: 'Follow', exact: true });
    this.wrap = page.getByRole('button', { name: 'Wrap lines', exact: true });
    this.search = page.getByRole('searchbox', { name: 'Search the log', exact: true });
    this.matches = this.log.locator('mark');
    this.download = page.getByRole('link', { name: 'Download', exact: true });
    this.reload = page.getByRole('link', { name: 'Reload', exact: true });
    this.fault = page.getByRole('alert');
  }

  async open(workflow: string, number: number, query = ''): Promise<void> {
    await this.page.goto(`/workflows/${workflow}/runs/${number}${query}`);
  }

  heading(number: number): Locator {
    return this.page.getByRole('heading', { level: 1, name: `Run #${number}`, exact: true });
  }

  /** That the run is in this state. */
  state(words: string): Locator {
    return this.page.getByRole('status').filter({ hasText: new RegExp(`^${words}$`) });
  }

  tab(name: 'Graph' | 'Code' | 'Logs'): Locator {
    return this.page.getByRole('tab', { name, exact: true });
  }

  /** A step in the picture, as a link that says its state. */
  drawn(step: string, state: string): Locator {
    return this.graph.getByRole('link', { name: `${step}: ${state}`, exact: true });
  }

  /** A step in the table. */
  row(step: string): Locator {
    const header = this.page.getByRole('rowheader', { name: step, exact: true });
    return this.page.getByRole('row').filter({ has: header });
  }

  /** A step in the list beside the log. */
  step(name: string): Locator {
    return this.page.getByRole('navigation', { name: 'Steps', exact: true }).getByRole('link').filter({ hasText: name });
  }

  approval(step: string): Locator {
    return this.page.getByRole('region', { name: `Approval ${step}`, exact: true });
  }

  line(text: string | RegExp): Locator {
    return this.lines.filter({ hasText: text });
  }
}
