import { committed, committing, type Draft, light, outlines, withSteps } from './draft.ts';
import type { Drawing } from './drawing.ts';
import { quickQuery, type Step } from './server-config.ts';

const node = 'node' as const;

/** Kinds of systems in which something shared is full. */
export const queues: Readonly<Record<string, (d: Drawing) => Draft>> = {
  pool: (d) => {
    const stack = d.pick([node, 'threads']);
    const size = d.pick([2, 3, 4, 5, 6, 8, 10, 12, 16]);
    // The rest of the machine must carry what the pool lets through.
    const holdMs = d.between(Math.max(8, size * (stack === node ? 2.5 : 6)), Math.max(40, size * 8));
    const held = outlines(d, d.whole(1, 4));
    const factors = held.map(() => d.pick([1, 1, 1.5]));
    const rest = light(d);
    const routes = [...withSteps(held, (i) => [committing(holdMs * (factors[i] ?? 1))]), ...rest];
    return {
      stack,
      causes: ['connection-pool'],
      size,
      serve: (isFaulty) => ({ routes, pool: isFaulty ? size : null }),
      comparedUsers: Math.min(64, size * 4),
    };
  },
  'event-loop': (d) => {
    const heavy = outlines(d, d.whole(1, 3));
    const ms = heavy.map(() => d.between(3, 14));
    const rest = light(d);
    return {
      stack: d.pick([node, 'asyncio']),
      causes: ['single-threaded'],
      serve: (isFaulty) => ({
        routes: [
          ...withSteps(heavy, (i) => [{ do: 'compute', ms: (ms[i] ?? 1) * (isFaulty ? 1 : 0.1) }]),
          ...rest,
        ],
      }),
    };
  },
  'blocking-wait': (d) => {
    const heavy = outlines(d, d.whole(1, 3));
    const query = committed(d.between(5, 25));
    const rest = light(d);
    const stack = d.pick([node, 'asyncio']);
    return {
      stack,
      causes: ['single-threaded'],
      serve: (isFaulty) => ({
        routes: [
          ...withSteps(heavy, () => [
            isFaulty
              ? { do: 'blocking-query', query }
              : { do: 'query', query: stack === 'asyncio' ? quickQuery : query },
          ]),
          ...rest,
        ],
      }),
    };
  },
  'one-lock': (d) => {
    const heavy = outlines(d, d.whole(1, 2));
    const steps: readonly Step[] = [committing(d.between(5, 25))];
    const rest = [...withSteps(outlines(d, 1), () => [{ do: 'compute', ms: 0.05 }] as const), ...light(d)];
    return {
      stack: d.pick([node, 'threads']),
      causes: ['lock-contention'],
      serve: (isFaulty) => ({
        routes: [
          ...withSteps(heavy, () => (isFaulty ? [{ do: 'locked', per: 'server', steps }] : steps)),
          ...rest,
        ],
      }),
    };
  },
  'row-lock': (d) => {
    const heavy = outlines(d, 1, { path: `/${d.name()}/{id}` });
    const steps: readonly Step[] = [committing(d.between(8, 30))];
    const rest = withSteps(outlines(d, 2, { path: `/${d.name()}` }).slice(0, 1), () => [
      { do: 'compute', ms: 0.05 },
    ]);
    return {
      stack: d.pick([node, 'threads']),
      causes: ['lock-contention'],
      ids: '[7, 7, 7, 7, 7, 7, 7, 3, 5, 11]',
      serve: (isFaulty) => ({
        routes: [
          ...withSteps(heavy, () => (isFaulty ? [{ do: 'locked', per: 'key', steps }] : steps)),
          ...rest,
        ],
      }),
    };
  },
  processor: (d) => {
    const stack = d.pick([node, 'threads']);
    const heavy = outlines(d, d.whole(2, 4));
    const ms = heavy.map(() => d.between(4, 20));
    const rest = light(d);
    return {
      stack,
      causes: ['cpu-saturation'],
      serve: (isFaulty) => ({
        routes: [
          ...withSteps(heavy, (i) => [
            { do: stack === node ? 'compute' : 'compute-aside', ms: (ms[i] ?? 1) * (isFaulty ? 1 : 0.1) },
          ]),
          ...rest,
        ],
        unevenInstances: stack === node ? { count: 4, slower: 1 } : null,
      }),
    };
  },
  'n-plus-one': (d) => {
    const rows = d.whole(20, 60);
    const query = { ...quickQuery, ms: d.between(0.1, 0.4) };
    const list = outlines(d, d.whole(1, 2), { path: `/${d.name()}`, rows });
    const own = list.map((one, index) => (index === 0 ? one : { ...one, path: `/${d.name()}` }));
    const rest = light(d);
    return {
      stack: d.pick([node, 'threads']),
      causes: ['n-plus-one'],
      // All rows come from one process, and under load that is full.
      also: ['single-threaded', 'lock-contention', 'cpu-saturation'],
      maxUsers: 16,
      serve: (isFaulty) => ({
        routes: [
          ...withSteps(own, () => [isFaulty ? { do: 'query-each-row', query } : { do: 'query', query }]),
          ...rest,
        ],
      }),
    };
  },
  collapse: (d) => {
    const steps: readonly Step[] = [{ do: 'compute', ms: d.between(0.8, 3) }, committing(d.between(4, 12))];
    const heavy = outlines(d, 1);
    const rest = light(d);
    return {
      stack: d.pick([node, 'threads']),
      causes: ['contention-collapse'],
      also: ['single-threaded', 'lock-contention'],
      serve: (isFaulty) => ({
        routes: [...withSteps(heavy, () => (isFaulty ? [{ do: 'optimistic', steps }] : steps)), ...rest],
      }),
    };
  },
};
