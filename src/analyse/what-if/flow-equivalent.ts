import type { Basis, BasisPoint, Ends } from './basis.ts';
import { leastRate, mostRate } from './bounds.ts';

/**
 * Throughput of the system as it is, with other users or another think time. The target is one server whose speed
 * depends on how many requests are in it, as measured (flow-equivalent server: Chandy, Herzog & Woo, IBM J. Res. Dev. 19,
 * 1975): L requests inside and X(L)·Z users that think are all N users. The interval is that of the bounds, or of the
 * neighbours measured, whichever is narrower. Null: more would be inside than was ever tested, where throughput falls.
 */
export function flowEquivalent(basis: Basis, users: number, thinkMs: number): Ends | null {
  const rows = basis.points.map((point) => ({ point, inside: insideOf(point) }));
  const last = rows[rows.length - 1];
  if (last === undefined) return null;
  const rateAt = (inside: number): number => {
    const above = rows.findIndex((row) => row.inside >= inside);
    const upper = rows[above] ?? last;
    const lower = rows[above === -1 ? rows.length - 1 : above - 1];
    if (lower === undefined) return upper.point.rate.value * (inside / upper.inside);
    if (above === -1 || lower === upper || upper.inside <= lower.inside) return lower.point.rate.value;
    const part = Math.log(inside / lower.inside) / Math.log(upper.inside / lower.inside);
    return lower.point.rate.value * (upper.point.rate.value / lower.point.rate.value) ** part;
  };
  let [low, high] = [0, users];
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (middle + (rateAt(middle) * thinkMs) / 1000 < users) low = middle;
    else high = middle;
  }
  const { capacity, single } = basis;
  const beyond = low > last.inside * 1.05;
  if (beyond && capacity.declines) return null;
  const value = rateAt(low);
  const bounds = { thinkMs, maxRate: capacity.high, singleMs: single.low };
  const most = mostRate(bounds, users);
  const least = leastRate({ thinkMs, maxRate: capacity.low, singleMs: single.high }, users);
  const below = rows.findLast((row) => row.inside <= low);
  const above = rows.find((row) => row.inside >= low);
  const near = [below, above].flatMap((row) => (row === undefined ? [] : [row.point.rate]));
  const falls = capacity.declines;
  return {
    // Where throughput never falls, more inside bring at least what fewer did.
    low: Math.min(
      value,
      falls ? Math.min(...near.map((r) => r.low)) : Math.max(least, below?.point.rate.low ?? 0),
    ),
    value,
    high: Math.max(
      value,
      falls || above === undefined ? most : Math.min(most, Math.max(above.point.rate.high, value)),
    ),
  };
}

/** Little's law. */
function insideOf({ rate, responseMs }: BasisPoint): number {
  return (rate.value * responseMs) / 1000;
}
