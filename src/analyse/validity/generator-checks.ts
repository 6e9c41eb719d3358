import { mergeSnapshots, quantileUs } from '../../record/histogram.ts';
import type { HealthSample, Window } from '../../record/run.ts';
import { trialsOf } from '../../record/trial.ts';
import type { Times } from '../analysis.ts';
import type { SteadyPart } from '../measure/steady-part.ts';
import { count, milliseconds, number, rate, share } from '../words.ts';
import { type JudgedCheck, notChecked, passOrFail } from './check.ts';
import { meanUsers } from './laws.ts';
import type { Observed } from './validity.ts';
import {
  achievedRateLimit,
  ceilingShareLimit,
  cpuLimit,
  idleLoopDelayLimitMs,
  idleLoopUtilization,
  loopDelayLimitMs,
  loopDelayShareOfP50,
  loopUtilizationLimit,
  meanSendLagFloorMs,
  meanSendLagShare,
  sendLagFloorMs,
  sendLagShareOfP50,
  unsentLimit,
  usersLimit,
} from './validity-limits.ts';

/** Was the load generator itself the limit? A stage in which it was is a lower bound of what the target carries. */
export function generatorChecks(observed: Observed, part: SteadyPart): readonly JudgedCheck[] {
  const p50 = observed.total.responseTime?.p50 ?? null;
  if (part.health.length === 0) {
    return [
      notChecked('generator', 'Load generator', 'The stage is too short for a whole second of its health.'),
    ];
  }
  const lag = sendLag(part.health, observed.total.responseTime);
  const open = observed.stage.users === null;
  return [
    loadReached(observed, part),
    loopDelay(part.health, p50, lag, open),
    loopUtilization(part.health),
    cpu(part.health),
    lag,
    ceiling(observed),
    sockets(observed),
    ...(open ? [sentWhenDue(part)] : []),
  ];
}

function loadReached({ stage, run }: Observed, part: SteadyPart): JudgedCheck {
  if (stage.users !== null) {
    const users = meanUsers(part) ?? 0;
    const reached = stage.users > 0 ? users / stage.users : 1;
    return passOrFail(reached >= usersLimit, 'lower-bound', {
      check: 'users-reached',
      title: 'Users reached',
      value: reached,
      threshold: usersLimit,
      unit: 'share',
      statement: `${number(users, 1).replace(/\.0$/, '')} of ${count(stage.users, 'user')} were alive on average (${share(reached)}; at least ${share(usersLimit)} are wanted).`,
    });
  }
  const asked = stage.askedRatePerSecond ?? 0;
  const started = part.health.reduce((sum, sample) => sum + sample.started, 0) / part.seconds;
  const achieved = asked > 0 ? started / asked : 1;
  // The number of Poisson arrivals in T seconds has the relative standard deviation 1/√(rate·T).
  const poisson =
    trialsOf(run).has(stage.index) || (run.plan.load.kind === 'open' && run.plan.load.arrivals === 'poisson');
  const allowance = poisson && asked > 0 ? 3 / Math.sqrt(asked * part.seconds) : 0;
  return passOrFail(achieved >= achievedRateLimit - allowance, 'lower-bound', {
    check: 'achieved-rate',
    title: 'Achieved rate',
    value: achieved,
    threshold: Math.max(0, achievedRateLimit - allowance),
    unit: 'share',
    statement: `${rate(started)} were started of ${rate(asked)} asked (${share(achieved)}; at least ${share(Math.max(0, achievedRateLimit - allowance))} are wanted).`,
  });
}

/**
 * A worker's p99 over the stage is taken as the 90th percentile of its seconds' p99 (each about the worst of a hundred
 * ticks): a loop that is late in every fifth second is late. The worst worker counts.
 */
function loopDelay(
  health: readonly HealthSample[],
  p50: number | null,
  lag: JudgedCheck,
  open: boolean,
): JudgedCheck {
  const value = worstWorker(health, (samples) =>
    highPercentile(samples.map((sample) => sample.loopDelayP99Ms)),
  );
  const limit = Math.max(loopDelayLimitMs, loopDelayShareOfP50 * (p50 ?? 0));
  // Where users think, or requests arrive at a rate, a request starts by the clock as the delay's reading does: its mean
  // lag tells what the delay did.
  const harmless = lag.check.outcome === 'pass' && (open || health.some((sample) => sample.thinkSumMs > 0));
  // An idle loop that is late now and then was interrupted by the machine's other work: some answers were read late, but
  // the generator could have sent more.
  const idle =
    value < idleLoopDelayLimitMs &&
    worstWorker(health, (samples) => mean(samples.map((sample) => sample.loopUtilization))) <
      idleLoopUtilization;
  const wanted = `less than ${milliseconds(limit)} is wanted${limit > loopDelayLimitMs ? ` (${share(loopDelayShareOfP50)} of the median response time)` : ''}`;
  return passOrFail(value < limit || harmless || idle, 'lower-bound', {
    check: 'generator-loop-delay',
    title: 'Event-loop delay',
    value,
    threshold: limit,
    unit: 'ms',
    statement: `The generator's event loop was late by ${milliseconds(value)} (p99 of a second; nine seconds in ten were better), ${wanted}${value < limit ? '' : harmless ? '; requests were hardly late all the same, see the send lag' : idle ? '; the loop was idle more than half of the time, so other work on the machine held it up: the slowest answers may be longer by as much' : ''}.`,
  });
}

