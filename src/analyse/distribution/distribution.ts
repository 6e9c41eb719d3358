import { bucketLowUs, bucketWidthUs } from '../../record/histogram.ts';
import type { Run } from '../../record/run.ts';
import type { Analysis, DistributionStage } from '../analysis.ts';
import type { Measurement, StageMeasurement } from '../measure/measurement.ts';
import { count, list, loadName, milliseconds, number, share, times } from '../words.ts';
import { growthOf, heavyTail, shapeMinSamples, stalls, twoModes } from './shape.ts';

type Named = { readonly name: string; readonly index: number; readonly measurement: Measurement };

/** Minima, averages and maxima over the endpoints, stage by stage, and what the form of the times says. */
export function analyseDistribution(
  run: Run,
  measurements: readonly StageMeasurement[],
): Analysis['distribution'] {
  const usable = measurements.filter(({ validity }) => validity.state !== 'invalid');
  const base = usable[0] ?? null;
  const stages = measurements.map((measurement) => stageOf(run, measurement, base));
  return { stages, insights: overall(run, usable) };
}

function namedOf(run: Run, { endpoints }: StageMeasurement): readonly Named[] {
  return run.plan.endpoints.flatMap(({ name }, index) => {
    const measurement = endpoints[index] ?? null;
    return measurement === null ? [] : [{ name, index, measurement }];
  });
}

function stageOf(run: Run, measurement: StageMeasurement, base: StageMeasurement | null): DistributionStage {
  const named = namedOf(run, measurement);
  const usable = measurement.validity.state !== 'invalid';
  const { shape, insights } = usable
    ? shapeOf(measurement, named, base)
    : { shape: ['unknown' as const], insights: ['The measurement is not valid: its form says nothing.'] };
  return {
    stage: measurement.stage,
    users: measurement.users,
    min: range(named, 'min'),
    avg: range(named, 'avg'),
    max: range(named, 'max'),
    overall: measurement.total.responseTime,
    shape,
    insights,
    buckets: named.flatMap(({ index, measurement: { histogram } }) =>
      coarse(histogram).map((bucket) => ({ endpoint: index, ...bucket })),
    ),
  };
}

function range(
  named: readonly Named[],
  statistic: 'min' | 'avg' | 'max',
): { low: number; high: number } | null {
  const values = named.flatMap(({ measurement }) => measurement.responseTime?.[statistic] ?? []);
  if (values.length === 0) return null;
  return {
    low: values.reduce((a, b) => Math.min(a, b)),
    high: values.reduce((a, b) => Math.max(a, b)),
  };
}

function shapeOf(
  measurement: StageMeasurement,
  named: readonly Named[],
  base: StageMeasurement | null,
): Pick<DistributionStage, 'shape' | 'insights'> {
  const shape: DistributionStage['shape'] = [];
  const insights: string[] = [];
  const atBase = base !== null && base.stage === measurement.stage;
  if (base !== null && !atBase) {
    const { queueing, slower, comparable } = growths(base, named);
    if (queueing.length > 0 && queueing.length * 2 >= comparable.length) {
      shape.push('queueing');
      insights.push(queueingInsight(measurement, base, queueing, comparable, named));
    } else if (slower.length > 0 && slower.length * 2 >= comparable.length) {
      shape.push('unknown');
      insights.push(allSlowerInsight(measurement, base, slower));
    }
  }
  const modal = named.flatMap(({ name, measurement: m }) => {
    const modes = twoModes(m.histogram);
    return modes === null
      ? []
      : [
          `${name} (around ${milliseconds(modes.low)} and around ${milliseconds(modes.high)}, the slow kind ${share(Math.round(modes.share * 100) / 100)})`,
        ];
  });
  if (modal.length > 0) {
    shape.push('two-modes');
    insights.push(
      `Two kinds of answers, with little between them: ${list(modal, 3)}. An average describes neither.`,
    );
  }
  const stalled = stalls(measurement);
  if (stalled.length > 0) {
    const longest = stalled.reduce((most, { tenths }) => Math.max(most, tenths), 0);
    shape.push('stalls');
    insights.push(
      `Nothing ended on any endpoint ${count(stalled.length, 'time')} for 0.3 s or longer (at most ${number(longest / 10, 1)} s), although requests were in flight.`,
    );
  }
  // Stalls explain a heavy tail.
  if (atBase && stalled.length === 0) {
    const heavy = named.flatMap(({ name, measurement: m }) => {
      const ratio = heavyTail(m);
      return ratio === null ? [] : [`${name} (p99 is ${times(ratio)} the median)`];
    });
    if (heavy.length > 0) {
      shape.push('heavy-tail');
      insights.push(
        `A few requests are far slower than the rest at the lightest load already: ${list(heavy, 3)}. Load does not explain that.`,
      );
    }
  }
  if (shape.length > 0) return { shape, insights };
  // A summary shows a form only by comparison.
  const shown =
    named.some(({ measurement: m }) => (m.histogram?.count ?? 0) >= shapeMinSamples) ||
    (base !== null && !atBase && growths(base, named).comparable.length > 0);
  return { shape: [shown ? 'steady' : 'unknown'], insights };
}

type Growths = Readonly<Record<'queueing' | 'slower' | 'comparable', readonly Named[]>>;

