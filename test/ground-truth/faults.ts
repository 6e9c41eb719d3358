import { committed, committing, type Draft, light, outlines, withSteps } from './draft.ts';
import type { Drawing } from './drawing.ts';
import { quickQuery } from './server-config.ts';

const node = 'node' as const;
const pythons = ['threads', 'asyncio'] as const;

/** Kinds of systems with another fault of the table. */
export const faults: Readonly<Record<string, (d: Drawing) => Draft>> = {
  'rate-limit': (d) => {
    const perSecond = d.between(40, 200);
    const burst = d.whole(3, 20);
    const status = d.pick([429, 503]);
    const routes = [
      ...withSteps(outlines(d, d.whole(1, 3)), () => [committing(d.between(3, 10))]),
      ...light(d),
    ];
    return {
      stack: d.pick([node, ...pythons]),
      causes: ['rate-limit'],
      size: perSecond,
      thinkTime: '10ms..30ms',
      serve: (isFaulty) => ({
        routes,
        limit: isFaulty ? { kind: 'rate', perSecond, burst, status } : null,
      }),
    };
  },
  shedding: (d) => {
    const most = d.whole(3, 14);
    const held = outlines(d, d.whole(1, 3));
    const ms = d.between(20, 60);
    const routes = withSteps(held, () => [committing(ms)]);
    return {
      stack: d.pick([node, 'threads']),
      causes: ['load-shedding'],
      size: most,
      thinkTime: '10ms..30ms',
      serve: (isFaulty) => ({ routes, limit: isFaulty ? { kind: 'in-flight', most } : null }),
    };
  },
  'no-keep-alive': (d) => {
    const routes = withSteps(outlines(d, d.whole(1, 4)), () => [{ do: 'compute', ms: 0.1 }]);
    return {
      stack: d.pick([node, 'asyncio', 'threads']),
      causes: ['no-keep-alive'],
      also: ['single-threaded', 'cpu-saturation'],
      serve: (isFaulty) => ({ routes, keepAlive: !isFaulty }),
    };
  },
  'no-cache': (d) => {
    const read = outlines(d, d.whole(1, 3), { method: 'GET' });
    const ms = read.map(() => d.between(4, 12));
    const rest = withSteps(outlines(d, 1), () => [{ do: 'compute', ms: 0.05 }]);
    return {
      stack: d.pick([node, 'asyncio']),
      causes: ['no-cache'],
      also: ['single-threaded'],
      ids: '1..40',
      serve: (isFaulty) => ({
        routes: [
          ...withSteps(
            read.map((one) => ({ ...one, cached: !isFaulty })),
            (i) => [{ do: 'compute', ms: ms[i] ?? 1 }],
          ),
          ...rest,
        ],
      }),
    };
  },
  'slow-writes': (d) => {
    const times = d.whole(8, 25);
    const read = withSteps(outlines(d, d.whole(1, 3)), () => [{ do: 'compute', ms: 0.1 }]);
    const write = outlines(d, d.whole(1, 2), { method: 'POST' });
    return {
      stack: d.pick([node, 'threads']),
      causes: ['slow-writes'],
      // libuv flushes with four threads, and the file system one file at a time.
      also: ['connection-pool', 'lock-contention'],
      maxUsers: 16,
      serve: (isFaulty) => ({
        routes: [...read, ...withSteps(write, () => (isFaulty ? [{ do: 'flush', times }] : []))],
      }),
    };
  },
  stalls: (d) => {
    const everyMs = d.between(500, 1200);
    const ms = everyMs * d.between(0.22, 0.4);
    const routes = [
      ...withSteps(outlines(d, d.whole(1, 3)), () => [committing(d.between(3, 15))]),
      ...light(d),
    ];
    return {
      stack: d.pick([node, 'threads']),
      causes: ['periodic-stalls'],
      thinkTime: '20ms..60ms',
      maxUsers: 20,
      serve: (isFaulty) => ({ routes, stall: isFaulty ? { everyMs, ms } : null }),
    };
  },
  'late-dependency': (d) => {
    const lateMs = d.between(250, 900);
    const late = outlines(d, d.whole(1, 2));
    const rest = withSteps(outlines(d, d.whole(1, 3)), () => [committing(d.between(2, 8))]);
    return {
      stack: d.pick([node, 'threads']),
      causes: ['slow-dependency'],
      thinkTime: '20ms..60ms',
      maxUsers: 24,
      serve: (isFaulty) => ({
        routes: [
          ...withSteps(late, () => [
            { do: 'query', query: { ...quickQuery, lateMs: isFaulty ? lateMs : 2 } },
          ]),
          ...rest,
        ],
      }),
    };
  },
  'timing-out-dependency': (d) => {
    const slow = { share: d.between(0.06, 0.2), ms: d.between(800, 2000) };
    const late = outlines(d, d.whole(1, 3));
    const commit = d.between(3, 10);
    const rest = light(d);
    return {
      stack: d.pick([node, 'threads']),
      causes: ['slow-dependency'],
      thinkTime: '20ms..60ms',
      maxUsers: 24,
      serve: (isFaulty) => ({
        routes: [
          ...withSteps(late, () => [
            { do: 'query', query: { ...committed(commit), slow: isFaulty ? slow : null } },
          ]),
          ...rest,
        ],
      }),
    };
  },
  drift: (d) => {
    const entries = d.whole(60, 250);
    const grown = outlines(d, d.whole(1, 3));
    return {
      stack: d.pick([node, 'threads']),
      causes: ['drift'],
      also: ['single-threaded'],
      thinkTime: '20ms..60ms',
      maxUsers: 6,
      comparedUsers: 6,
      serve: (isFaulty) => ({
        routes: withSteps(grown, () => [{ do: 'grow-and-scan', entries: isFaulty ? entries : 0 }]),
      }),
    };
  },
  errors: (d) => {
    const backingConnections = d.whole(4, 10);
    const ms = d.between(20, 50);
    const routes = withSteps(outlines(d, d.whole(1, 3)), () => [committing(ms)]);
    return {
      stack: d.pick([node, 'threads']),
      causes: ['errors-under-load'],
      size: backingConnections,
      comparedUsers: 48,
      thinkTime: '10ms..30ms',
      serve: (isFaulty) => ({ routes, backingConnections: isFaulty ? backingConnections : null }),
    };
  },
};
