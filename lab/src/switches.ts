import {
  noTroubles,
  parseTrouble,
  type Troubles,
  type TroubleValues,
  troubleChoices,
  troubleTable,
} from './troubles/troubles.ts';

export type CommitMode = 'grouped' | 'each' | 'async';
/** Where reads are kept while fresh: nowhere, in the process's memory, or in a Redis that all instances share. */
export type CacheMode = 'off' | 'memory' | 'redis';
export type Profile = 'baseline' | 'tuned';

/** The mechanisms that are planted in the reference API. `true` on a remedy means that it is in place. */
export interface Switches extends Troubles {
  /** Connections in the PostgreSQL pool of the API process. */
  readonly pool: number;
  /** Responses are signed by `scryptSync` on the event loop; otherwise by `scrypt` in libuv's threads. */
  readonly eventLoopWork: boolean;
  /** Connections stay open between requests; otherwise every answer carries `Connection: close`. */
  readonly keepAlive: boolean;
  /** Where reads are answered from while fresh. */
  readonly cache: CacheMode;
  /** Static resources are compressed once, and carry what a client needs to keep them. */
  readonly staticCaching: boolean;
  /** Foreign keys are indexed. */
  readonly indexes: boolean;
  /** A user's address and company are fetched with two queries per user. */
  readonly nPlusOne: boolean;
  /** Reads leave a row in `activity` too, committed before the answer; writes always do. */
  readonly auditReads: boolean;
  /** All rows of a write are committed together; otherwise each by itself, one after the other. */
  readonly writeBatching: boolean;
  /** When a commit counts as done: see `commitSettings` in connection-pool.ts. */
  readonly commit: CommitMode;
}

/** The limits that the reference document found: everything in the way of the load. */
export const baseline: Switches = {
  pool: 4,
  eventLoopWork: true,
  keepAlive: false,
  cache: 'off',
  staticCaching: false,
  indexes: false,
  nPlusOne: false,
  auditReads: true,
  writeBatching: false,
  commit: 'grouped',
  ...noTroubles,
};

/** Everything remedied. */
export const tuned: Switches = {
  pool: 20,
  eventLoopWork: false,
  keepAlive: true,
  cache: 'memory',
  staticCaching: true,
  indexes: true,
  nPlusOne: false,
  auditReads: false,
  writeBatching: true,
  commit: 'async',
  ...noTroubles,
};

export const profiles: Readonly<Record<Profile, Switches>> = { baseline, tuned };

const poolLimit = 400;

interface SwitchDescription {
  readonly key: keyof Switches;
  readonly flag: string;
  readonly kind: 'count' | 'on-off' | 'commit' | 'cache' | TroubleValues;
  readonly help: string;
}

/** Every switch once: the command line, its help and its messages are made from this table. */
export const switchTable: readonly SwitchDescription[] = [
  {
    key: 'pool',
    flag: 'pool',
    kind: 'count',
    help: 'connections in the PostgreSQL pool',
  },
  {
    key: 'eventLoopWork',
    flag: 'event-loop-work',
    kind: 'on-off',
    help: 'sign responses on the event loop (off: in worker threads)',
  },
  {
    key: 'keepAlive',
    flag: 'keep-alive',
    kind: 'on-off',
    help: 'keep HTTP connections open between requests',
  },
  {
    key: 'cache',
    flag: 'cache',
    kind: 'cache',
    help: "answer reads while they are fresh from the process's memory, or from Redis",
  },
  {
    key: 'staticCaching',
    flag: 'static-caching',
    kind: 'on-off',
    help: 'compress /static/ once, with ETag and Cache-Control',
  },
  {
    key: 'indexes',
    flag: 'indexes',
    kind: 'on-off',
    help: 'index the foreign keys (off: sequential scans)',
  },
  {
    key: 'nPlusOne',
    flag: 'n-plus-one',
    kind: 'on-off',
    help: 'two more queries for each user that is read',
  },
  {
    key: 'auditReads',
    flag: 'audit-reads',
    kind: 'on-off',
    help: 'commit an activity row for every read as well',
  },
  {
    key: 'writeBatching',
    flag: 'write-batching',
    kind: 'on-off',
    help: "commit a write's rows together (off: one by one)",
  },
  {
    key: 'commit',
    flag: 'commit',
    kind: 'commit',
    help: 'grouped: durable, waits for others to share the flush; each: durable, flushed at once; async: answered before the flush',
  },
  ...troubleTable,
];

const cacheModes: readonly CacheMode[] = ['off', 'memory', 'redis'];
const commitModes: readonly CommitMode[] = ['grouped', 'each', 'async'];

/** The values that a switch takes, as a person would type them. */
export function choices(kind: SwitchDescription['kind']): string {
  if (typeof kind === 'object') return troubleChoices(kind);
  switch (kind) {
    case 'count':
      return `1..${poolLimit}`;
    case 'on-off':
      return 'on, off';
    case 'commit':
      return commitModes.join(', ');
    case 'cache':
      return `${cacheModes.join(', ')}; on means memory`;
    default:
      return kind satisfies never;
  }
}

/** Reads a typed value, or answers `undefined` when it is none of the choices. */
export function parseSwitch(
  kind: SwitchDescription['kind'],
  text: string,
): Switches[keyof Switches] | undefined {
  if (typeof kind === 'object') return parseTrouble(kind, text);
  switch (kind) {
    case 'count': {
      const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
      return count >= 1 && count <= poolLimit ? count : undefined;
    }
    case 'on-off':
      return text === 'on' ? true : text === 'off' ? false : undefined;
    case 'commit':
      return commitModes.find((mode) => mode === text);
    case 'cache':
      return text === 'on' ? 'memory' : cacheModes.find((mode) => mode === text);
    default:
      return kind satisfies never;
  }
}
