import type { Interval, Undecided } from '../../analysis.ts';
import type { KeysReading } from '../../probes/probe-readings.ts';
import { list, milliseconds, number, share, times, within } from '../../words.ts';
import { ratioOf } from '../contrast.ts';
import { demandShare } from '../demand.ts';
import type { Facts } from '../facts.ts';
import { limitVerdictsOf } from '../limit-verdict.ts';
import { type Accusation, evidenceOf, type Rule } from '../rule.ts';
import { controlFaster, singleOf } from '../shared-limit.ts';

/** The same answer is made anew for each request: an opportunity, and a cause where it makes much of the bottleneck. */
export const noCache: Rule = { causes: ['no-cache'], accuse };

/** Same key and other keys take equally long. */
const alike = { from: 0.8, to: 1.25 };
/** Of the demand on the bottleneck. */
const leastDemand = 0.3;
const mostNotModified = 0.5;

type Uncached = {
  readonly reading: KeysReading;
  readonly name: string;
  /** Null: it has no keys, so that every request asks for the same. */
  readonly ratio: Interval | null;
  readonly single: Interval;
  readonly overControl: Interval;
};

function accuse(facts: Facts): Accusation | null {
  const control = controlTime(facts);
  if (control === null) return null;
  const uncached = facts.readings.keys.flatMap((reading) => uncachedOf(reading, control, facts) ?? []);
  if (uncached.length === 0) return null;
  const indices = uncached.map((u) => u.reading.endpoint);
  const names = uncached.map((u) => u.name);
  const [bottleneck] = limitVerdictsOf(facts).filter(({ causes }) => causes.length === 1);
  const among = bottleneck && [bottleneck.limit.held, ...bottleneck.limit.sharing.map((n) => n.index)];
  const waiting = among === undefined ? [] : indices.filter((i) => among.includes(i));
  const demand = among === undefined ? null : demandShare(facts, waiting, among);
  const evidence = evidenceFor(uncached, control, facts);
  const stages = evidence[0]?.stages ?? [];
  const remedy = `Keep the answers of ${list(names, 3)} for as long as they may be old (in the process, or before it), and send validators (ETag) so that clients can ask whether they changed.`;
  if (demand !== null && demand >= leastDemand) {
    const names = uncached.filter((u) => waiting.includes(u.reading.endpoint)).map((u) => u.name);
    return {
      kind: 'found',
      finding: {
        cause: 'no-cache',
        title: `${list(names, 4)} ${names.length === 1 ? 'makes' : 'make'} the same answer anew for each request: ${share(demand)} of the work at the bottleneck`,
        endpoints: names,
        confidence: 'medium',
        estimates: { 'share of the demand on the bottleneck': { value: demand, low: null, high: null } },
        evidence: [
          ...evidence,
          evidenceOf(
            `Requests that could be answered from a cache make ${share(demand)} of the demand on what limits the mix.`,
            'share of the demand on the bottleneck',
            demand,
            stages,
          ),
        ],
        excluded: [],
        disproof:
          'The keys that real clients ask for hardly ever repeat within the time that an answer may be old, or a cache leaves the throughput where it is.',
        remedy,
      },
    };
  }
  const undecided: Undecided = {
    causes: ['no-cache'],
    title: `${list(names, 4)} ${names.length === 1 ? 'gives' : 'give'} the same answer again at the same cost; a cache could save it`,
    endpoints: names,
    evidence,
    excluded: [],
    experiment: `${remedy} Then compare. How much it saves depends on how often real clients ask for the same.`,
  };
  return { kind: 'undecided', weight: 'opportunity', undecided };
}

/** The fastest thing that was asked of a single user: what every request costs. */
function controlTime({ readings, endpoints }: Facts): Interval | null {
  const controls = readings.single.filter((r) => endpoints[r.endpoint]?.probe?.kind === 'control');
  const known = (controls.length > 0 ? controls : readings.single).flatMap((r) => r.mean ?? []);
  return known.toSorted((a, b) => a.value - b.value)[0] ?? null;
}

function uncachedOf(reading: KeysReading, control: Interval, facts: Facts): Uncached | null {
  const { ratio, sameKey, otherKeys } = reading;
  const single = singleOf(reading.endpoint, facts.readings);
  if (single === null || sameKey === null) return null;
  if (ratio === null ? otherKeys !== null : !isAlike(ratio)) return null;
  if (reading.identicalBodies !== true || reading.hasAge !== false) return null;
  if (reading.hasValidators !== false && (reading.conditional?.notModified ?? 0) >= mostNotModified)
    return null;
  const overControl = ratioOf(control, single);
  if ((overControl?.low ?? 0) < controlFaster || overControl === null) return null;
  return {
    reading,
    name: facts.endpoints[reading.endpoint]?.name ?? '',
    ratio,
    single,
    overControl,
  };
}

function isAlike({ low, high }: Interval): boolean {
  return low !== null && high !== null && low >= alike.from && high <= alike.to;
}

function evidenceFor(uncached: readonly Uncached[], control: Interval, facts: Facts) {
  const stages = facts.trials.flatMap((trial, i) => (trial?.kind === 'keys' ? [i + 1] : []));
  const bodies = (u: Uncached) =>
    `Its bodies were identical, without Age${u.reading.hasValidators === false ? ' and validators' : ''}.`;
  return uncached.flatMap((u) => [
    u.ratio === null
      ? evidenceOf(
          `Every request to ${u.name} asks for the same, and takes ${milliseconds(u.single.value)}. ${bodies(u)}`,
          `${u.name}: mean for one user (ms)`,
          u.single,
          stages,
        )
      : evidenceOf(
          `${u.name} took ${milliseconds(u.reading.sameKey?.value ?? 0)} for the same key again and ${milliseconds(u.reading.otherKeys?.value ?? 0)} for others: ${number(u.ratio.value, 2)}${within(u.ratio, (v) => number(v, 2))}. ${bodies(u)}`,
          `${u.name}: same key over other keys`,
          u.ratio,
          stages,
        ),
    evidenceOf(
      `${u.name} takes ${milliseconds(u.single.value)} for a single user, ${times(u.overControl.value)} what something trivial takes (${milliseconds(control.value)}).`,
      `${u.name}: over the control`,
      u.overControl,
      stages,
    ),
  ]);
}
