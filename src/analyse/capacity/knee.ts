import type { Estimate, Interval } from '../analysis.ts';
import { percentileInterval } from '../measure/interval.ts';
import { change, count, list, rate, share, within } from '../words.ts';
import { resample } from './fit.ts';
import { type Bracket, type Growth, growths } from './growth.ts';
import { insufficientEvidence } from './insufficient-evidence.ts';
import { type LoadPoint, rateInterval } from './load-point.ts';
import { rateAt } from './model.ts';
import type { KneeFit } from './model-fits.ts';

const rounds = 400;

type KneeInput = {
  readonly points: readonly LoadPoint[];
  readonly bracket: Bracket;
  /** The fit that may place the knee; null: none may. */
  readonly fit: KneeFit | null;
  readonly random: () => number;
};

/** Users at which throughput stops growing, from the best basis that the ladder gives. */
export function closedKnee({ points, bracket, fit, random }: KneeInput): Estimate {
  const last = points[points.length - 1];
  if (last === undefined)
    return insufficientEvidence('No stage with users could be analysed.', 'a stage that is valid');
  if (points.length === 1) {
    return insufficientEvidence(
      `Only one load (${users(last)}) was measured: whether throughput still grows cannot be told from it.`,
      `at least one more stage, at ${userWords(last.load * 2)}`,
    );
  }
  const seen = bracket.firstBad !== null || bracket.bends;
  if (!seen) return notReached(points, bracket);
  // With no load below the plateau the corner of a fit is where the ladder begins, not where the system bends.
  if (fit !== null && bracket.stop?.from !== points[0]) return fromFit(points, bracket, fit);
  if (bracket.stop === null) return bending(points, bracket);
  const fromBounds = operational(points, bracket.stop, random);
  if (fromBounds !== null) return fromBounds;
  return fromStages(points, bracket, bracket.stop);
}

/** Whether throughput at an asked rate still follows it: the open model's knee, a bracket between stages. */
export function openKnee(points: readonly LoadPoint[], followed: number): Estimate {
  const follows = (p: LoadPoint) => (rateInterval(p).high ?? 0) >= followed * p.load;
  const short = points.findIndex((p) => p.validity === 'valid' && !follows(p));
  const last = points[points.length - 1];
  if (last === undefined) return insufficientEvidence('No stage could be analysed.', 'a stage that is valid');
  const bad = points[short];
  const good = points.slice(0, Math.max(0, short)).findLast(follows);
  if (bad === undefined) {
    const limited = points.find((p) => !follows(p));
    if (limited !== undefined) {
      const followedTo = points.findLast((p) => p.load < limited.load);
      return insufficientEvidence(
        `${followedTo === undefined ? '' : `Throughput followed the asked rate up to ${rate(followedTo.load)}. `}At ${rate(limited.load)} asked only ${rate(limited.rate)} succeeded, but that stage is no fair measurement of the target (see validity).`,
        `the stage at ${rate(limited.load)} again, with a generator that is not the limit`,
      );
    }
    return insufficientEvidence(
      `Throughput followed the asked rate up to ${rate(last.load)}: no knee up to there.`,
      `a stage at ${rate(last.load * 2)}`,
    );
  }
  const reached = rateInterval(bad);
  // A rate that follows may be measured a little below what was asked, and is no less than it.
  const best = good === undefined ? bad.rate : Math.max(bad.rate, good.rate, good.load);
  return {
    state: 'estimated',
    estimate: Math.min(best, bad.load),
    low: good?.load ?? null,
    high: bad.load,
    confidence: 'medium',
    method: 'bracket between stages (open model)',
    unit: 'requests/s',
    rate: reached,
    users: null,
    statement: `At ${rate(bad.load)} asked only ${rate(bad.rate)} succeeded${within(reached)}${
      good === undefined ? '' : `; at ${rate(good.load)} asked throughput still followed (${rate(good.rate)})`
    }.`,
  };
}

