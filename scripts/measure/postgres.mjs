// A PostgreSQL database of its own on the server that scripts/with-postgres has started.

import { execFileSync } from 'node:child_process';

/** Does `work` with the address of a new database, which is dropped afterwards. */
export async function withDatabase(work) {
  const server = process.env.RELAY_TEST_POSTGRES;
  if (!server) throw new Error('RELAY_TEST_POSTGRES names no server: run this through scripts/with-postgres');
  const name = `relay_${process.pid}`;
  const sql = (text) => execFileSync('psql', ['-q', '-v', 'ON_ERROR_STOP=1', server, '-c', text], { stdio: 'pipe' });
  sql(`create database ${name}`);
  try {
    return await work(server.replace(/\/postgres\?/, `/${name}?`));
  } finally {
    sql(`drop database ${name} with (force)`);
  }
}
