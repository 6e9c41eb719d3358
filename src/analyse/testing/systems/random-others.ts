import type { SimulatedSystem } from '../simulated-system.ts';
import { systemOf } from './api.ts';
import { noKeepAlive, queryPerRow, slowWrites, withCache } from './data.ts';
import { type Draws, withinReach } from './draws.ts';
import { alwaysFailing, healthy, heavyTailed, saturatedGenerator } from './healthy.ts';
import { randomPool } from './random-queues.ts';
import { loadShedding, overloadErrors, rateLimit } from './refusals.ts';
import { collecting, drifting, slowDependency, stalling } from './times.ts';

/** Systems in which nothing fills up within the loads that are tried, and two faults at once. */
export const others = {
  'rate-limit': (draws: Draws) =>
    rateLimit({
      ...draws.wide(draws.parts(draws.whole(1, 8), 5, 50)),
      thinkTime: draws.pause(20, 100),
      perSecond: Math.round(draws.scaled(30, 500)),
    }),
  'load-shedding': (draws: Draws) =>
    loadShedding({
      ...draws.wide(draws.parts(draws.whole(1, 8), 10, 100)),
      thinkTime: draws.pause(20, 100),
      inFlight: draws.whole(4, 40),
    }),
  'errors-under-load': (draws: Draws) =>
    overloadErrors({
      ...draws.wide(draws.parts(draws.whole(1, 8), 10, 100)),
      thinkTime: draws.pause(5, 50),
      above: draws.whole(5, 60),
      share: draws.between(0.1, 0.9),
    }),
  /** A promise that one user already breaks tells it from an endpoint that is slow and may be. */
  'slow-dependency': (draws: Draws) => {
    const ms = draws.scaled(400, 2000);
    const beside = draws.parts(draws.whole(1, 8), 5, 50);
    const system = slowDependency({ ...draws.wide(beside), called: { ms } });
    const sla = { times: { p95: ms / 2 }, errors: null };
    const endpoints = system.endpoints.map((endpoint, i) => (i === 0 ? { ...endpoint, sla } : endpoint));
    return { ...system, endpoints };
  },
  'dependency-time-outs': (draws: Draws) => {
    const ms = draws.scaled(5, 50);
    const slow = { share: draws.between(0.05, 0.3), ms: draws.scaled(30, 100) * ms };
    const beside = draws.parts(draws.whole(1, 8), 5, 50);
    return slowDependency({ ...draws.wide(beside), called: { ms }, slow });
  },
  drift: (draws: Draws) =>
    drifting({
      ...draws.wide(draws.parts(draws.whole(1, 10), 10, 100)),
      thinkTime: draws.pause(20, 100),
      drift: { perSecond: draws.scaled(0.01, 0.05) },
    }),
  'drift-with-requests': (draws: Draws) =>
    drifting({
      ...draws.wide(draws.parts(draws.whole(1, 10), 10, 100)),
      thinkTime: draws.pause(20, 100),
      drift: { perThousand: draws.scaled(0.02, 0.1) },
    }),
  stalls: (draws: Draws) =>
    stalling({
      ...draws.wide(draws.parts(draws.whole(1, 10), 5, 50)),
      thinkTime: draws.pause(20, 100),
      stall: { everyMs: draws.scaled(700, 3000), lengthMs: draws.scaled(120, 400) },
    }),
  collections: (draws: Draws) =>
    collecting({
      ...draws.wide(draws.parts(draws.whole(1, 10), 5, 50)),
      thinkTime: draws.pause(50, 200),
      pause: { every: Math.round(draws.scaled(200, 1500)), ms: draws.scaled(120, 400) },
    }),
  'no-keep-alive': (draws: Draws) =>
    noKeepAlive({
      ...draws.wide(draws.parts(draws.whole(1, 10), 5, 30)),
      thinkTime: draws.pause(20, 100),
      connectMs: draws.scaled(10, 60),
      handshakeMs: draws.between(0, 0.3),
    }),
  'query-per-row': (draws: Draws) =>
    queryPerRow({
      ...draws.wide(draws.parts(draws.whole(0, 6), 2, 30)),
      thinkTime: draws.pause(20, 100),
      list: { ms: draws.scaled(1, 10), rows: draws.whole(10, 60), queryMs: draws.scaled(0.8, 5), weight: 2 },
    }),
  'slow-writes': (draws: Draws) =>
    slowWrites({
      ...draws.wide(draws.parts(draws.whole(1, 8), 3, 15)),
      thinkTime: draws.pause(20, 100),
      writes: draws.parts(draws.whole(1, 2), 80, 300),
    }),
  cache: (draws: Draws) =>
    withCache({
      ...draws.wide(draws.parts(draws.whole(0, 6), 5, 50)),
      thinkTime: draws.pause(20, 100),
      cached: draws.parts(draws.whole(1, 4), 10, 80),
    }),
  healthy: (draws: Draws) =>
    healthy({ ...draws.wide(draws.parts(draws.whole(1, 10), 5, 100)), thinkTime: draws.pause(50, 200) }),
  'heavy-tailed': (draws: Draws) =>
    heavyTailed({ ...draws.wide(draws.parts(draws.whole(1, 10), 5, 50)), thinkTime: draws.pause(50, 200) }),
  'slow-but-healthy': (draws: Draws) => {
    const system = healthy(draws.wide(draws.parts(draws.whole(1, 10), 200, 1500)));
    return { ...system, name: 'slow but healthy' };
  },
  generator: (draws: Draws) =>
    saturatedGenerator({
      ...draws.wide(draws.parts(draws.whole(1, 10), 5, 30)),
      perSecond: Math.round(draws.scaled(200, 1500)),
    }),
  'errors-always': (draws: Draws) =>
    alwaysFailing({
      ...draws.wide(draws.parts(draws.whole(1, 10), 5, 50)),
      thinkTime: draws.pause(50, 200),
      share: draws.scaled(0.05, 0.4),
    }),
  'pool-and-stalls': (draws: Draws) => {
    const pool = withinReach(() => randomPool(draws));
    return systemOf({
      ...pool,
      name: 'pool and stalls',
      stall: { everyMs: draws.scaled(700, 3000), lengthMs: draws.scaled(120, 400) },
      truth: { ...pool.truth, causes: [...pool.truth.causes, 'periodic-stalls'] },
    });
  },
  'pool-and-no-keep-alive': (draws: Draws) => {
    const pool = withinReach(() => randomPool(draws));
    return systemOf({
      ...pool,
      name: 'pool and no keep-alive',
      keepAlive: false,
      connect: { ms: draws.scaled(15, 60) },
      truth: { ...pool.truth, causes: [...pool.truth.causes, 'no-keep-alive'] },
    });
  },
} as const satisfies Readonly<Record<string, (draws: Draws) => SimulatedSystem>>;
