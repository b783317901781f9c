// Lets time pass for what a server of SQLite remembers, beside it.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const SCRIPT = `
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=30)
with connection:
    aged = connection.execute('update sessions set proved_at = proved_at - 601000').rowcount
sys.exit(0 if aged else 'there is no session')
`;

/** The passwords of all sessions were entered more than ten minutes ago. */
export function agePasswords(directory: string): void {
  execFileSync('/usr/bin/python3', ['-c', SCRIPT, join(directory, 'relay.db')], { stdio: 'pipe' });
}
