import type { Interval } from '../../analysis.ts';
import type { Measurement, StageMeasurement } from '../../measure/measurement.ts';
import { targetErrors } from '../../measure/target-errors.ts';
import { list, milliseconds, stageName, times, within } from '../../words.ts';
import { averageOf, median, ratioOf } from '../contrast.ts';
import type { Facts } from '../facts.ts';
import { type Accusation, evidenceOf, type Rule } from '../rule.ts';
import { isWrite } from '../writes.ts';

/** Writes take at least three times as long as reads with one user, when nothing can queue. */
export const slowWrites: Rule = { causes: ['slow-writes'], accuse };

const leastRatio = 3;
const fewestRequests = 20;
/** A write that costs a few ms more than a read is a write, not a fault; one that takes many times as long may be one. */
const leastMore = [
  { ratio: leastRatio, ms: 5 },
  { ratio: 6, ms: 2 },
] as const;

function accuse(facts: Facts): Accusation | null {
  if (!facts.recorded) return null;
  const alone = facts.sound.find((s) => s.users === 1);
  const byProbe = timesByProbe(facts);
  const all = byProbe.some((e) => e.writes) || alone === undefined ? byProbe : timesIn(alone, facts);
  const stage = facts.all[(all[0]?.stage ?? 0) - 1];
  if (stage === undefined) return null;
  const reads = all.filter((e) => !e.writes);
  const readMs = median(reads.map((e) => e.avg.value));
  if (readMs === null || reads.length === 0) return null;
  const read: Interval = {
    value: readMs,
    low: median(reads.map((e) => e.avg.low ?? e.avg.value)),
    high: median(reads.map((e) => e.avg.high ?? e.avg.value)),
  };
  const slow = all.flatMap((e) => {
    const ratio = e.writes ? ratioOf(read, e.avg) : null;
    if (ratio?.low == null) return [];
    const [surely, moreMs] = [ratio.low, e.avg.value - readMs];
    const isSlow = leastMore.some((least) => surely >= least.ratio && moreMs >= least.ms);
    return isSlow ? [{ ...e, ratio }] : [];
  });
  const writes = all.filter((e) => e.writes);
  if (slow.length === 0 || slow.length < writes.length / 2) return null;
  return {
    kind: 'found',
    finding: {
      cause: 'slow-writes',
      title: `Writes take ${times(median(slow.map((e) => e.ratio.value)) ?? leastRatio)} as long as reads, without any queue`,
      endpoints: slow.map((e) => e.name),
      confidence: slow.length === writes.length ? 'high' : 'medium',
      estimates: Object.fromEntries(slow.map((e) => [`${e.name}: times a read`, e.ratio])),
      evidence: slow.map((e) =>
        evidenceOf(
          `${e.name} took ${milliseconds(e.avg.value)} on average, the median of the reads ${milliseconds(readMs)}: ${times(e.ratio.value)}${within(e.ratio, times)}, in ${stageName(stage)}.`,
          'write time over read time',
          e.ratio,
          [e.stage],
        ),
      ),
      excluded: [
        { cause: 'connection-pool', because: 'With one user no request waits for another one.' },
        { cause: 'lock-contention', because: 'With one user no request waits for another one.' },
      ],
      disproof: 'With one user, the write and a read of the same row take about the same time.',
      remedy: `Look at what ${list(
        slow.map((e) => e.name),
        3,
      )} waits for: synchronous commits, indexes, triggers, calls to others. Batch writes, or take that work out of the request.`,
    },
  };
}

type Timed = {
  readonly name: string;
  readonly writes: boolean;
  readonly avg: Interval;
  readonly stage: number;
};

function timesIn(alone: StageMeasurement, { run }: Facts): readonly Timed[] {
  return run.plan.endpoints.flatMap(({ name, method }, i) => {
    const m = alone.endpoints[i];
    const avg = m && enough(m) ? averageOf(m) : null;
    return avg === null ? [] : [{ name, writes: isWrite(method), avg, stage: alone.stage }];
  });
}

function timesByProbe({ readings, endpoints }: Facts): readonly Timed[] {
  return readings.single.flatMap(({ endpoint, mean, count, stage }) => {
    const { name, method, probe } = endpoints[endpoint] ?? {};
    if (name === undefined || method === undefined || probe !== undefined || mean === null) return [];
    return count < fewestRequests ? [] : [{ name, writes: isWrite(method), avg: mean, stage }];
  });
}

function enough(m: Measurement): boolean {
  return m.count - m.failed >= fewestRequests && targetErrors(m).share < 0.05;
}
