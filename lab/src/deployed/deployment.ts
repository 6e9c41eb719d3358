import { LabError } from '../lab-error.ts';
import type { ApiAssignment } from '../served-api.ts';
import { tuned } from '../switches.ts';

/** What a container's environment says. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The tuned API as a container runs it: on every address and port 3000. `DATABASE_URL` is needed; `REDIS_URL` brings the
 * cache; `POOL` is the number of connections, since all replicas share the database's.
 *
 * @throws LabError that names the variable that is missing or wrong.
 */
export function deployedAssignment(environment: Environment): ApiAssignment {
  const { DATABASE_URL, REDIS_URL, POOL = String(tuned.pool), PORT = '3000' } = environment;
  if (!DATABASE_URL) throw wrong('DATABASE_URL', DATABASE_URL, 'postgres://user:password@host:5432/database');
  return {
    switches: { ...tuned, pool: whole('POOL', POOL, 1, 400), cache: REDIS_URL ? 'redis' : 'memory' },
    port: whole('PORT', PORT, 0, 65_535),
    host: '0.0.0.0',
    instance: 1,
    databaseUrl: DATABASE_URL,
    replicaUrl: null,
    redisUrl: REDIS_URL || null,
  };
}

function whole(name: string, text: string, low: number, high: number): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= low && value <= high) return value;
  throw wrong(name, text, `a whole number, ${low}..${high}`);
}

function wrong(name: string, received: string | undefined, expected: string): LabError {
  // A url holds a password: it is never repeated.
  const shown = received === undefined || received === '' ? 'is not set' : `is ${JSON.stringify(received)}`;
  return new LabError('wrong-environment', `${name} ${shown}`, `set it to ${expected}`);
}
