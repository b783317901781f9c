// The people who are there when a test begins.

export type Role = 'viewer' | 'operator' | 'approver' | 'administrator';

export interface Person {
  email: string;
  name: string;
  role: Role;
  password: string;
}

const person = (name: string, role: Role): Person => ({
  email: `${name.toLowerCase()}@example.com`,
  name,
  role,
  password: `${name} likes long passwords`,
});

export const VERA = person('Vera', 'viewer');
export const OLAF = person('Olaf', 'operator');
export const PIA = person('Pia', 'approver');
export const ADA = person('Ada', 'administrator');
export const BEN = person('Ben', 'administrator');

export const EVERYBODY = [VERA, OLAF, PIA, ADA, BEN];
