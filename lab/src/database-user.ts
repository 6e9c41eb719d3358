import { readFileSync } from 'node:fs';
import { LabError } from './lab-error.ts';

export interface UserIds {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Whom the server runs as: PostgreSQL refuses to run as root. `undefined` for the present user; for root, one of the
 * system's users without rights, so that none has to be made.
 */
export function databaseUser(): UserIds | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = new Map(readFileSync('/etc/passwd', 'utf8').split('\n').map(userOf));
  const found = users.get('postgres') ?? users.get('nobody');
  if (found !== undefined) return found;
  throw new LabError(
    'no-user-for-postgres',
    'PostgreSQL does not run as root, and there is neither a user postgres nor nobody',
    'run as another user, or set DATABASE_URL to a PostgreSQL that may be used',
  );
}

function userOf(line: string): [string, UserIds] {
  const [name = '', , uid = '', gid = ''] = line.split(':');
  return [name, { uid: Number(uid), gid: Number(gid) }];
}
