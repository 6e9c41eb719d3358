import { quantileUs } from '../../record/histogram.ts';
import type { Interval } from '../analysis.ts';
import { judge, promisesOf } from '../endpoints/promise.ts';
import type { Measurement } from '../measure/measurement.ts';
import { targetErrors } from '../measure/target-errors.ts';
import {
  capital,
  change,
  count,
  list,
  loadName,
  milliseconds,
  rate,
  share,
  stageName,
  times,
} from '../words.ts';
import { ratioOf } from './contrast.ts';
import { type Facts, loadOf } from './facts.ts';
import { roundTripMs } from './processor-signs.ts';

/** Whether the tested range shows no trouble at all; the statement says why, or why not. */
export type Health = { readonly healthy: boolean; readonly statement: string };

/** An average that grew by less than this from the lowest to the highest load is no sign of a limit. */
const mostSlowdown = 1.5;
/** … and whose interval begins below this may not have grown at all. */
const surely = 1.3;
/** A delayed acknowledgement comes after 40 ms (Linux); four fifths of the answers lie so close to that. */
const delayed = { fromMs: 38, toMs: 50, wayMs: 5 } as const;
/** Users that bring this share of an asked rate have brought it. */
const followed = 0.98;

export function healthOf(facts: Facts): Health {
  const { sound, measurements, failures } = facts;
  const first = sound[0];
  const last = sound.at(-1);
  if (first === undefined || last === undefined) return { healthy: false, statement: 'No stage is valid.' };
  // A load that was disturbed, and measured again undisturbed, is known.
  const others = measurements.filter((m) => !sound.some((s) => s === m || loadOf(s) === loadOf(m)));
  if (others.length > 0) {
    return {
      healthy: false,
      statement: `No cause was found. ${capital(list(others.map(stageName)))} ${others.length === 1 ? 'is' : 'are'} not valid, so the tested range cannot be called healthy.`,
    };
  }
  const failing = failures.stages.filter((s) => targetErrors(s.stage.total).share > failures.limit);
  if (failing.length > 0) {
    return {
      healthy: false,
      statement: `No cause was found. Requests failed in ${list(failing.map((s) => `${stageName(s.stage)}: ${share(targetErrors(s.stage.total).share)}`))}, and nothing shows that load is the reason.`,
    };
  }
  const missed = missedSlas(facts);
  if (missed > 0) {
    return {
      healthy: false,
      statement: `No cause was found, although ${count(missed, 'SLA check')} of this run ${missed === 1 ? 'was' : 'were'} missed.`,
    };
  }
  if (loadOf(first) === loadOf(last)) {
    return {
      healthy: false,
      statement: `No cause was found at ${loadName(last)}. One load shows no dependence on load: run at least two more stages.`,
    };
  }
  const missing = plannedBeyond(facts);
  if (missing !== null) {
    return {
      healthy: false,
      statement: `No cause was found up to ${loadName(last)}, and the plan's highest load, ${missing}, was not reached: what it does there is not known.`,
    };
  }
  const waiting = delayedAnswersOf(facts);
  if (waiting !== null) return { healthy: false, statement: waiting };
  const slowest = slowestGrowth(facts);
  const range = `between ${list([loadName(first), loadName(last)])}`;
  if (slowest?.sure && slowest.ratio >= mostSlowdown) {
    return {
      healthy: false,
      statement: `No cause was found. Response times grew by up to ${times(slowest.ratio)} (${slowest.name}) ${range}, without a limit of the throughput: the cause lies beyond what this ladder shows.`,
    };
  }
  const growth =
    slowest === null
      ? ''
      : `, and no endpoint's median grew by more than ${change(Math.max(0, slowest.ratio - 1))}`;
  return {
    healthy: true,
    statement: `No sign of a fault ${range}: failures stayed within ${share(failures.limit)}${growth}.`,
  };
}

/** Null: what has nothing to do does not wait for a delayed acknowledgement, or it is not known. */
function delayedAnswersOf(facts: Facts): string | null {
  // A path that is not there: HEAD has no body that could wait.
  const control = facts.readings.single.find(({ endpoint }) => {
    const probe = facts.endpoints[endpoint]?.probe;
    return probe?.kind === 'control' && probe.of === null;
  });
  if (control === undefined) return null;
  const times = facts.all[control.stage - 1]?.endpoints[control.endpoint]?.histogram ?? null;
  const wayMs = roundTripMs(facts.whole);
  if (times === null || wayMs === 0 || wayMs > delayed.wayMs) return null;
  const [quick, slow] = [0.1, 0.9].map((q) => (quantileUs(times, q) ?? 0) / 1000);
  if (quick === undefined || slow === undefined || quick < delayed.fromMs || slow > delayed.toMs) return null;
  const name = facts.endpoints[control.endpoint]?.name ?? '';
  return `No cause of the table was found, and yet something makes every answer slow: even ${name}, which has nothing to do, takes ${milliseconds(quick)} to ${milliseconds(slow)} for a single user, though the way there and back takes ${milliseconds(wayMs)}. So it looks where small packets wait for each other (Nagle's algorithm and delayed acknowledgements): set TCP_NODELAY in the server, or send head and body in one piece.`;
}

/** The plan's highest load, if no valid stage reached it; arrivals count whatever sent them. Null: it was, or none is named. */
function plannedBeyond({ run, sound }: Facts): string | null {
  const { load } = run.plan;
  if (load.kind === 'closed') {
    const users = Math.max(0, ...load.stages.map((stage) => stage.users));
    return sound.some((stage) => (stage.users ?? 0) >= users) ? null : count(users, 'user');
  }
  const asked = Math.max(0, ...load.stages.map((stage) => stage.ratePerSecond));
  return sound.some((stage) => Math.max(stage.askedRate ?? 0, (stage.total.rate ?? 0) / followed) >= asked)
    ? null
    : rate(asked);
}

/** Medians of the endpoints, highest load over lowest; those with few requests are left out. */
function slowestGrowth({ sound, run }: Facts): { name: string; ratio: number; sure: boolean } | null {
  const [first, last] = [sound[0], sound.at(-1)];
  if (first === undefined || last === undefined) return null;
  const rows = run.plan.endpoints.flatMap(({ name }, i) => {
    const [a, b] = [first.endpoints[i], last.endpoints[i]];
    const [from, to] = [medianOf(a ?? null), medianOf(b ?? null)];
    const ratio = from === null || to === null ? null : ratioOf(from, to);
    return ratio === null ? [] : [{ name, ratio: ratio.value, sure: (ratio.low ?? ratio.value) >= surely }];
  });
  const slow = rows.filter((r) => r.sure);
  return (slow.length > 0 ? slow : rows).reduce<(typeof rows)[number] | null>(
    (worst, r) => (worst === null || r.ratio > worst.ratio ? r : worst),
    null,
  );
}

function medianOf(m: Measurement | null): Interval | null {
  const p50 = m?.responseTime?.p50;
  if (m === null || m.count < 20 || p50 === undefined || p50 <= 0) return null;
  return m.intervals.p50 ?? { value: p50, low: null, high: null };
}

function missedSlas({ sound, run }: Facts): number {
  return promisesOf(run.plan).reduce(
    (missed, promise) => missed + sound.filter((stage) => judge(stage, promise).state === 'missed').length,
    0,
  );
}
