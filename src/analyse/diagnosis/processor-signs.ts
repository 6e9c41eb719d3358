import { type HistogramSnapshot, mergeSnapshots, quantileUs } from '../../record/histogram.ts';
import type { Run } from '../../record/run.ts';
import type { Interval } from '../analysis.ts';
import { z95 } from '../measure/interval.ts';
import type { Facts } from './facts.ts';
import { periodicStalls } from './rules/periodic-stalls.ts';
import { type SharedLimit, singleOf } from './shared-limit.ts';

/**
 * What tells a queue from a processor shared in time slices, beside other endpoints. A queue adds the same time to
 * short and to long work; a processor makes both longer by the same factor.
 */
export type ProcessorSigns = {
  /** Was the control's own work slowed by the held endpoint's factor? */
  readonly control: 'slowed' | 'not-slowed' | 'cannot-tell';
  /** What the held endpoint's own short answers show. */
  readonly ownWork: OwnWork | null;
};

export type OwnWork = {
  /** `partly-spared`: the short ones gained surely less than half of what the factor gives: they did not wait at all. */
  readonly says: 'same-time' | 'same-factor' | 'partly-spared';
  /** Of the short answers (a fifth is shorter), alone and held, ms. */
  readonly alone: Interval;
  readonly held: Interval;
  readonly stage: number;
};

/** Parts of what a processor would add to the control. */
const surely = 0.35;
const surelyNot = 0.3;
/** Where the control's own work would gain less than this, nobody could see it, ms. */
const leastVisibleMs = 0.02;
/** Short answers that gained surely less than this part of what the factor gives were spared. */
const spared = 0.5;
const shortQuantile = 0.2;
const fewest = 15;
/** Neighbouring answers may be alike: so many are worth one. */
const alikeAnswers = 2;

export function processorSignsOf(limit: SharedLimit, facts: Facts): ProcessorSigns {
  return { control: controlSign(limit, facts), ownWork: ownWorkOf(limit, facts) };
}

/** Mean time under its own load over that of a single user. */
export function heldFactor({ held, neighbours }: SharedLimit, facts: Facts): number | null {
  const single = singleOf(held, facts.readings)?.value;
  const added = neighbours[0]?.reading.heldAdded?.value;
  return single === undefined || added === undefined || single <= 0 ? null : 1 + added / single;
}

/** Its time alone without the network's part gained (f − 1) times itself, or surely less. */
function controlSign(limit: SharedLimit, facts: Facts): ProcessorSigns['control'] {
  const probes = limit.neighbours.filter(({ isProbe }) => isProbe);
  const trivial = probes.toSorted((a, b) => (a.reading.idle?.value ?? 0) - (b.reading.idle?.value ?? 0))[0];
  const reading = (trivial ?? limit.control)?.reading;
  const factor = heldFactor(limit, facts);
  if (reading?.idle == null || reading.added?.low == null || reading.added.high === null)
    return 'cannot-tell';
  if (factor === null || factor <= 1) return 'cannot-tell';
  // Who asks while everything stands still waits, too, whatever is full.
  if (periodicStalls.accuse(facts) !== null) return 'cannot-tell';
  const workMs = (reading.idle.low ?? reading.idle.value) - roundTripMs(facts.run);
  const expected = workMs * (factor - 1);
  if (expected < leastVisibleMs) return 'cannot-tell';
  if (reading.added.low >= surely * expected) return 'slowed';
  return reading.added.high <= surelyNot * expected ? 'not-slowed' : 'cannot-tell';
}

/** What the way there and back costs: the quickest tenth of all connections took about so long. 0: none is known. */
export function roundTripMs({ stages }: Run): number {
  const connects = stages.flatMap(({ data }) =>
    data.kind === 'windows' ? data.windows.map((window) => window.connect) : [],
  );
  return (quantileUs(mergeSnapshots(connects), 0.1) ?? 0) / 1000;
}

function ownWorkOf(limit: SharedLimit, facts: Facts): OwnWork | null {
  const { held, neighbours } = limit;
  const single = facts.readings.single.find((r) => r.endpoint === held);
  const factor = heldFactor(limit, facts);
  const added = neighbours[0]?.reading.heldAdded?.value;
  const stage = neighbours[0]?.reading.stage;
  if (single === undefined || factor === null || added === undefined || stage === undefined) return null;
  const alone = shortOf(facts.all[single.stage - 1]?.endpoints[held]?.histogram ?? null);
  const loaded = shortOf(facts.all[stage - 1]?.endpoints[held]?.histogram ?? null);
  if (alone?.low == null || alone.high === null || loaded?.low == null || loaded.high === null) return null;
  const row = { alone, held: loaded, stage };
  if (loaded.high < alone.low * (1 + (factor - 1) * spared)) return { says: 'partly-spared', ...row };
  if (loaded.high < alone.low + added / 2) return { says: 'same-factor', ...row };
  return loaded.low > factor * alone.high ? { says: 'same-time', ...row } : null;
}

/** With the order statistics that hold it. */
function shortOf(times: HistogramSnapshot | null): Interval | null {
  if (times === null || times.count < fewest) return null;
  const reach = z95 * Math.sqrt((shortQuantile * (1 - shortQuantile) * alikeAnswers) / times.count);
  const at = (q: number) => (quantileUs(times, Math.min(1, Math.max(0, q))) ?? 0) / 1000;
  return { value: at(shortQuantile), low: at(shortQuantile - reach), high: at(shortQuantile + reach) };
}
