import { scoutingOf } from '../../record/scouting.ts';
import type { Interval } from '../analysis.ts';
import { z95 } from '../measure/interval.ts';
import { meanTime } from './probe-interval.ts';
import type { SizesReading } from './probe-readings.ts';
import { regress } from './regression.ts';
import { type Probing, stagesOf } from './trial-stage.ts';

type Point = SizesReading['points'][number];

/** Rows and bytes that grow together beyond this cannot be told apart: then a row's cost includes its bytes. */
const mostAlike = 0.98;
const leastPoints = 3;

/** P6: R = α + β·rows + γ·bytes, by weighted least squares over the sizes that were asked for. */
export function readSizes(probing: Probing): readonly SizesReading[] {
  const { endpoints } = probing.run.plan;
  const scouting = scoutingOf(probing.run);
  const all = stagesOf(probing, 'sizes');
  const stages = all.filter(({ unusable }) => unusable === null);
  const asked = new Map<string, { endpoint: number; parameter: string; indices: number[] }>();
  for (const [index, { probe }] of endpoints.entries()) {
    if (probe?.kind !== 'size') continue;
    if (!all.some(({ measurement }) => (measurement.endpoints[index]?.count ?? 0) > 0)) continue;
    const { of, parameter } = probe;
    const one = asked.get(`${of} ${parameter}`) ?? { endpoint: of, parameter, indices: [] };
    one.indices.push(index);
    asked.set(`${of} ${parameter}`, one);
  }
  return [...asked.values()].map(({ endpoint, parameter, indices }) => {
    const lengths = scouting.get(endpoint)?.sizeLengths ?? {};
    const points = indices.flatMap((index): Point[] => {
      const probe = endpoints[index]?.probe;
      const own = stages.flatMap(({ measurement }) => measurement.endpoints[index] ?? []);
      const mean = meanTime(own);
      const bytes = own.find((one) => one.bytes !== null)?.bytes;
      if (probe?.kind !== 'size' || mean === null || bytes == null) return [];
      return [{ rows: lengths[String(probe.size)] ?? probe.size, bytes, mean }];
    });
    const sorted = points.toSorted((a, b) => a.rows - b.rows);
    const reason = all.find(({ unusable }) => unusable !== null)?.unusable ?? null;
    return { endpoint, parameter, points: sorted, ...costsOf(sorted, reason) };
  });
}

type Costs = Pick<SizesReading, 'perRow' | 'perByteUs' | 'fixed' | 'because'>;

export function costsOf(points: readonly Point[], reason: string | null): Costs {
  const none = { perRow: null, perByteUs: null, fixed: null };
  if (new Set(points.map(({ rows }) => rows)).size < leastPoints)
    return { ...none, because: reason ?? `fewer than ${leastPoints} sizes were answered often enough` };
  const rows = points.map((point) => point.rows);
  const bytes = points.map((point) => point.bytes);
  const samples = points.map(({ mean }) => ({ value: mean.value, error: errorOf(mean) }));
  const alike = Math.abs(correlation(rows, bytes)) > mostAlike || points.length < leastPoints + 1;
  const fit = regress(samples, alike ? [rows] : [rows, bytes]);
  if (fit === null) return { ...none, because: 'the sizes do not tell rows and bytes apart' };
  const [fixed, perRow, perByte] = fit;
  return {
    fixed: fixed ?? null,
    perRow: perRow ?? null,
    perByteUs: perByte === undefined ? null : inUs(perByte),
    because: alike ? 'rows and bytes grow together: the cost of a row includes that of its bytes' : null,
  };
}

function errorOf({ value, low, high }: Interval): number {
  const half = low === null || high === null ? value / 4 : (high - low) / 2;
  // No mean is known better than to 1 %: a server is not that even.
  return Math.max(half / z95, 0.01 * value, 1e-6);
}

const inUs = ({ value, low, high }: Interval): Interval => ({
  value: value * 1000,
  low: low === null ? null : low * 1000,
  high: high === null ? null : high * 1000,
});

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const [i, value] of a.entries()) {
    const [da, db] = [value - ma, (b[i] ?? 0) - mb];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 1;
}