function loopUtilization(health: readonly HealthSample[]): JudgedCheck {
  const value = worstWorker(health, (samples) => mean(samples.map((sample) => sample.loopUtilization)));
  return passOrFail(value < loopUtilizationLimit, 'lower-bound', {
    check: 'generator-loop-utilization',
    title: 'Event-loop utilisation',
    value,
    threshold: loopUtilizationLimit,
    unit: 'share',
    statement: `The generator's busiest event loop was in use for ${share(value)} of the time, less than ${share(loopUtilizationLimit)} is wanted.`,
  });
}

function cpu(health: readonly HealthSample[]): JudgedCheck {
  const value = worstWorker(health, (samples) => mean(samples.map((sample) => sample.cpuCores)));
  return passOrFail(value < cpuLimit, 'lower-bound', {
    check: 'generator-cpu',
    title: 'Generator CPU',
    value,
    threshold: cpuLimit,
    unit: 'cores',
    statement: `The generator's busiest worker used ${number(value, 2)} of its one core, less than ${number(cpuLimit, 2)} is wanted.`,
  });
}

function sendLag(health: readonly HealthSample[], times: Times | null): JudgedCheck {
  const lag = mergeSnapshots(health.map((sample) => sample.sendLag));
  const p99 = (quantileUs(lag, 0.99) ?? 0) / 1000;
  if (lag.count === 0) {
    return notChecked('send-lag', 'Send lag', 'The delay from intended to real start was not recorded.');
  }
  const mean = lag.sumUs / lag.count / 1000;
  const p99Limit = Math.max(sendLagFloorMs, sendLagShareOfP50 * (times?.p50 ?? 0));
  const meanLimit = Math.max(meanSendLagFloorMs, meanSendLagShare * (times?.avg ?? 0));
  return passOrFail(p99 < p99Limit || mean < meanLimit, 'lower-bound', {
    check: 'send-lag',
    title: 'Send lag',
    value: mean,
    threshold: meanLimit,
    unit: 'ms',
    statement: `Requests started ${milliseconds(mean)} later than intended on average, 99 % of them at most ${milliseconds(p99)}; wanted is a mean below ${milliseconds(meanLimit)} or a p99 below ${milliseconds(p99Limit)}.`,
  });
}

/** Against the most that this machine's generator carried when the target cost nothing (`loadline calibrate`). */
function ceiling({ run, total }: Observed): JudgedCheck {
  const [id, title] = ['generator-ceiling', "Generator's ceiling"];
  const most = run.environment.generatorCeilingPerSecond ?? null;
  if (most === null || most <= 0 || total.rate === null) {
    return notChecked(
      id,
      title,
      'What the generator of this machine carries at most is not known: run loadline calibrate once, in the same folder and with the same number of workers.',
    );
  }
  const value = total.rate / most;
  return passOrFail(value <= ceilingShareLimit, 'lower-bound', {
    check: id,
    title,
    value,
    threshold: ceilingShareLimit,
    unit: 'share',
    statement: `${rate(total.rate)} were measured, ${share(value)} of the ${rate(most)} that this machine's generator carried against a null server; at most ${share(ceilingShareLimit)} is wanted.`,
  });
}

function sockets({ total }: Observed): JudgedCheck {
  const unsent = total.failures
    .filter((failure) => failure.kind === 'unreachable')
    .reduce((sum, failure) => sum + failure.count, 0);
  const value = total.count > 0 ? unsent / total.count : 0;
  return passOrFail(value <= unsentLimit, 'lower-bound', {
    check: 'sockets',
    title: 'Sockets',
    value,
    threshold: unsentLimit,
    unit: 'share',
    statement:
      unsent === 0
        ? 'Every request found a free port, a name and a route.'
        : `${count(unsent, 'request')} (${share(value)}) could not be sent for lack of a free port, a name or a route; at most ${share(unsentLimit)} may.`,
  });
}

/** Open model: requests that were due and not sent at all. */
function sentWhenDue({ unsent, windows }: SteadyPart): JudgedCheck {
  const of = (which: readonly Window[]) => which.reduce((sum, window) => sum + window.count, 0);
  const late = of(unsent.filter(({ outcome }) => outcome === 'not-sent-late'));
  const busy = of(unsent) - late;
  const due = of(unsent) + of(windows);
  const value = due > 0 ? (late + busy) / due : 0;
  const reasons = [
    ...(late > 0 ? [`${number(late)} because the generator was too late`] : []),
    ...(busy > 0 ? [`${number(busy)} because no connection became free in time`] : []),
  ];
  return passOrFail(value <= unsentLimit, 'lower-bound', {
    check: 'generator-unsent',
    title: 'Sent when due',
    value,
    threshold: unsentLimit,
    unit: 'share',
    statement:
      late + busy === 0
        ? 'Every request that was due was sent.'
        : `${count(late + busy, 'request')} (${share(value)}) that ${late + busy === 1 ? 'was' : 'were'} due ${late + busy === 1 ? 'was' : 'were'} not sent: ${reasons.join(', ')}; at most ${share(unsentLimit)} may. They count neither as answered nor as failed.`,
  });
}

function worstWorker(
  health: readonly HealthSample[],
  figure: (samples: readonly HealthSample[]) => number,
): number {
  const workers = new Map<number, HealthSample[]>();
  for (const sample of health) {
    const own = workers.get(sample.worker);
    if (own) own.push(sample);
    else workers.set(sample.worker, [sample]);
  }
  let worst = 0;
  for (const samples of workers.values()) worst = Math.max(worst, figure(samples));
  return worst;
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** The 90th percentile, by nearest rank: of fewer than ten values the greatest. */
function highPercentile(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(0.9 * sorted.length) - 1] ?? 0;
}
