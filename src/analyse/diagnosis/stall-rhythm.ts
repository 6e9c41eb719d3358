import { median } from './contrast.ts';
import type { StageStalls } from './stalls.ts';

/** What the stalls of all stages together keep time with. */
export type StallRhythm =
  /** One step after the other, through all stages: the period, ms. */
  | { readonly kind: 'clock'; readonly periodMs: number; readonly of: number }
  /** The same number of answers between any two neighbours, whatever the load. */
  | { readonly kind: 'requests'; readonly requests: number; readonly of: number };

const fewestStalls = 6;
const fewestSteps = 5;
const mostOf = 0.8;
const sameStep = 0.2;
/** A stall lies so near to its step of the clock: part of the period; tenths of a second are no finer. */
const near = { part: 0.1, ms: 110 };
const shortestMs = 500;
/** Some stalls are too short to be seen in tenths of a second. */
const seenOneIn = [1, 2, 3] as const;

/** Null: they come at any time. */
export function stallRhythmOf(stages: readonly StageStalls[]): StallRhythm | null {
  const byRequests = requestRhythm(stages);
  const byClock = clockRhythm(stages);
  if (byRequests === null || byClock === null) return byRequests ?? byClock;
  // Where all stages bring about as much, both are the same.
  return rateSpread(stages) >= 1.5 ? byRequests : byClock;
}

function requestRhythm(stages: readonly StageStalls[]): StallRhythm | null {
  const steps = stages.flatMap(({ stage, stalls }) =>
    stalls.slice(1).map((s, i) => ((s.fromMs - (stalls[i]?.fromMs ?? 0)) / 1000) * (stage.total.rate ?? 0)),
  );
  const typical = median(steps);
  if (typical === null || steps.length < fewestSteps || rateSpread(stages) < 1.5) return null;
  const same = steps.filter((n) => Math.abs(n / typical - 1) <= sameStep).length;
  return same >= mostOf * steps.length ? { kind: 'requests', requests: typical, of: steps.length } : null;
}

function clockRhythm(stages: readonly StageStalls[]): StallRhythm | null {
  const times = stages.flatMap(({ stalls }) => stalls.map((s) => s.fromMs)).toSorted((a, b) => a - b);
  const steps = stages.flatMap(({ stalls }) =>
    stalls.slice(1).map((s, i) => s.fromMs - (stalls[i]?.fromMs ?? 0)),
  );
  if (times.length < fewestStalls || steps.length < 3) return null;
  const shortest = Math.min(...steps);
  for (const part of seenOneIn) {
    const periodMs = fitted(times, shortest / part);
    if (periodMs !== null) return { kind: 'clock', periodMs, of: times.length };
  }
  return null;
}

/** Counts the steps from stall to stall by the period as known so far, fits it again, and looks how near all lie. */
function fitted(times: readonly number[], start: number): number | null {
  let [period, index] = [start, 0];
  const [first = 0] = times;
  const indices = [0];
  for (const [i, time] of times.entries()) {
    if (i === 0) continue;
    index += Math.max(1, Math.round((time - (times[i - 1] ?? 0)) / period));
    indices.push(index);
    period = (time - first) / index;
  }
  if (period < shortestMs || Math.abs(period / start - 1) > sameStep) return null;
  const allowed = Math.max(near.ms, near.part * period);
  const offset = median(times.map((time, i) => time - (indices[i] ?? 0) * period)) ?? first;
  const close = times.filter((time, i) => Math.abs(time - offset - (indices[i] ?? 0) * period) <= allowed);
  return close.length >= mostOf * times.length ? period : null;
}

function rateSpread(stages: readonly StageStalls[]): number {
  const rates = stages.flatMap(({ stage, stalls }) => (stalls.length >= 2 ? (stage.total.rate ?? []) : []));
  return rates.length === 0 ? 1 : Math.max(...rates) / Math.max(0.001, Math.min(...rates));
}
