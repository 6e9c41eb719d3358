import { bucketMidUs, type HistogramSnapshot } from '../../../record/histogram.ts';
import type { Interval } from '../../analysis.ts';
import { judge, promisesOf } from '../../endpoints/promise.ts';
import type { StageMeasurement } from '../../measure/measurement.ts';
import type { SingleUserReading } from '../../probes/probe-readings.ts';
import { slowModeOf } from '../../probes/single-user.ts';
import { change, list, milliseconds, number, share, stageName, times, within } from '../../words.ts';
import { median, ratioOf } from '../contrast.ts';
import { type Facts, loadOf } from '../facts.ts';
import { limitVerdictsOf, waitingNames } from '../limit-verdict.ts';
import { type Accusation, evidenceOf, type Rule } from '../rule.ts';
import { isWrite } from '../writes.ts';
import { nPlusOne } from './n-plus-one.ts';
import { periodicStalls } from './periodic-stalls.ts';

/** Slow for a single user, always or in a slow mode, at every load alike, while the control is fast. */
export const slowDependency: Rule = { causes: ['slow-dependency'], accuse };

/** Always slow: so many times the plan's other endpoints (their median), and so long. */
const slow = { times: 10, ms: 100 };
/** With no other endpoint to compare with, so long. */
const slowAloneMs = 1000;
/** The control, beside it. */
const overControl = 10;
/** The load changes the median by less than this; it is tried at so many times the lowest load. */
const mostGrowth = 1.3;
const leastLoads = 4;
/** A slow mode begins so far above the median, and so many of the requests are in it. */
const mode = { overMedian: 5, ms: 50, share: [0.005, 0.5] } as const;
/** Its share may change by this factor with the load. */
const modeChange = 2.5;
const fewestSlow = 5;
/** The same key is so much faster: the fast mode is a cache. */
const cached = 0.8;

type SlowMode = NonNullable<SingleUserReading['slowMode']>;

type Slow = {
  readonly single: SingleUserReading;
  readonly name: string;
  readonly mean: Interval;
  readonly slowMode: SlowMode | null;
  readonly how: 'always' | 'promise' | 'mode';
  readonly growth: { readonly ratio: Interval; readonly stage: StageMeasurement } | null;
  readonly others: number | null;
};

function accuse(facts: Facts): Accusation | null {
  const control = controlOf(facts);
  // A stall makes some answers slow, whatever they wait for.
  if (control === null || periodicStalls.accuse(facts) !== null) return null;
  const explained = new Set([
    ...waitingNames(limitVerdictsOf(facts).filter(({ causes }) => causes.length === 1)),
    ...namesOf(nPlusOne.accuse(facts)),
  ]);
  const found = facts.readings.single.flatMap((single) => {
    const endpoint = facts.endpoints[single.endpoint];
    if (endpoint === undefined || endpoint.probe !== undefined || explained.has(endpoint.name)) return [];
    return slowOf(single, endpoint.name, isWrite(endpoint.method), control, facts) ?? [];
  });
  const [first] = found;
  if (first === undefined) return null;
  const names = found.map((s) => s.name);
  const trivial = facts.endpoints[control.endpoint]?.name ?? '';
  return {
    kind: 'found',
    finding: {
      cause: 'slow-dependency',
      title: `${list(names, 4)} ${names.length === 1 ? 'waits' : 'wait'} for something slow, whatever the load${first.how === 'mode' ? `: ${share(first.slowMode?.share ?? 0)} of the requests take ${milliseconds(first.slowMode?.fromMs ?? 0)} and more` : ` (${milliseconds(first.mean.value)} for a single user)`}`,
      endpoints: names,
      confidence: first.growth === null ? 'low' : 'medium',
      estimates: Object.fromEntries(found.map((s) => [`${s.name}: one user (ms)`, s.mean])),
      evidence: found.flatMap((s) => evidenceFor(s, control, trivial)),
      excluded: [
        {
          cause: 'connection-pool',
          because:
            'With one user no request waits for another one, and more users made it no slower: nothing is queued for.',
        },
        {
          cause: 'cpu-saturation',
          because: `${trivial} took ${milliseconds(control.mean?.value ?? 0)} in the same stage: the processor had time.`,
        },
      ],
      disproof: `A trace of one slow request of ${list(names, 2)} shows no call to another service that takes most of its time.`,
      remedy: `Find what ${list(names, 3)} ${names.length === 1 ? 'calls' : 'call'} (another service, a remote query, a name look-up) and make it faster, call it in parallel, keep its answers, or give it a shorter time-out.`,
    },
  };
}

function controlOf({ readings, endpoints }: Facts): SingleUserReading | null {
  const known = readings.single.filter((r) => r.mean !== null);
  const controls = known.filter((r) => endpoints[r.endpoint]?.probe?.kind === 'control');
  const from = controls.length > 0 ? controls : known;
  return from.toSorted((a, b) => (a.mean?.value ?? 0) - (b.mean?.value ?? 0))[0] ?? null;
}

