import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { measure } from '../analyse/measure/measure.ts';
import { type HistogramSnapshot, quantileUs } from '../record/histogram.ts';
import { headerOf, healthOf } from '../record/run.fixture.ts';
import { type Outcome, outcomes, type Phase, type Run, type Window } from '../record/run.ts';
import { createRunFile } from '../record/run-file.ts';
import { readRun } from '../record/run-reader.ts';
import { Recorder } from './recorder.ts';
import { SecondJoiner } from './second-joiner.ts';
import type { SecondReport } from './worker-protocol.ts';

const endpoints = 3;
/** The run's start on the clock; the rest is since then. */
const runStartMs = 5_000_000;
const steadyFromMs = 1500;
const steadyToMs = 9250;
const endMs = 11_000;

/** A request that ended. Times in ms. */
type Sample = {
  readonly endpoint: number;
  readonly outcome: Outcome;
  readonly endMs: number;
  readonly responseMs: number;
  /** Of the response time: intended to real start, then connecting, then the wait for the first byte. */
  readonly lagShare: number;
  readonly connects: boolean;
  readonly status: number;
  readonly serverClosed: boolean;
  readonly bytes: number;
  readonly worker: number;
};

function samplesOf(timeMs: fc.Arbitrary<number>, workers: number): fc.Arbitrary<Sample[]> {
  return fc.array(
    fc.record({
      endpoint: fc.nat(endpoints - 1),
      outcome: fc.oneof({ weight: 5, arbitrary: fc.constant('ok' as const) }, fc.constantFrom(...outcomes)),
      endMs: timeMs.map((ms) => ms % endMs),
      responseMs: timeMs,
      lagShare: fc.constantFrom(0, 0.125, 1),
      connects: fc.boolean(),
      status: fc.constantFrom(0, 200, 201, 404, 503),
      serverClosed: fc.boolean(),
      bytes: fc.nat(100_000),
      worker: fc.nat(workers - 1),
    }),
    { minLength: 1, maxLength: 500, size: 'max' },
  );
}

/** Where windows end, as in `worker.ts`: at whole seconds, and where a phase does. */
const cuts = [
  ...Array.from({ length: endMs / 1000 }, (_, i) => i * 1000),
  steadyFromMs,
  steadyToMs,
  endMs,
].sort((a, b) => a - b);

/** What one worker tells of its samples. */
function reportsOf(samples: readonly Sample[], worker: number): SecondReport[] {
  const recorder = new Recorder(endpoints);
  return cuts.slice(1).map((toMs, i) => {
    const fromMs = cuts[i] ?? 0;
    const second = Math.floor(fromMs / 1000);
    const phase: Phase = fromMs < steadyFromMs ? 'ramp' : fromMs < steadyToMs ? 'steady' : 'drain';
    recorder.open(runStartMs + second * 1000);
    for (const sample of samples) {
      if (sample.endMs < fromMs || sample.endMs >= toMs) continue;
      const ended = runStartMs + sample.endMs;
      const intended = ended - sample.responseMs;
      const start = intended + sample.responseMs * sample.lagShare;
      recorder.record(sample.endpoint, sample.outcome, intended, {
        failure: null,
        status: sample.status,
        startMs: start,
        connectedMs: sample.connects ? (start + ended) / 2 : 0,
        firstByteMs: sample.status > 0 ? (start + ended) / 2 : 0,
        endMs: ended,
        bytesIn: sample.bytes,
        bytesOut: sample.bytes % 700,
        serverClosed: sample.serverClosed,
        problem: '',
      });
    }
    const { windows, fine } = recorder.flush(second, phase);
    return { second, last: toMs % 1000 === 0, windows, fine, health: { ...healthOf(second, worker), phase } };
  });
}

