import type { Analysis, Estimate } from '../analysis.ts';
import { number, rate } from '../words.ts';
import type { Bracket } from './growth.ts';
import type { LoadPoint } from './load-point.ts';

/** Distance kept from an estimated knee. */
const safetyShare = 0.8;

type LimitInput = {
  readonly points: readonly LoadPoint[];
  readonly unit: 'users' | 'requests/s';
  readonly bracket: Bracket | null;
  readonly knee: Estimate;
  readonly sla: Estimate;
  readonly errors: Estimate;
  /** The lowest load already missed a promise or failed too often. */
  readonly nothingHeld: boolean;
  /** Beyond this load something gave way and the generator may be why; null: at the lowest load already. */
  readonly toldUpTo: number | null | 'all';
};

/** The highest load that every answer allows: the lowest of what each leaves. */
export function recommendedLimit(input: LimitInput): Analysis['capacity']['recommendedLimit'] {
  const { points, unit, bracket, knee, sla, errors } = input;
  const highest = points[points.length - 1];
  const lowest = points[0];
  if (highest === undefined || lowest === undefined) return null;
  if (input.nothingHeld) {
    return {
      users: null,
      rate: null,
      statement: `No limit can be recommended: promises were missed already at the lowest load tested (${loadText(lowest.load, unit)}).`,
    };
  }
  if (input.toldUpTo === null) return null;
  const bounds: { load: number; because: string }[] = [
    { load: highest.load, because: 'it is the highest load tested, and more may be possible' },
  ];
  if (input.toldUpTo !== 'all') {
    bounds.push({
      load: input.toldUpTo,
      because: 'beyond it promises were missed or requests failed while the load generator was the limit',
    });
  }
  if (bracket !== null && bracket.lastGood !== highest) {
    bounds.push({
      load: bracket.lastGood.load,
      because: 'it is the last load up to which throughput grew in proportion',
    });
  }
  if (knee.state === 'estimated' && knee.unit === unit) {
    bounds.push({ load: safetyShare * knee.estimate, because: 'it is 0.8 times the estimated knee' });
    if (knee.low !== null)
      bounds.push({ load: knee.low, because: "it is the low end of the knee's interval" });
  }
  const kept = sla.state === 'estimated' ? lowOf(sla, unit) : null;
  if (kept !== null) bounds.push({ load: kept, because: 'it is the last load that kept every promise' });
  if (errors.state === 'estimated' && errors.low !== null) {
    bounds.push({ load: errors.low, because: 'it is the last load before errors begin' });
  }
  const tightest = bounds.reduce((a, b) => (b.load < a.load ? b : a));
  const load = unit === 'users' ? Math.max(1, Math.floor(tightest.load + 1e-9)) : tightest.load;
  const throughput = rateAt(points, load);
  const measured = points.some((p) => p.load === load);
  const about = throughput === null ? '' : ` (${measured ? '' : 'about '}${rate(throughput)})`;
  return {
    users: unit === 'users' ? load : null,
    rate: throughput,
    statement: `Carry no more than ${loadText(load, unit)}${about}: ${tightest.because}. ${
      measured
        ? 'That load was measured for the length of one stage'
        : 'That load lies between measured stages'
    }; it was not confirmed by a longer hold.`,
  };
}

function lowOf(sla: Extract<Estimate, { state: 'estimated' }>, unit: 'users' | 'requests/s'): number | null {
  return unit === 'users' ? (sla.users?.low ?? null) : sla.low;
}

/** Measured, or on the straight line between its neighbours (throughput is concave in the users: not too much). */
function rateAt(points: readonly LoadPoint[], load: number): number | null {
  const above = points.findIndex((p) => p.load >= load);
  const to = points[above];
  if (to === undefined) return null;
  const from = points[above - 1] ?? { load: 0, rate: 0 };
  return from.rate + ((to.rate - from.rate) * (load - from.load)) / (to.load - from.load);
}

function loadText(load: number, unit: 'users' | 'requests/s'): string {
  return unit === 'users' ? `${number(load)} ${load === 1 ? 'user' : 'users'}` : rate(load);
}
