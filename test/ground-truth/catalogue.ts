import { alsoTrueOf, configOf, type Draft, endpointsOf } from './draft.ts';
import { Drawing } from './drawing.ts';
import { faults } from './faults.ts';
import { labs } from './lab-systems.ts';
import { doubles, healthy, outside } from './others.ts';
import { queues } from './queues.ts';
import { type GroundTruthSystem, halfOf } from './system.ts';

const servers = { ...queues, ...faults, ...healthy, ...outside, ...doubles };
const generator = 'generator';

/** Every kind of system, in the order in which they are run. */
export const kinds: readonly string[] = [...Object.keys(servers), ...Object.keys(labs), generator];

/** The system of a kind whose parameters the seed draws. The same seed gives the same system. */
export function systemOf(kind: string, seed: number): GroundTruthSystem {
  const d = new Drawing(kind, seed);
  const named = { id: `${kind}-${seed}`, kind, seed, half: halfOf(seed) };
  const server = servers[kind];
  if (server !== undefined) return { ...named, ...drafted(server(d)) };
  const lab = labs[kind];
  if (lab !== undefined) return { ...named, stack: 'lab', ...lab(d) };
  if (kind === generator) return { ...named, ...nullServer };
  throw new Error(`there is no kind "${kind}"; there are ${kinds.join(', ')}`);
}

function drafted(draft: Draft): Omit<GroundTruthSystem, 'id' | 'kind' | 'seed' | 'half'> {
  const faulty = draft.serve(true);
  const { maxUsers = 48 } = draft;
  return {
    stack: draft.stack,
    truth: {
      causes: draft.causes,
      also: draft.causes.length > 0 ? alsoTrueOf(draft, faulty) : [],
      isOutside: draft.isOutside === true,
      size: draft.size ?? null,
    },
    faulty: { kind: 'server', config: configOf(draft, faulty) },
    remedied:
      draft.hasNoFault === true ? null : { kind: 'server', config: configOf(draft, draft.serve(false)) },
    endpoints: endpointsOf(draft, faulty),
    thinkTime: draft.thinkTime ?? '0ms',
    maxUsers,
    comparedUsers: draft.comparedUsers ?? Math.min(maxUsers, 32),
  };
}

/** Carries more than one thread of the generator can send: whatever is seen is the generator's own. */
const nullServer: Omit<GroundTruthSystem, 'id' | 'kind' | 'seed' | 'half'> = {
  stack: 'null',
  truth: { causes: ['generator'], also: [], isOutside: false, size: null },
  faulty: { kind: 'null' },
  remedied: null,
  endpoints: [{ request: 'GET /', weight: 1, data: {}, body: false }],
  thinkTime: '0ms',
  maxUsers: 64,
  comparedUsers: 32,
};
