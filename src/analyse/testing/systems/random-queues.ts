import type { SimulatedSystem } from '../simulated-system.ts';
import { noCache } from './data.ts';
import { type Draws, framework } from './draws.ts';
import { narrowLine } from './healthy.ts';
import { busyProcessors, connectionPool, eventLoop, globalLock, hotRow, twoTiers } from './queues.ts';
import { collapse } from './times.ts';

/** Half of all closed tests have no think time. */
function paused(draws: Draws): Pick<SimulatedSystem, 'thinkTime'> {
  return draws.chance(0.3) ? { thinkTime: draws.pause(5, 50) } : {};
}

export function randomPool(draws: Draws): SimulatedSystem {
  const places = draws.whole(2, 32);
  const pooled = draws.parts(draws.whole(1, 4), Math.max(2, places * 0.4), 200);
  const others = draws.parts(draws.whole(0, 6), 1, 50);
  return connectionPool({ ...draws.wide(others), ...paused(draws), places, pooled });
}

/** Systems in which something fills up: their Xmax and N* are known. */
export const queues = {
  'connection-pool': randomPool,
  /** As many users wait elsewhere as for a place: the pool's size cannot be told from outside, only a bound of it. */
  'pool-behind-a-wait': (draws: Draws) => {
    const pooled = draws.parts(draws.whole(1, 3), 5, 60);
    const before = { ms: draws.scaled(10, 60), distribution: 'constant' as const };
    const others = draws.parts(draws.whole(0, 6), 1, 50);
    return connectionPool({ ...draws.wide(others), places: draws.whole(2, 12), pooled, before });
  },
  'busy-thread': (draws: Draws) =>
    eventLoop({
      ...draws.wide(draws.parts(draws.whole(0, 7), 1, 50)),
      ...paused(draws),
      blocking: draws.parts(draws.whole(1, 2), 3, 60),
      processes: draws.one(1, 1, 1, 2, 4),
    }),
  'synchronous-wait': (draws: Draws) =>
    eventLoop({
      ...draws.wide(draws.parts(draws.whole(0, 7), 1, 50)),
      ...paused(draws),
      kind: 'wait',
      blocking: draws.parts(1, 5, 100).map((part) => ({ ...part, distribution: 'constant' })),
    }),
  lock: (draws: Draws) =>
    globalLock({
      ...draws.wide(draws.parts(draws.whole(0, 7), 1, 50)),
      ...paused(draws),
      locked: draws.parts(draws.whole(1, 2), 3, 60),
    }),
  'hot-row': (draws: Draws) => {
    const [write = { ms: 20 }] = draws.parts(1, 5, 60);
    const others = draws.parts(draws.whole(1, 7), 1, 50);
    return hotRow({ ...draws.wide(others), ...paused(draws), write, hotShare: draws.between(0.6, 1) });
  },
  'busy-processors': (draws: Draws) =>
    busyProcessors({
      ...framework(draws),
      ...paused(draws),
      others: draws.parts(draws.whole(0, 6), 1, 50),
      cores: draws.one(1, 2, 4, 8),
      busy: draws.parts(draws.whole(1, 4), 3, 60),
    }),
  /** The control is so light that a shared processor does not show in it. */
  'busy-processors-light-control': (draws: Draws) =>
    busyProcessors({
      ...draws.wide(draws.parts(draws.whole(0, 6), 1, 50)),
      cores: draws.one(2, 4, 8),
      busy: draws.parts(draws.whole(2, 4), 3, 60),
    }),
  'two-tiers': (draws: Draws) =>
    twoTiers({
      ...framework(draws),
      ...paused(draws),
      others: draws.parts(draws.whole(0, 4), 1, 50),
      cores: draws.one(1, 2, 4),
      places: draws.whole(2, 16),
      busy: draws.parts(draws.whole(1, 4), 1, 20).map((part) => ({ ...part, queryMs: draws.scaled(5, 100) })),
    }),
  'no-cache': (draws: Draws) =>
    noCache({
      ...framework(draws),
      ...paused(draws),
      others: draws.parts(draws.whole(0, 6), 1, 20),
      cores: draws.one(2, 4, 8),
      repeated: draws.parts(draws.whole(1, 2), 10, 80),
    }),
  collapse: (draws: Draws) =>
    collapse({
      ...draws.wide(draws.parts(draws.whole(0, 3), 1, 10)),
      contended: draws.parts(draws.whole(1, 3), 5, 60),
      sigma: draws.between(0, 0.1),
      kappa: draws.scaled(0.0015, 0.02),
    }),
  'narrow-line': (draws: Draws) =>
    narrowLine({
      ...draws.wide(draws.parts(draws.whole(1, 6), 2, 20)),
      ...paused(draws),
      bytes: draws.scaled(100_000, 2_000_000),
      bytesPerMs: draws.scaled(12_500, 125_000),
    }),
} as const satisfies Readonly<Record<string, (draws: Draws) => SimulatedSystem>>;