function growths(base: StageMeasurement, named: readonly Named[]): Growths {
  const judged = named.map((own) => ({
    own,
    growth: growthOf(base.endpoints[own.index] ?? null, own.measurement),
  }));
  const those = (keep: (growth: (typeof judged)[number]['growth']) => boolean) =>
    judged.filter(({ growth }) => keep(growth)).map(({ own }) => own);
  return {
    queueing: those((growth) => growth === 'queueing'),
    slower: those((growth) => growth === 'all-slower'),
    comparable: those((growth) => growth !== null),
  };
}

/** Summaries of other tools count the ramp in: their minima may be from its first seconds. */
const rampCaveat =
  'These totals include the ramp, though: the fastest answers may come from its first seconds, when few users were running, and do not prove that requests still pass quickly at full load.';

function allSlowerInsight(
  measurement: StageMeasurement,
  base: StageMeasurement,
  slower: readonly Named[],
): string {
  const examples = slower.map(({ name, index, measurement: { responseTime } }) => {
    const before = base.endpoints[index]?.responseTime?.min ?? 0;
    return `${name} ${milliseconds(before)} → ${milliseconds(responseTime?.min ?? 0)}`;
  });
  return `From ${loadName(base)} to ${loadName(measurement)} even the fastest answers became slower (${list(examples, 3)}), and the averages at least threefold: every request waits, or all of the work became slower. The form of the times does not tell which.`;
}

function queueingInsight(
  measurement: StageMeasurement,
  base: StageMeasurement,
  queueing: readonly Named[],
  comparable: readonly Named[],
  all: readonly Named[],
): string {
  const which =
    queueing.length === all.length
      ? 'on every endpoint'
      : comparable.length === all.length
        ? `on ${queueing.length} of ${count(all.length, 'endpoint')}`
        : comparable.length === 1
          ? `on ${queueing[0]?.name ?? ''}, the one endpoint whose fastest answer is known of both`
          : `on ${queueing.length} of the ${comparable.length} endpoints whose fastest answers are known of both`;
  return `From ${loadName(base)} to ${loadName(measurement)} the fastest answers stayed about as fast ${which} while the averages grew at least threefold: some requests still pass quickly, the others wait. That is the mark of a queue, not of slower work.${measurement.total.histogram === null ? ` ${rampCaveat}` : ''}`;
}

function overall(run: Run, usable: readonly StageMeasurement[]): string[] {
  const insights: string[] = [];
  const minima = usable.flatMap((measurement) => {
    const own = range(namedOf(run, measurement), 'min');
    return own === null ? [] : [own];
  });
  const [first, last] = [usable[0], usable[usable.length - 1]];
  if (first === undefined || last === undefined) return ['No usable stage holds response times.'];
  if (first === last) {
    return ['One usable stage: how the response times change with the load takes two.'];
  }
  const [before, after] = [range(namedOf(run, first), 'avg'), range(namedOf(run, last), 'avg')];
  const named = namedOf(run, last);
  const { queueing, comparable } = growths(first, named);
  if (before !== null && after !== null && queueing.length > 0) {
    const low = minima.reduce((least, own) => Math.min(least, own.low), Number.POSITIVE_INFINITY);
    const high = minima.reduce((most, own) => Math.max(most, own.high), 0);
    insights.push(
      `Minimum times stay low (${span(low, high)} at all loads) while averages go from ${span(before.low, before.high)} at ${loadName(first)} to ${span(after.low, after.high)} at ${loadName(last)}: some requests still pass quickly, the others wait. That is the mark of a queue.${last.total.histogram === null ? ` ${rampCaveat}` : ''}`,
    );
    const spared = comparable.filter((candidate) => !queueing.includes(candidate));
    if (spared.length > 0) {
      insights.push(
        `${list(
          spared.map(({ name }) => name),
          4,
        )} ${spared.length === 1 ? 'does' : 'do'} not show that pattern: not all requests wait in the same queue.`,
      );
    }
  } else if (before !== null && after !== null && comparable.length > 0) {
    insights.push(
      `Averages go from ${span(before.low, before.high)} at ${loadName(first)} to ${span(after.low, after.high)} at ${loadName(last)}; no endpoint shows fastest answers unchanged beside an average at least three times as long.`,
    );
  }
  if (usable.every(({ total }) => total.histogram === null)) {
    insights.push('The results hold no distribution: tails, two modes and stalls cannot be seen in them.');
  }
  return insights;
}

function span(low: number, high: number): string {
  const [from, to] = [milliseconds(low), milliseconds(high)];
  return from === to ? from : `${from.replace(/ ms$/, '')}–${to}`;
}

/** Quarter octaves: at most 128 bars for all that can be recorded, about 30 for what usually is. */
function coarse(histogram: Measurement['histogram']): { from: number; to: number; count: number }[] {
  if (histogram === null) return [];
  const bars = new Map<number, number>();
  for (let i = 0; i < histogram.buckets.length; i += 1) {
    const bucket = histogram.buckets[i] ?? 0;
    const us = Math.max(1, bucketLowUs(bucket) + bucketWidthUs(bucket) / 2);
    const bar = Math.floor(Math.log2(us) * 4);
    bars.set(bar, (bars.get(bar) ?? 0) + (histogram.counts[i] ?? 0));
  }
  return [...bars]
    .toSorted(([a], [b]) => a - b)
    .map(([bar, n]) => ({ from: 2 ** (bar / 4) / 1000, to: 2 ** ((bar + 1) / 4) / 1000, count: n }));
}
