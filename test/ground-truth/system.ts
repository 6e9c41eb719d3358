import type { Switches } from '../../lab/src/index.ts';
import type { Cause } from '../../src/analyse/analysis.ts';
import type { ServerConfig } from './server-config.ts';

/** A system with a known truth, with its fault and without. */
export type GroundTruthSystem = {
  /** `pool-17`: kind and seed. */
  readonly id: string;
  readonly kind: string;
  readonly seed: number;
  readonly half: Half;
  readonly stack: ServerConfig['stack'] | 'lab' | 'null';
  readonly truth: Truth;
  readonly faulty: Started;
  /** The same without its fault; null: it has none. */
  readonly remedied: Started | null;
  readonly endpoints: readonly PlannedEndpoint[];
  /** Between two requests of a user. */
  readonly thinkTime: string;
  /** No load goes beyond it, in the diagnosis too. */
  readonly maxUsers: number;
  /** Users under which faulty and remedied are compared. */
  readonly comparedUsers: number;
};

export type Half = 'dev' | 'held-out';

/** Seeds are dealt out to the halves before anything is run. */
export function halfOf(seed: number): Half {
  return seed % 2 === 0 ? 'held-out' : 'dev';
}

/** A server of `programs/`, the lab with its switches, or the server that a generator is measured with. */
export type Started =
  | { readonly kind: 'server'; readonly config: ServerConfig }
  | { readonly kind: 'lab'; readonly switches: Switches }
  | { readonly kind: 'null' };

export type Truth = {
  /** What is planted, the limit first. Empty: healthy, or a fault outside the table. */
  readonly causes: readonly Cause[];
  /** True of the system too, although not what was planted: naming it is neither right nor a false accusation. */
  readonly also: readonly Cause[];
  readonly isOutside: boolean;
  /** Connections, permitted requests per second or in flight; null: the fault has none. */
  readonly size: number | null;
};

export type PlannedEndpoint = {
  /** `GET /orders/{id}` */
  readonly request: string;
  readonly weight: number;
  /** Placeholder → values, as in a plan. */
  readonly data: Readonly<Record<string, string>>;
  readonly body: boolean;
};

/** The plan that loads it, as a user would write it. */
export function planOf({ endpoints, thinkTime, maxUsers, id }: GroundTruthSystem, target: string): string {
  const users = [...new Set([1, Math.ceil(maxUsers / 4), maxUsers])];
  const lines = endpoints.map(({ request, weight, data, body }) => {
    const values = Object.entries(data).map(([name, value]) => `${name}: ${value}`);
    return [
      `  - request: ${JSON.stringify(request)}`,
      `    weight: ${weight}`,
      ...(values.length > 0 ? [`    data: { ${values.join(', ')} }`] : []),
      ...(body ? ['    body: { title: some words, text: some more words }'] : []),
    ].join('\n');
  });
  return [
    `name: ${id}`,
    `target: ${target}`,
    'endpoints:',
    ...lines,
    `load: { users: [${users.join(', ')}], spawnRate: 100, duration: 5s, thinkTime: ${thinkTime} }`,
    '',
  ].join('\n');
}
