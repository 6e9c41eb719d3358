import { type CauseId, groundTruth, type Switches, tuned } from '../../lab/src/index.ts';
import type { Drawing } from './drawing.ts';
import { type LabDraft, labEndpoint } from './lab-draft.ts';

type Troubled = {
  readonly cause: CauseId;
  readonly trouble: Partial<Switches>;
  /** Of both the faulty and the remedied system. */
  readonly besides?: Partial<Switches>;
  readonly endpoints?: LabDraft['endpoints'];
  readonly size?: number;
  readonly thinkTime?: string;
  readonly maxUsers?: number;
  readonly comparedUsers?: number;
  /** True of the faulty system although groundTruth() does not tell. */
  readonly also?: readonly CauseId[];
};

const posts = labEndpoint('/posts/{id}', 3, { id: '1..100' });
const health = labEndpoint('/_lab/health', 1);
const users = labEndpoint('/users/{id}', 1, { id: '1..10' });
const comments = labEndpoint('/comments?postId={id}', 1, { id: '1..100' });

/** Reads held up by a commit, which takes no processor; a pool that is never full. */
const held: Partial<Switches> = { auditReads: true, commit: 'grouped' };

/** Kinds of labs with a trouble beside those of the reference document. */
export const labTroubles: Readonly<Record<string, (d: Drawing) => LabDraft>> = {
  'lab-row-lock': () =>
    troubled({
      cause: 'lock-contention',
      trouble: { countUses: 'row-lock' },
      besides: held,
      endpoints: [posts, health],
      maxUsers: 32,
    }),
  'lab-table-lock': (d) =>
    troubled({
      cause: 'lock-contention',
      trouble: { countUses: 'table-lock' },
      besides: held,
      endpoints: [posts, d.pick([users, comments]), health],
      maxUsers: 32,
    }),
  'lab-collapse': (d) =>
    troubled({
      cause: 'contention-collapse',
      trouble: { countUses: 'optimistic' },
      endpoints: [labEndpoint(d.pick(['/posts', '/todos', '/albums']), 1)],
      also: ['lock-contention', 'single-threaded', 'cpu-saturation'],
    }),
  'lab-cpu': (d) =>
    troubled({
      cause: 'cpu-saturation',
      trouble: { computeRounds: d.whole(6, 16) },
      // As many workers as cores: a pool, as seen from outside.
      also: ['connection-pool'],
    }),
  'lab-dependency': (d) =>
    troubled({
      cause: 'slow-dependency',
      trouble: { dependencyCommits: d.whole(6, 16) },
      endpoints: [posts, users, health],
      thinkTime: '20ms..60ms',
      maxUsers: 24,
    }),
  'lab-report-stalls': () => troubled(stalling({ stalls: 'report' })),
  'lab-garbage': () => troubled(stalling({ stalls: 'garbage' })),
  'lab-rate-limit': (d) => {
    const admitRate = d.whole(40, 120);
    return troubled({
      cause: 'rate-limit',
      trouble: { admitRate },
      size: admitRate,
      thinkTime: '10ms..30ms',
    });
  },
  'lab-shedding': (d) => {
    const shedAbove = d.whole(3, 14);
    return troubled({
      cause: 'load-shedding',
      trouble: { shedAbove },
      besides: held,
      size: shedAbove,
      thinkTime: '10ms..30ms',
    });
  },
  'lab-drift': (d) =>
    troubled({
      cause: 'drift',
      trouble: { trailRows: d.whole(150, 400) },
      thinkTime: '20ms..60ms',
      maxUsers: 6,
      comparedUsers: 6,
      also: ['cpu-saturation'],
    }),
};

function stalling(trouble: Partial<Switches>): Troubled {
  return { cause: 'periodic-stalls', trouble, thinkTime: '20ms..60ms', maxUsers: 20 };
}

function troubled(given: Troubled): LabDraft {
  const { cause, endpoints = [posts, users, comments], maxUsers = 48 } = given;
  const remedied: Switches = { ...tuned, cache: 'off', pool: 60, ...given.besides };
  const faulty: Switches = { ...remedied, ...given.trouble };
  const present = [...groundTruth(faulty).map((one) => one.cause), ...(given.also ?? [])];
  return {
    truth: {
      causes: [cause],
      also: [...new Set(present)].filter((one) => one !== cause),
      isOutside: false,
      size: given.size ?? null,
    },
    faulty: { kind: 'lab', switches: faulty },
    remedied: { kind: 'lab', switches: remedied },
    endpoints,
    thinkTime: given.thinkTime ?? '0ms',
    maxUsers,
    comparedUsers: given.comparedUsers ?? Math.min(maxUsers, 32),
  };
}
