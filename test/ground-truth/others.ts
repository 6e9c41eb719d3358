import { committing, type Draft, light, outlines, withSteps } from './draft.ts';
import type { Drawing } from './drawing.ts';
import { quickQuery } from './server-config.ts';

/** Healthy in the range that is tested, whatever they look like: every cause that is named is a false accusation. */
export const healthy: Readonly<Record<string, (d: Drawing) => Draft>> = {
  'healthy-fast': (d) => {
    const routes = withSteps(outlines(d, d.whole(1, 6)), () => [{ do: 'compute', ms: d.between(0.05, 0.5) }]);
    return {
      stack: d.pick(['node', 'threads', 'asyncio']),
      causes: [],
      hasNoFault: true,
      thinkTime: '200ms..400ms',
      maxUsers: 16,
      serve: () => ({ routes }),
    };
  },
  'healthy-slow': (d) => {
    const routes = withSteps(outlines(d, d.whole(1, 4)), () => [
      { do: 'compute-aside', ms: d.between(15, 60) },
    ]);
    return {
      stack: d.pick(['node', 'threads']),
      causes: [],
      hasNoFault: true,
      thinkTime: '1s..2s',
      maxUsers: 6,
      serve: () => ({ routes }),
    };
  },
  'healthy-waiting': (d) => {
    const routes = withSteps(outlines(d, d.whole(1, 4)), () => [committing(d.between(20, 90))]);
    return {
      stack: d.pick(['node', 'threads']),
      causes: [],
      hasNoFault: true,
      thinkTime: '100ms..300ms',
      maxUsers: 24,
      serve: () => ({ routes }),
    };
  },
  'healthy-tail': (d) => {
    const routes = withSteps(outlines(d, d.whole(1, 4)), () => [
      { do: 'compute', ms: d.between(0.5, 2), tail: true },
    ]);
    return {
      stack: d.pick(['node', 'threads']),
      causes: [],
      hasNoFault: true,
      thinkTime: '300ms..600ms',
      maxUsers: 10,
      serve: () => ({ routes }),
    };
  },
};

/** Faults that the table of causes does not hold: `unknown` is the right answer. */
export const outside: Readonly<Record<string, (d: Drawing) => Draft>> = {
  'outside-nagle': (d) => {
    const routes = withSteps(outlines(d, d.whole(1, 4)), () => [{ do: 'compute', ms: 0.1 }]);
    return {
      stack: d.pick(['node', 'threads']),
      causes: [],
      isOutside: true,
      thinkTime: '5ms..20ms',
      maxUsers: 16,
      serve: (isFaulty) => ({ routes, nagle: isFaulty }),
    };
  },
  'outside-uneven': (d) => {
    const slower = d.between(10, 25);
    const count = d.whole(2, 4);
    const routes = withSteps(outlines(d, d.whole(1, 3)), () => [{ do: 'compute', ms: d.between(0.8, 2) }]);
    return {
      stack: 'node',
      causes: [],
      isOutside: true,
      thinkTime: '50ms..150ms',
      maxUsers: 10,
      serve: (isFaulty) => ({ routes, unevenInstances: { count, slower: isFaulty ? slower : 1 } }),
    };
  },
};

/** Two faults at once; the first is the limit. */
export const doubles: Readonly<Record<string, (d: Drawing) => Draft>> = {
  'pool+no-keep-alive': (d) => {
    const size = d.whole(2, 8);
    const ms = d.between(Math.max(10, size * 4), Math.max(40, size * 8));
    const routes = [...withSteps(outlines(d, d.whole(1, 3)), () => [committing(ms)]), ...light(d)];
    return {
      stack: d.pick(['node', 'threads']),
      causes: ['connection-pool', 'no-keep-alive'],
      size,
      serve: (isFaulty) => ({ routes, pool: isFaulty ? size : null, keepAlive: !isFaulty }),
    };
  },
  'pool+slow-writes': (d) => {
    const size = d.whole(2, 8);
    const ms = d.between(Math.max(8, size * 4), Math.max(30, size * 6));
    const factor = d.whole(4, 6);
    const read = outlines(d, d.whole(1, 3));
    const write = outlines(d, 1, { method: 'POST' });
    return {
      stack: d.pick(['node', 'threads']),
      causes: ['connection-pool', 'slow-writes'],
      size,
      serve: (isFaulty) => ({
        routes: [
          ...withSteps(read, () => [committing(ms)]),
          ...withSteps(write, () => [committing(isFaulty ? ms * factor : ms)]),
        ],
        pool: isFaulty ? size : null,
      }),
    };
  },
  'event-loop+late-dependency': (d) => {
    const ms = d.between(4, 12);
    const lateMs = d.between(250, 800);
    const heavy = outlines(d, d.whole(1, 2));
    const late = outlines(d, 1);
    return {
      stack: 'node',
      causes: ['single-threaded', 'slow-dependency'],
      serve: (isFaulty) => ({
        routes: [
          ...withSteps(heavy, () => [{ do: 'compute', ms: isFaulty ? ms : ms / 10 }]),
          ...withSteps(late, () => [
            { do: 'query', query: { ...quickQuery, lateMs: isFaulty ? lateMs : 2 } },
          ]),
        ],
      }),
    };
  },
};