const folder = mkdtempSync(join(tmpdir(), 'loadline-merged-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Recorded by so many workers, joined, written, and read back. `order` says whose report comes next. */
function recordedBy(samples: readonly Sample[], workers: number, order: Iterator<number>): Run {
  const file = createRunFile(join(folder, 'run.loadline'), headerOf(endpoints));
  file.startStage({ index: 0, users: 10, askedRatePerSecond: null, spawnRate: 2, startMs: 0 });
  const joiner = new SecondJoiner(0, workers, (record) => file.writeSecond(record));
  const queues = Array.from({ length: workers }, (_, worker) =>
    reportsOf(
      samples.filter((sample) => workers === 1 || sample.worker === worker),
      worker,
    ),
  );
  while (queues.some((queue) => queue.length > 0)) {
    const left = queues.filter((queue) => queue.length > 0);
    const report = left[(order.next().value ?? 0) % left.length]?.shift();
    if (report !== undefined) joiner.add(report);
  }
  joiner.end();
  file.updateStage(0, { steadyFromMs });
  file.finishStage(0, { steadyToMs, endMs, state: 'complete' });
  file.finish('complete');
  file.close();
  return readRun(file.path);
}

function recordingOf(run: Run) {
  const data = run.stages[0]?.data;
  if (data?.kind !== 'windows') throw new TypeError('the run holds no windows');
  return data;
}

/** Of a measurement what the samples decide; the generator's health is each worker's own. */
function measured(run: Run) {
  return measure(run).map(({ seconds, total, endpoints, fine }) => ({ seconds, total, endpoints, fine }));
}

/** Samples, the number of workers that they are split over, and the order in which those tell of them. */
function splits(timeMs: fc.Arbitrary<number>) {
  return fc.integer({ min: 2, max: 5 }).chain((workers) =>
    fc.record({
      workers: fc.constant(workers),
      samples: samplesOf(timeMs, workers),
      order: fc.infiniteStream(fc.nat(1000)),
    }),
  );
}

describe('what several workers recorded, joined, written and read back, is what a single one would have', () => {
  it('to the last bit, where sums of times have no rounding', () => {
    let requests = 0;
    // Eighths of a ms are whole numbers of µs, and so are their halves in eighths of lag.
    const times = fc.oneof(fc.nat(8 * 40), fc.nat(8 * 30_000)).map((eighths) => eighths / 8);
    fc.assert(
      fc.property(splits(times), ({ workers, samples, order }) => {
        const one = recordedBy(samples, 1, order);
        const several = recordedBy(samples, workers, order);
        const [data, joined] = [recordingOf(one), recordingOf(several)];
        expect(joined.windows).toEqual(data.windows);
        expect(joined.fine).toEqual(data.fine);
        expect(measured(several)).toEqual(measured(one));
        expect(data.windows.reduce((sum, { count }) => sum + count, 0)).toBe(samples.length);
        requests += samples.length;
      }),
      { numRuns: 12 },
    );
    // Not by having compared nothing with nothing.
    expect(requests).toBeGreaterThan(1000);
  });

  it('bucket by bucket and count by count, whatever the times', () => {
    const times = fc.double({ min: 0, max: 4_000_000, noNaN: true });
    fc.assert(
      fc.property(splits(times), ({ workers, samples, order }) => {
        const one = recordedBy(samples, 1, order);
        const several = recordedBy(samples, workers, order);
        const [data, joined] = [recordingOf(one), recordingOf(several)];
        expect(joined.windows.map(counted)).toEqual(data.windows.map(counted));
        // At most 500 additions in another order.
        const singleSums = data.windows.flatMap(sums);
        joined.windows.flatMap(sums).forEach((sum, i) => {
          const single = singleSums[i] ?? Number.NaN;
          expect(Math.abs(sum - single)).toBeLessThanOrEqual(500 * 2 ** -52 * single);
        });
        expect(joined.fine.map(({ responseSumUs, ...counts }) => counts)).toEqual(
          data.fine.map(({ responseSumUs, ...counts }) => counts),
        );
        // A worker tells its sums of a tenth in whole µs.
        joined.fine.forEach(({ responseSumUs }, i) => {
          responseSumUs.forEach((sum, tenth) => {
            const single = data.fine[i]?.responseSumUs[tenth] ?? Number.NaN;
            expect(Math.abs(sum - single)).toBeLessThanOrEqual((workers + 1) / 2 + 1e-9 * single);
          });
        });
        const quantiles = (run: Run) =>
          measure(run).map(({ total: { histogram } }) =>
            [0, 0.5, 0.9, 0.99, 1].map((q) => (histogram === null ? null : quantileUs(histogram, q))),
          );
        expect(quantiles(several)).toEqual(quantiles(one));
      }),
      { numRuns: 10 },
    );
  });
});

const histograms = ['response', 'service', 'firstByte', 'connect'] as const;

/** A window without its sums of times, the only figures that depend on the order of adding. */
function counted(window: Window) {
  const bare = ({ sumUs, ...rest }: HistogramSnapshot) => rest;
  return { ...window, ...Object.fromEntries(histograms.map((name) => [name, bare(window[name])])) };
}

function sums(window: Window): number[] {
  return histograms.map((name) => window[name].sumUs);
}
