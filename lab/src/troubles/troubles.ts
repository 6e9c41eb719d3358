/** How the uses of a resource are counted, and so which lock the requests for it queue at. */
export type UseCount = 'off' | 'row-lock' | 'table-lock' | 'optimistic';
/** What makes the API stand still again and again. */
export type StallKind = 'off' | 'report' | 'garbage';

/** Troubles beside those of the reference document; all of them off in both profiles. */
export interface Troubles {
  /**
   * Every request counts itself in its resource's row of `uses`, in one transaction with what it reads or writes. The
   * row, or the whole table, is locked to the commit; `optimistic` takes no lock, and does everything again if another
   * was faster.
   */
  readonly countUses: UseCount;
  /** Key derivations (2.5 ms of a core each) for every answer, by as many worker threads as there are cores. */
  readonly computeRounds: number;
  /** Reading users is entered by another service first, which commits so many times (50 ms each) before it answers. */
  readonly dependencyCommits: number;
  /** `report`: one is made on the event loop every second. `garbage`: a full collection after every 200 requests. */
  readonly stalls: StallKind;
  /** Requests per second that are taken, from all clients together; then 429. 0: no limit. */
  readonly admitRate: number;
  /** Requests in flight that are taken; then 503. 0: no limit. */
  readonly shedAbove: number;
  /** Rows that every request leaves in `trail`, which the next one searches from end to end. */
  readonly trailRows: number;
}

export const noTroubles: Troubles = {
  countUses: 'off',
  computeRounds: 0,
  dependencyCommits: 0,
  stalls: 'off',
  admitRate: 0,
  shedAbove: 0,
  trailRows: 0,
};

/** The values of a trouble's switch: a whole number up to `most`, or one of `modes`. */
export type TroubleValues =
  | { readonly most: number }
  | { readonly modes: readonly (Troubles['countUses'] | Troubles['stalls'])[] };

/** The command line's part of each trouble. */
export const troubleTable: readonly {
  readonly key: keyof Troubles;
  readonly flag: string;
  readonly kind: TroubleValues;
  readonly help: string;
}[] = [
  {
    key: 'countUses',
    flag: 'count-uses',
    kind: { modes: ['off', 'row-lock', 'table-lock', 'optimistic'] },
    help: "count each use in its resource's row: locked to the commit, or all done again when another was faster",
  },
  {
    key: 'computeRounds',
    flag: 'compute-rounds',
    kind: { most: 200 },
    help: 'key derivations for each answer, in worker threads on all cores',
  },
  {
    key: 'dependencyCommits',
    flag: 'dependency-commits',
    kind: { most: 40 },
    help: 'commits of 50 ms that another service makes before users are read',
  },
  {
    key: 'stalls',
    flag: 'stalls',
    kind: { modes: ['off', 'report', 'garbage'] },
    help: 'a report on the event loop every second, or a full collection after every 200 requests',
  },
  {
    key: 'admitRate',
    flag: 'admit-rate',
    kind: { most: 100_000 },
    help: 'requests per second that the API takes, then 429; 0 for no limit',
  },
  {
    key: 'shedAbove',
    flag: 'shed-above',
    kind: { most: 10_000 },
    help: 'requests in flight that the API takes, then 503; 0 for no limit',
  },
  {
    key: 'trailRows',
    flag: 'trail-rows',
    kind: { most: 1000 },
    help: 'rows each request adds to a table that every request searches',
  },
];

/** The values as a person would type them. */
export function troubleChoices(values: TroubleValues): string {
  return 'most' in values ? `0..${values.most}` : values.modes.join(', ');
}

/** Reads a typed value, or answers `undefined` when it is none of the choices. */
export function parseTrouble(values: TroubleValues, text: string): Troubles[keyof Troubles] | undefined {
  if ('modes' in values) return values.modes.find((mode) => mode === text);
  const number = /^\d{1,6}$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
  return number <= values.most ? number : undefined;
}
