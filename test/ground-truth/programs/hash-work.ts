import { createHash, pbkdf2, pbkdf2Sync } from 'node:crypto';

const block = Buffer.alloc(4096, 7);
const salt = 'ground truth';

/** Calls per ms of processor time, from the best of some tries. */
function speedOf(work: (times: number) => void, times: number): number {
  let best = 0;
  work(times);
  for (let i = 0; i < 5; i += 1) {
    const from = process.cpuUsage();
    work(times);
    const { user, system } = process.cpuUsage(from);
    best = Math.max(best, times / Math.max(0.1, (user + system) / 1000));
  }
  return best;
}

function hash(times: number): void {
  for (let i = 0; i < times; i += 1) createHash('sha256').update(block).digest();
}

const hashesPerMs = speedOf(hash, 400);
const roundsPerMs = speedOf((rounds) => pbkdf2Sync('secret', salt, rounds, 32, 'sha256'), 4000);

/** Real work of so much processor time, on this thread. */
export function compute(ms: number): void {
  hash(Math.max(1, Math.round(ms * hashesPerMs)));
}

/** The same in libuv's threads. */
export function computeAside(ms: number): Promise<void> {
  const rounds = Math.max(1, Math.round(ms * roundsPerMs));
  return new Promise((resolve, reject) => {
    pbkdf2('secret', salt, rounds, 32, 'sha256', (error) => (error === null ? resolve() : reject(error)));
  });
}