function slowOf(
  single: SingleUserReading,
  name: string,
  writes: boolean,
  control: SingleUserReading,
  facts: Facts,
): Slow | null {
  const { mean } = single;
  if (mean?.low == null || control.mean?.high == null || single.endpoint === control.endpoint) return null;
  const growth = growthOf(single.endpoint, facts);
  if (growth !== null && (growth.ratio.low ?? growth.ratio.value) > mostGrowth) return null;
  if (growth !== null && growth.ratio.value > mostGrowth) return null;
  const others = median(
    facts.readings.single.flatMap((r) =>
      r.endpoint !== single.endpoint && facts.endpoints[r.endpoint]?.probe === undefined
        ? (r.mean?.value ?? [])
        : [],
    ),
  );
  const row = { single, name, mean, growth, others, slowMode: null };
  const slowMode = slowModeAtAnyLoad(single, control, facts);
  if (slowMode !== null) return { ...row, how: 'mode', slowMode };
  if (mean.low < overControl * control.mean.high || mean.low < slow.ms) return null;
  // A write that takes long is the rule of slow writes'.
  if (writes || growth === null) return null;
  const promised = promisesOf(facts.run.plan).filter((p) => p.endpoint === single.endpoint);
  const first = facts.sound[0];
  if (first !== undefined && promised.length > 0) {
    return promised.some((p) => judge(first, p).state === 'missed') ? { ...row, how: 'promise' } : null;
  }
  const isSlow = others === null ? mean.low >= slowAloneMs : mean.low >= slow.times * others;
  return isSlow ? { ...row, how: 'always' } : null;
}

/** Its median at the highest valid load over that at the lowest. Null: too little load was tried. */
function growthOf(endpoint: number, { sound }: Facts): Slow['growth'] {
  const [first, last] = [sound[0], sound.at(-1)];
  if (first === undefined || last === undefined || loadOf(last) < leastLoads * loadOf(first)) return null;
  const p50 = (stage: StageMeasurement): Interval | null => {
    const measured = stage.endpoints[endpoint];
    const value = measured?.responseTime?.p50;
    return !measured || value === undefined
      ? null
      : (measured.intervals.p50 ?? { value, low: null, high: null });
  };
  const [from, to] = [p50(first), p50(last)];
  const ratio = from === null || to === null ? null : ratioOf(from, to);
  return ratio === null ? null : { ratio, stage: last };
}

/** The slow mode, if load makes no difference to it: seen at the highest load, and at another a quarter of it or less. */
function slowModeAtAnyLoad(
  single: SingleUserReading,
  control: SingleUserReading,
  facts: Facts,
): SlowMode | null {
  const { p50, endpoint } = single;
  if (p50 === null || control.slowMode !== null) return null;
  const key = facts.readings.keys.find((k) => k.endpoint === endpoint);
  if (key?.ratio?.high != null && key.ratio.high < cached) return null;
  const seen = facts.sound.flatMap((stage) => {
    const histogram = stage.endpoints[endpoint]?.histogram ?? null;
    const found = histogram === null ? null : slowModeOf(histogram);
    return found === null || histogram === null ? [] : [{ ...found, load: loadOf(stage), histogram }];
  });
  const top = seen.at(-1);
  if (top === undefined || top.load !== highestLoad(facts)) return null;
  if (top.fromMs < mode.overMedian * p50.value || top.fromMs < mode.ms) return null;
  if (top.share < mode.share[0] || top.share > mode.share[1]) return null;
  if (top.share * top.histogram.count < fewestSlow) return null;
  const alike = facts.sound.filter((stage) => {
    const histogram = stage.endpoints[endpoint]?.histogram ?? null;
    if (histogram === null || histogram.count * top.share < fewestSlow) return false;
    const share = shareBeyond(histogram, top.fromMs * 0.7);
    return share <= modeChange * top.share && share >= top.share / modeChange;
  });
  return alike.some((stage) => loadOf(stage) * leastLoads <= top.load) ? top : null;
}

function highestLoad({ sound }: Facts): number {
  const top = sound.at(-1);
  return top === undefined ? 0 : loadOf(top);
}

function shareBeyond(histogram: HistogramSnapshot, ms: number): number {
  let beyond = 0;
  for (let i = 0; i < histogram.buckets.length; i += 1) {
    if (bucketMidUs(histogram.buckets[i] ?? 0) >= ms * 1000) beyond += histogram.counts[i] ?? 0;
  }
  return beyond / histogram.count;
}

function evidenceFor(s: Slow, control: SingleUserReading, trivial: string) {
  const stages = [s.single.stage];
  const against =
    s.others === null ? '' : `; the plan's other endpoints take ${milliseconds(s.others)} (median)`;
  return [
    evidenceOf(
      `${s.name} takes ${milliseconds(s.mean.value)}${within(s.mean, milliseconds)} for a single user, ${trivial} ${milliseconds(control.mean?.value ?? 0)}${against}.`,
      `${s.name}: mean for one user (ms)`,
      s.mean,
      stages,
    ),
    ...(s.how === 'mode' && s.slowMode !== null
      ? [
          evidenceOf(
            `${share(s.slowMode.share)} of its requests took ${milliseconds(s.slowMode.fromMs)} and more, far from the others (median ${milliseconds(s.single.p50?.value ?? 0)}).`,
            `${s.name}: share of the slow mode`,
            s.slowMode.share,
            stages,
          ),
        ]
      : []),
    ...(s.growth === null
      ? []
      : [
          evidenceOf(
            `Load made no difference: its median changed by ${change(s.growth.ratio.value - 1)}${within(s.growth.ratio, (v) => number(v, 2))} up to ${stageName(s.growth.stage)}, to ${times(s.growth.ratio.value)}.`,
            `${s.name}: median at the highest load over that at the lowest`,
            s.growth.ratio,
            [s.growth.stage.stage],
          ),
        ]),
  ];
}

function namesOf(accusation: Accusation | null): readonly string[] {
  return accusation?.kind === 'found' ? accusation.finding.endpoints : [];
}
