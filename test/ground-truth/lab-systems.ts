import { baseline, groundTruth, type Switches, tuned } from '../../lab/src/index.ts';
import type { Drawing } from './drawing.ts';
import { type LabDraft, labEndpoint } from './lab-draft.ts';
import { labTroubles } from './lab-troubles.ts';
import type { PlannedEndpoint } from './system.ts';

const endpoints: readonly PlannedEndpoint[] = [
  labEndpoint('/posts', 2),
  labEndpoint('/posts/{id}', 3, { id: '1..100' }),
  labEndpoint('/users/{id}', 2, { id: '1..10' }),
  labEndpoint('/comments?postId={id}', 2, { id: '1..100' }),
];

/** The reference API on a real PostgreSQL. */
export const labs: Readonly<Record<string, (d: Drawing) => LabDraft>> = {
  'lab-pool': (d) => {
    const pool = d.whole(2, 4);
    return drafted({ ...tuned, cache: 'off', auditReads: true, commit: 'grouped', pool }, { pool: 60 }, pool);
  },
  'lab-event-loop': () => drafted({ ...tuned, eventLoopWork: true }, { eventLoopWork: false }),
  'lab-baseline': (d) => {
    const pool = d.whole(2, 6);
    return drafted({ ...baseline, pool }, tuned, pool);
  },
  ...labTroubles,
  'lab-healthy': () => ({ ...drafted(tuned, null), thinkTime: '500ms..1500ms', maxUsers: 12 }),
};

function drafted(switches: Switches, remedy: Partial<Switches> | null, size: number | null = null): LabDraft {
  const planted = groundTruth(switches);
  const of = (role: 'limit' | 'present') =>
    planted.filter((one) => one.role === role).map(({ cause }) => cause);
  return {
    truth: { causes: of('limit'), also: of('present'), isOutside: false, size },
    faulty: { kind: 'lab', switches },
    remedied: remedy === null ? null : { kind: 'lab', switches: { ...switches, ...remedy } },
    endpoints,
    thinkTime: '0ms',
    maxUsers: 48,
    comparedUsers: 32,
  };
}
