// What only time or a stroke of bad luck would bring about.

import { changeRows } from './database';

/** The passwords of all sessions were entered more than ten minutes ago. */
export function agePasswords(directory: string): void {
  changeRows(directory, 'update sessions set proved_at = proved_at - 601000');
}

/** Whoever is unknown has to wait ten minutes more to sign in as somebody, however slow the machine is. */
export function prolongWaits(directory: string): void {
  changeRows(directory, "update sign_in_limits set closed_until = closed_until + 600000 where counted = 'person'");
}

/** The last rotation of the vault's key is under way, and gets no further. */
export function haltRotation(directory: string): void {
  // An engine that does not know the key it goes to leaves it as it is.
  const halted = "update rotations set state = 'running', finished_at = null, to_key = 'nobody', total = 400, done = 130";
  changeRows(directory, `${halted} where id = (select id from rotations order by asked_at desc limit 1)`);
}
