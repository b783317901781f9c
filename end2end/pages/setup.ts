import type { Locator, Page } from '@playwright/test';

/** The region "Setup" of the workflow page. */
export class Setup {
  readonly region: Locator;
  readonly connections: Locator;
  readonly secrets: Locator;

  constructor(readonly page: Page) {
    this.region = page.getByRole('region', { name: 'Setup', exact: true });
    this.connections = this.region.getByRole('list', { name: 'Connections', exact: true });
    this.secrets = this.region.getByRole('list', { name: 'Secrets', exact: true });
  }

  /** A connection by `type / name`. */
  connection(fullName: string): Locator {
    return this.connections.getByRole('listitem').filter({ hasText: fullName });
  }

  secret(name: string): Locator {
    return this.secrets.getByRole('listitem').filter({ hasText: name });
  }

  addConnection(fullName: string): Locator {
    return this.region.getByRole('button', { name: `Add connection ${fullName}`, exact: true });
  }

  overwriteConnection(fullName: string): Locator {
    return this.region.getByRole('button', { name: `Overwrite connection ${fullName}`, exact: true });
  }

  addSecret(name: string): Locator {
    return this.region.getByRole('button', { name: `Add secret ${name}`, exact: true });
  }

  /** The button that lets this workflow use a connection. */
  allow(fullName: string): Locator {
    return this.region.getByRole('button', { name: `Allow this workflow to use ${fullName}`, exact: true });
  }

  overwriteSecret(name: string): Locator {
    return this.region.getByRole('button', { name: `Overwrite secret ${name}`, exact: true });
  }

  /** Of one that the text does not name. */
  deleteSecret(name: string): Locator {
    return this.region.getByRole('link', { name: `Delete secret ${name}`, exact: true });
  }
}
