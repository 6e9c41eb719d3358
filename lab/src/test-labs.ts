import { afterAll, afterEach } from 'vitest';
import { type Lab, startLab } from './lab.ts';
import type { Switches } from './switches.ts';
import type { TestDatabase } from './test-database.ts';

/**
 * Starts labs over a test's database, one after the other; each ends with its test, the database with the last.
 *
 * @param usual What differs from the tuned profile in each of them.
 */
export function testLabs(
  { url, stop }: TestDatabase,
  usual: Partial<Switches>,
): (switches?: Partial<Switches>) => Promise<Lab> {
  const running: Lab[] = [];
  afterEach(async () => {
    for (const lab of running.splice(0)) await lab.stop();
  });
  afterAll(stop);
  return async (switches = {}) => {
    const lab = await startLab({ databaseUrl: url, profile: 'tuned', switches: { ...usual, ...switches } });
    running.push(lab);
    return lab;
  };
}
