import {
  type FineCounts,
  type HealthSample,
  isUnsent,
  type RunStage,
  type StageData,
  type Window,
} from '../../record/run.ts';
import type { FinePoint } from './measurement.ts';
import { warmUpLength } from './warm-up.ts';

/** What of a recorded stage is analysed: ramp, warm-up and drain are left out. */
export type SteadyPart = {
  /** First second, since the run's start; the part is the `seconds` that follow. */
  readonly from: number;
  readonly seconds: number;
  /** `false`: the stage is too short for a whole second; `seconds` is a fraction then. */
  readonly whole: boolean;
  readonly warmUpSeconds: number;
  /** What was sent. */
  readonly windows: readonly Window[];
  /** Open model: what was due in the part and not sent; the generator's affair, not the target's. */
  readonly unsent: readonly Window[];
  readonly fine: readonly FinePoint[];
  readonly health: readonly HealthSample[];
};

type Recorded = Extract<StageData, { kind: 'windows' }>;

/** The whole seconds in which everything was steady, after the warm-up; null: there is no steady part. */
export function steadyPart(stage: RunStage, data: Recorded, endpoints: number): SteadyPart | null {
  let from = Math.ceil(stage.steadyFromMs / 1000);
  let to = Math.floor(stage.steadyToMs / 1000);
  let lastSecond = -1;
  for (const { second, phase } of data.windows) {
    // Workers' clocks differ by a little: a second in which one still ramped is no steady second.
    if (phase === 'ramp') from = Math.max(from, second + 1);
    if (phase === 'drain') to = Math.min(to, second);
    lastSecond = Math.max(lastSecond, second);
  }
  for (const { second } of data.health) lastSecond = Math.max(lastSecond, second);
  // A file that was cut off ends before its stage does.
  to = Math.min(to, lastSecond + 1);
  if (to <= from) return fraction(stage, data);
  const settled = from + warmUp(data.fine, from, to);
  const inside = ({ second }: { readonly second: number }) => second >= settled && second < to;
  return {
    from: settled,
    seconds: to - settled,
    whole: true,
    warmUpSeconds: settled - from,
    ...sentAndNot(data.windows.filter((window) => window.phase === 'steady' && inside(window))),
    fine: finePoints(data.fine, settled, to, endpoints),
    health: data.health.filter(inside),
  };
}

function fraction(stage: RunStage, data: Recorded): SteadyPart | null {
  const windows = data.windows.filter((window) => window.phase === 'steady');
  const seconds = (stage.steadyToMs - stage.steadyFromMs) / 1000;
  if (windows.length === 0 || seconds <= 0) return null;
  const from = Math.floor(stage.steadyFromMs / 1000);
  return { from, seconds, whole: false, warmUpSeconds: 0, ...sentAndNot(windows), fine: [], health: [] };
}

function sentAndNot(windows: readonly Window[]): Pick<SteadyPart, 'windows' | 'unsent'> {
  return {
    windows: windows.filter(({ outcome }) => !isUnsent(outcome)),
    unsent: windows.filter(({ outcome }) => isUnsent(outcome)),
  };
}

/**
 * Seconds of warm-up, by MSER-5 of throughput and of response time. The run file holds tenths of seconds, so the bins
 * are 200 ms (docs/decisions/0002-warm-up-on-200-ms-bins.md), and five of them are one second.
 */
function warmUp(fine: readonly FineCounts[], from: number, to: number): number {
  const bins = (to - from) * 5;
  const counts = new Float64Array(bins);
  const sums = new Float64Array(bins);
  for (const { second, completed, responseSumUs } of fine) {
    if (second < from || second >= to) continue;
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const bin = (second - from) * 5 + (tenth >> 1);
      counts[bin] = (counts[bin] ?? 0) + (completed[tenth] ?? 0);
      sums[bin] = (sums[bin] ?? 0) + (responseSumUs[tenth] ?? 0);
    }
  }
  const throughput: number[] = [];
  const responseTime: number[] = [];
  for (let at = 0; at < bins; at += 5) {
    let count = 0;
    let means = 0;
    let filled = 0;
    for (let bin = at; bin < at + 5; bin += 1) {
      const inBin = counts[bin] ?? 0;
      count += inBin;
      if (inBin > 0) {
        means += (sums[bin] ?? 0) / inBin;
        filled += 1;
      }
    }
    throughput.push(count);
    responseTime.push(filled > 0 ? means / filled : (responseTime[responseTime.length - 1] ?? 0));
  }
  return Math.max(warmUpLength(throughput), warmUpLength(responseTime));
}

function finePoints(
  fine: readonly FineCounts[],
  from: number,
  to: number,
  endpoints: number,
): readonly FinePoint[] {
  if (fine.length === 0) return [];
  const zeros = () => new Array<number>(endpoints).fill(0);
  const points = Array.from({ length: (to - from) * 10 }, (_, i) => ({
    tenth: from * 10 + i,
    completed: zeros(),
    failed: zeros(),
    responseSumUs: zeros(),
  }));
  for (const counts of fine) {
    if (counts.endpoint < 0 || counts.endpoint >= endpoints) continue;
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const point = points[(counts.second - from) * 10 + tenth];
      if (!point) continue;
      const at = counts.endpoint;
      point.completed[at] = (point.completed[at] ?? 0) + (counts.completed[tenth] ?? 0);
      point.failed[at] = (point.failed[at] ?? 0) + (counts.failed[tenth] ?? 0);
      point.responseSumUs[at] = (point.responseSumUs[at] ?? 0) + (counts.responseSumUs[tenth] ?? 0);
    }
  }
  return points;
}
