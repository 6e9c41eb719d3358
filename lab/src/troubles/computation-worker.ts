import { scryptSync } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import type { Computation } from './computation.ts';

/** The cost of a signature: 2.5 ms of one core. */
const cost = { N: 1024, r: 8, p: 1 };

parentPort?.on('message', ({ text, rounds }: Computation) => {
  let key = text;
  for (let round = 0; round < rounds; round += 1) {
    key = scryptSync(key, 'loadline', 24, cost).toString('base64url');
  }
  parentPort?.postMessage(key);
});
