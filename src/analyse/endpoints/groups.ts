import { mergeSnapshots } from '../../record/histogram.ts';
import type { Run } from '../../record/run.ts';
import type { EndpointAnalysis, Group, Times } from '../analysis.ts';
import { timesOf } from '../measure/measure.ts';
import type { Measurement, StageMeasurement } from '../measure/measurement.ts';

/** The endpoints by resource, in the order in which the plan first names each. */
export function analyseGroups(
  run: Run,
  measurements: readonly StageMeasurement[],
  endpoints: readonly EndpointAnalysis[],
): Group[] {
  const members = new Map<string, number[]>();
  for (const [index, { group }] of run.plan.endpoints.entries()) {
    members.set(group, [...(members.get(group) ?? []), index]);
  }
  return [...members].map(([name, indexes]) => {
    const own = endpoints.filter((_, index) => indexes.includes(index));
    const changes = own.flatMap((endpoint) =>
      endpoint.degradation ? [{ endpoint: endpoint.name, change: endpoint.degradation.change.value }] : [],
    );
    return {
      name,
      endpoints: own.map((endpoint) => endpoint.name),
      degradation:
        changes.length > 0 ? changes.reduce((sum, { change }) => sum + change, 0) / changes.length : null,
      worst: changes.reduce<(typeof changes)[number] | null>(
        (worst, candidate) => (worst === null || candidate.change > worst.change ? candidate : worst),
        null,
      ),
      stages: measurements.flatMap((measurement) => {
        const measured = indexes.flatMap((index) => measurement.endpoints[index] ?? []);
        return measured.length === 0 ? [] : [stageOf(measurement, measured)];
      }),
    };
  });
}

function stageOf(
  { stage, users }: StageMeasurement,
  measured: readonly Measurement[],
): Group['stages'][number] {
  let count = 0;
  let failed = 0;
  let rate: number | null = 0;
  for (const measurement of measured) {
    count += measurement.count;
    failed += measurement.failed;
    rate = rate === null || measurement.rate === null ? null : rate + measurement.rate;
  }
  const times = timesOfAll(measured);
  return {
    stage,
    users,
    count,
    rate,
    errors: count > 0 ? failed / count : 0,
    avg: times.avg ?? null,
    p95: times.p95 ?? null,
  };
}

function timesOfAll(measured: readonly Measurement[]): Times {
  const [only] = measured;
  if (only && measured.length === 1) return only.responseTime ?? {};
  const histograms = measured.flatMap((measurement) => measurement.histogram ?? []);
  if (histograms.length === measured.length) return timesOf(mergeSnapshots(histograms)) ?? {};
  let sum = 0;
  let count = 0;
  for (const { responseTime, count: n } of measured) {
    if (responseTime?.avg === undefined) return {};
    sum += responseTime.avg * n;
    count += n;
  }
  return count > 0 ? { avg: sum / count } : {};
}