function notReached(points: readonly LoadPoint[], bracket: Bracket): Estimate {
  const last = points[points.length - 1] ?? bracket.lastGood;
  const good = bracket.lastGood;
  const limited = points.filter((p) => p.validity === 'lower-bound');
  if (good === last) {
    return insufficientEvidence(
      `No knee up to ${users(last)}: from ${users(points[0] ?? last)} to ${users(last)} throughput still grew in proportion to the users (a user brings ${share(Math.min(1, efficiencyOf(points, last)))} of what one brought at the lowest load). The system carries at least ${rate(last.rate)}.`,
      `a stage at ${userWords(last.load * 2)}`,
    );
  }
  return insufficientEvidence(
    `Throughput grew in proportion up to ${users(good)}; what it does beyond cannot be told from this run: ${
      limited.length > 0
        ? `${list(limited.map((p) => `the stage at ${users(p)}`))} ${limited.length === 1 ? 'shows' : 'show'} a lower bound only (see validity)`
        : 'the intervals of the next stages are too wide'
    }.`,
    limited.length > 0
      ? `the stages beyond ${users(good)} again, with a generator that is not the limit`
      : `longer stages beyond ${users(good)}`,
  );
}

function bending(points: readonly LoadPoint[], bracket: Bracket): Estimate {
  const last = points[points.length - 1] ?? bracket.lastGood;
  const good = bracket.lastGood;
  return insufficientEvidence(
    `No knee up to ${users(last)}: throughput grew in proportion up to ${users(good)} and less than that beyond, but it still grew. The knee lies above ${users(good)}; where, this ladder does not tell.`,
    `a stage at ${userWords(last.load * 2)}, and two between ${users(good)} and ${users(last)}`,
  );
}

function fromFit(
  points: readonly LoadPoint[],
  bracket: Bracket,
  { fit, knee, rate: fitted }: KneeFit,
): Estimate {
  const max = rateAt(fit.model, fit.logParameters, knee.value);
  const seen = bracket.firstBad;
  const peak = plateau(points, knee.value);
  const rateAtKnee: Interval =
    fitted ?? (peak === null ? { value: max, low: null, high: null } : rateInterval(peak));
  const narrow = knee.low !== null && knee.high !== null && knee.high / Math.max(knee.low, 1e-9) < 1.35;
  const good = (fit.r2 ?? 0) >= 0.97;
  const statement =
    seen === null
      ? `Throughput bends at about ${userWords(knee.value)}, but it still grew at the last stage: the plateau lies beyond the ladder and does not bound the knee from above.`
      : `Throughput stops growing at about ${userWords(knee.value)}${within(knee, whole)}, at ${rate(rateAtKnee.value)}${within(rateAtKnee, (x) => x.toFixed(x < 100 ? 2 : 0))}.`;
  return {
    state: 'estimated',
    estimate: knee.value,
    low: knee.low,
    high: seen === null ? null : knee.high,
    confidence: seen === null ? 'low' : narrow && good ? 'high' : 'medium',
    method: `${fit.model.name} fitted to ${points.length} loads in log space (Huber loss, AICc), interval by bootstrap over time blocks`,
    unit: 'users',
    rate: seen === null ? { value: rateAtKnee.value, low: rateAtKnee.low, high: null } : rateAtKnee,
    users: { value: knee.value, low: knee.low, high: seen === null ? null : knee.high },
    statement,
  };
}

/**
 * Without a fit: N* = Xmax·(R₁+Z), where the two operational bounds X ≤ N/(R₁+Z) and X ≤ Xmax cross (Lazowska et al.
 * 1984, ch. 5). R₁ at the lowest stage holds queueing already, so N* is overstated; with the endpoints' fastest answers
 * in its place it is understated.
 */
