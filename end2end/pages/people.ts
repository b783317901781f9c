import type { Locator, Page } from '@playwright/test';
import type { Role } from '../support/people';

const label = (role: Role) => role[0].toUpperCase() + role.slice(1);

/** `/access-control` and the pages below it. */
export class PeoplePage {
  readonly invite: Locator;
  readonly email: Locator;
  readonly createInvitation: Locator;
  readonly link: Locator;
  readonly changeRole: Locator;
  readonly problem: Locator;

  constructor(readonly page: Page) {
    this.invite = page.getByRole('link', { name: 'Invite somebody', exact: true });
    this.email = page.getByRole('textbox', { name: 'Email', exact: true });
    this.createInvitation = page.getByRole('button', { name: 'Create invitation', exact: true });
    this.link = page.getByRole('textbox', { name: 'Invitation link', exact: true });
    this.changeRole = page.getByRole('button', { name: 'Change role', exact: true });
    this.problem = page.getByRole('alert');
  }

  async open(): Promise<void> {
    await this.page.goto('/access-control');
  }

  row(text: string): Locator {
    return this.page.getByRole('row').filter({ hasText: text });
  }

  role(role: Role): Locator {
    return this.page.getByRole('radio', { name: label(role), exact: true });
  }

  withdraw(email: string): Locator {
    return this.page.getByRole('button', { name: `Withdraw the invitation of ${email}`, exact: true });
  }

  /** Chooses from the menu of a person. */
  async act(name: string, what: string): Promise<void> {
    await this.page.getByRole('button', { name: `Actions for ${name}`, exact: true }).click();
    await this.row(name).getByRole(/^(Change role|Delete)$/.test(what) ? 'link' : 'button', { name: what, exact: true }).click();
  }

  /** Fills in and sends the form, and answers the link. */
  async inviteAs(email: string, role: Role): Promise<string> {
    await this.page.goto('/access-control/invite');
    await this.email.fill(email);
    await this.role(role).check();
    await this.createInvitation.click();
    return this.link.inputValue();
  }
}

/** `/join` */
export class JoinPage {
  readonly code: Locator;
  readonly name: Locator;
  readonly email: Locator;
  readonly password: Locator;
  readonly join: Locator;
  readonly problem: Locator;

  constructor(readonly page: Page) {
    this.code = page.getByRole('textbox', { name: 'Invitation code', exact: true });
    this.name = page.getByRole('textbox', { name: 'Name', exact: true });
    this.email = page.getByRole('textbox', { name: 'Email', exact: true });
    this.password = page.getByLabel('Password', { exact: true });
    this.join = page.getByRole('button', { name: 'Join', exact: true });
    this.problem = page.getByRole('alert');
  }

  async as(name: string, email: string, password: string): Promise<void> {
    await this.name.fill(name);
    await this.email.fill(email);
    await this.password.fill(password);
    await this.join.click();
  }
}

/** `/profile` */
export class ProfilePage {
  readonly current: Locator;
  readonly next: Locator;
  readonly change: Locator;
  readonly sessions: Locator;
  readonly endOthers: Locator;
  readonly status: Locator;
  readonly problem: Locator;

  constructor(readonly page: Page) {
    this.current = page.getByLabel('Current password', { exact: true });
    this.next = page.getByLabel('New password', { exact: true });
    this.change = page.getByRole('button', { name: 'Change password', exact: true });
    this.sessions = page.getByRole('region', { name: 'Sessions', exact: true }).locator('tbody').getByRole('row');
    this.endOthers = page.getByRole('button', { name: 'End all other sessions', exact: true });
    this.status = page.getByRole('status');
    this.problem = page.getByRole('alert');
  }

  async open(): Promise<void> {
    await this.page.goto('/profile');
  }
}
