// Where a server has its database: in its data directory, or, when RELAY_TEST_POSTGRES names a PostgreSQL, in a database
// there that belongs to the directory and is called like it.

import { execFileSync } from 'node:child_process';
import { basename, join } from 'node:path';

const POSTGRES = process.env.RELAY_TEST_POSTGRES;

const nameOf = (directory: string) => basename(directory);

function urlOf(postgres: string, name: string): string {
  const url = new URL(postgres);
  url.pathname = `/${name}`;
  return url.href;
}

/** Answers how many rows were changed. */
function inPostgres(url: string, statement: string): number {
  const flags = ['--no-psqlrc', '--set', 'ON_ERROR_STOP=1', '--command', statement, url];
  const said = execFileSync('psql', flags, { encoding: 'utf8', stdio: 'pipe' });
  return Number(/^[A-Z]+ (\d+)$/m.exec(said)?.[1] ?? 0);
}

const CHANGE_SQLITE = `
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=30)
with connection:
    print(connection.execute(sys.argv[2]).rowcount)
`;

function inSqlite(file: string, statement: string): number {
  const said = execFileSync('/usr/bin/python3', ['-c', CHANGE_SQLITE, file, statement], { encoding: 'utf8' });
  return Number(said);
}

/** Makes the database of a directory, like that of another directory where one is named. */
export function createDatabase(directory: string, like?: string): void {
  if (!POSTGRES) return;
  const template = like ? ` template "${nameOf(like)}"` : '';
  inPostgres(POSTGRES, `create database "${nameOf(directory)}"${template}`);
}

/** Drops the database of a directory, whoever is connected. */
export function dropDatabase(directory: string): void {
  if (POSTGRES) inPostgres(POSTGRES, `drop database if exists "${nameOf(directory)}" with (force)`);
}

/** What tells the program where its database is. */
export function databaseEnvironment(directory: string): Record<string, string> {
  return POSTGRES ? { RELAY_DATABASE_URL: urlOf(POSTGRES, nameOf(directory)) } : {};
}

/** Changes rows beside the server: for what only time or a stroke of bad luck would bring about. */
export function changeRows(directory: string, statement: string): void {
  const changed = POSTGRES
    ? inPostgres(urlOf(POSTGRES, nameOf(directory)), statement)
    : inSqlite(join(directory, 'relay.db'), statement);
  if (!(changed > 0)) throw new Error(`no row was changed by: ${statement}`);
}