function operational(points: readonly LoadPoint[], stop: Growth, random: () => number): Estimate | null {
  const first = points[0];
  if (first?.thinkTimeMs == null || first.responseTimeMs === null || first.validity !== 'valid') return null;
  const cycle = (first.responseTimeMs + first.thinkTimeMs) / 1000;
  if (Math.abs((first.rate * cycle) / first.load - 1) > lawTolerance) return null;
  const flat = points.filter((p) => p.validity === 'valid' && p.load >= stop.from.load);
  const top = highest(flat);
  if (top === null) return null;
  const estimate = top.rate * cycle;
  const draws = Array.from({ length: rounds }, () => {
    const drawn = resample([first, ...flat], random);
    const [firstDrawn, ...rest] = drawn;
    const best = rest.find((p) => p.load === top.load) ?? top;
    return (best.rate * cycle * first.rate) / (firstDrawn?.rate ?? first.rate);
  });
  const spread = percentileInterval(draws);
  const unloaded = first.fastestMs === null ? null : (first.fastestMs + first.thinkTimeMs) / 1000;
  const low = Math.min(estimate, spread.low * (unloaded === null ? 1 : Math.min(1, unloaded / cycle)));
  const high = Math.max(estimate, Math.min(spread.high, stop.to.load));
  const overstated = unloaded === null ? null : Math.max(0, cycle / unloaded - 1);
  const top95 = rateInterval(top);
  return {
    state: 'estimated',
    estimate,
    low,
    high,
    confidence: overstated !== null && overstated <= 0.15 && high / low < 1.5 ? 'medium' : 'low',
    method: `operational bounds N* = Xmax·(R₁+Z) (Lazowska et al.), from ${points.length} loads, interval by bootstrap over time blocks`,
    unit: 'users',
    rate: top95,
    users: { value: estimate, low, high },
    statement: `Throughput cannot grow in proportion beyond about ${userWords(estimate)} (${whole(low)} to ${whole(high)}): there the ${rate(top.rate)} that the system reached at ${users(top)} would be used up by users who need ${cycle.toFixed(2)} s each for an answer and a pause, as measured at ${users(first)}. Measured, throughput ${stopped(stop)} from ${users(stop.from)} to ${users(stop.to)}. ${
      overstated === null
        ? `The answers at ${users(first)} may have queued already, so the estimate is rather too high than too low.`
        : `The answers at ${users(first)} may have queued already: the estimate is too high by ${share(overstated)} at most.`
    }`,
  };
}

/** The interactive response-time law must hold at the lowest stage for its cycle time to mean anything. */
const lawTolerance = 0.1;

function fromStages(points: readonly LoadPoint[], bracket: Bracket, stop: Growth): Estimate {
  const peak = highest(points.filter((p) => p.load >= stop.from.load)) ?? stop.from;
  const base = { state: 'estimated', unit: 'users', rate: rateInterval(peak) } as const;
  if (stop.from === points[0]) {
    const high = stop.from.load * Math.max(1, 1 + stop.change.value);
    return {
      ...base,
      estimate: stop.from.load,
      low: null,
      high,
      confidence: 'low',
      method: 'bracket between stages',
      users: { value: stop.from.load, low: null, high },
      statement: `Throughput ${stopped(stop)} already from the lowest load, ${users(stop.from)}, to ${users(stop.to)}: the knee lies at or below ${whole(high)} users, and no stage lies below it. Add stages at fewer users.`,
    };
  }
  const [low, high] = [bracket.lastGood.load, stop.to.load];
  const estimate = Math.sqrt(low * high);
  return {
    ...base,
    estimate,
    low,
    high,
    confidence: high / low <= 1.5 ? 'medium' : 'low',
    method: 'bracket between stages',
    users: { value: estimate, low, high },
    statement: `The knee lies in (${whole(low)}, ${whole(high)}] users: up to ${users(bracket.lastGood)} throughput grew with the users (a user brings ${share(Math.min(1, efficiencyOf(points, bracket.lastGood)))} of what one brought at ${users(points[0] ?? bracket.lastGood)}); from ${users(stop.from)} to ${users(stop.to)} it ${stopped(stop)}. Where between the two, ${points.length} loads do not tell: the answer is the interval, its middle (${whole(estimate)}) is no measurement.`,
  };
}

/** `fell (−8.9 %; 95 % interval …)`. */
function stopped(stop: Growth): string {
  const { value, low, high } = stop.change;
  const interval = low === null || high === null ? '' : `; 95 % interval ${change(low)} to ${change(high)}`;
  const verb = stop.kind === 'declined' ? 'fell' : (low ?? 0) > 0 ? 'hardly grew' : 'grew no more';
  return `${verb} (${change(value)}${interval})`;
}

function efficiencyOf(points: readonly LoadPoint[], point: LoadPoint): number {
  return growths(points).find((pair) => pair.to === point)?.efficiency ?? 1;
}

function highest(points: readonly LoadPoint[]): LoadPoint | null {
  return points.reduce<LoadPoint | null>((best, p) => (best === null || p.rate > best.rate ? p : best), null);
}

/** The highest point at or beyond the knee. */
function plateau(points: readonly LoadPoint[], knee: number): LoadPoint | null {
  return highest(points.filter((p) => p.load >= knee * 0.9));
}

function whole(value: number): string {
  return value < 10 ? value.toFixed(1).replace(/\.0$/, '') : value.toFixed(0);
}

function users(point: LoadPoint): string {
  return count(point.load, 'user');
}

function userWords(value: number): string {
  return `${whole(value)} ${whole(value) === '1' ? 'user' : 'users'}`;
}
