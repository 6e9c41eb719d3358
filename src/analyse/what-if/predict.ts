import { list, milliseconds, rateFigure, times } from '../words.ts';
import { type AnalysedRun, type Basis, type BasisPoint, basisOf, type Ends } from './basis.ts';
import { mostRate } from './bounds.ts';
import { type Change, changeInWords, faultsOfChange } from './change.ts';
import { flowEquivalent } from './flow-equivalent.ts';
import { type CurvePoint, type Predicted, type Prediction, predictionVersion } from './prediction.ts';
import { changedModel, queueModelOf, ratesOf } from './queue-model.ts';
import { type Step, stepsOf } from './steps.ts';

/**
 * What a change would bring, load by load, as an interval between what surely stays and what the bounds of
 * docs/methods.md allow. Pure. Throws a RangeError for a change that is none.
 *
 * @example
 * predict(analysed, { pool: 50 }).curve.at(-1)?.gain; // { low: 1, high: 2.4 }
 */
export function predict(analysed: AnalysedRun, change: Change, version?: string): Prediction {
  const { run } = analysed;
  const faults = faultsOfChange(
    change,
    run.plan.endpoints.map((e) => e.name),
  );
  if (faults.length > 0) throw new RangeError(faults.join('; '));
  const common = {
    kind: 'prediction',
    version: predictionVersion,
    tool: { name: 'loadline', version: version ?? run.environment.loadline ?? 'unknown' },
    run: { id: run.id, name: run.name, when: run.startedAt, target: run.plan.target },
    change: stored(change),
    title: `What if: ${changeInWords(change)}`,
  } as const;
  const basis = basisOf(analysed, change.poolNow ?? null);
  if ('state' in basis)
    return {
      ...common,
      state: basis.state,
      statement: basis.statement,
      needed: basis.needed,
      basis: null,
      steps: [],
      capacity: null,
      curve: [],
      assumptions: [],
    };
  const steps = stepsOf(change, basis);
  const after = changed(basis, steps, change);
  const model = queueModelOf(basis);
  const renewed = model === null ? null : changedModel(model, change, basis);
  const loads = [...new Set([...basis.points.map((p) => p.users), ...(change.users ?? [])])].sort(
    (a, b) => a - b,
  );
  const expected = renewed === null ? () => null : ratesOf(renewed, after.thinkMs, loads.at(-1) ?? 1);
  const curve = loads.flatMap((users) => curvePoint(users, basis, after, expected));
  const left = loads.filter((users) => !curve.some((p) => p.users === users));
  return {
    ...common,
    state: 'predicted',
    statement: statementOf(change, curve),
    needed: null,
    basis: {
      single: ends(basis.single),
      thinkTime: basis.thinkMs,
      capacity: { low: basis.capacity.low, high: finite(basis.capacity.high) },
      pool: basis.pool === null ? null : ends(basis.pool.size),
      statements: basisStatements(basis, renewed !== null),
    },
    steps: steps.map(({ part, model: name, formula, figures, capacity }) => ({
      part,
      model: name,
      formula,
      figures,
      capacity: { low: capacity.low, high: finite(capacity.high) },
    })),
    capacity: { low: after.capacity.low, high: finite(after.capacity.high) },
    curve,
    assumptions: [
      ...new Set([
        ...steps.flatMap((s) => s.assumptions),
        'The mix of requests, the data and the machines stay as they were measured.',
        ...(left.length === 0
          ? []
          : [
              `Nothing is said of ${list(left.map(String))} users: throughput fell within the tested range, and no model carries that further.`,
            ]),
      ]),
    ],
  };
}

type After = {
  readonly thinkMs: number;
  readonly single: { readonly low: number; readonly high: number };
  /** The least that is left of a time in which nobody waits: a factor, then ms taken off. */
  readonly relief: { readonly factor: number; readonly savedMs: number };
  readonly capacity: { readonly low: number; readonly high: number };
  /** On the throughput at any load. */
  readonly rate: { readonly low: number; readonly high: number };
  /** The bottleneck itself shrinks, so that the capacity bounds what was measured. */
  readonly isRethought: boolean;
};

function changed(basis: Basis, steps: readonly Step[], change: Change): After {
  const after = {
    single: { low: basis.single.low, high: basis.single.high },
    capacity: { low: basis.capacity.low, high: basis.capacity.high },
    rate: { low: 1, high: 1 },
    relief: { factor: 1, savedMs: 0 },
  };
  for (const { single, savedMs, capacity, rate } of steps) {
    after.single.low = Math.max(0, after.single.low * single.low - savedMs.high);
    after.single.high = Math.max(0, after.single.high * single.high - savedMs.low);
    after.capacity.low *= capacity.low;
    after.capacity.high *= capacity.high;
    after.rate.low *= rate.low;
    after.relief.factor *= single.low;
    after.relief.savedMs += savedMs.high;
    after.rate.high *= rate.high;
  }
  return {
    ...after,
    thinkMs: change.thinkTimeMs ?? basis.thinkMs,
    isRethought: change.thinkTimeMs !== undefined,
  };
}

function curvePoint(
  users: number,
  basis: Basis,
  after: After,
  expected: (users: number) => number | null,
): readonly CurvePoint[] {
  const measured = basis.points.find((p) => p.users === users) ?? null;
  const start: Ends | null =
    measured !== null && !after.isRethought ? measured.rate : flowEquivalent(basis, users, after.thinkMs);
  if (start === null) return [];
  // A single user waits for nobody: what it measured is R₁ itself.
  const singleMs =
    measured !== null && users === 1
      ? Math.max(0, measured.responseMs * after.relief.factor - after.relief.savedMs)
      : after.single.low;
  const thinkMs = measured !== null && !after.isRethought ? measured.thinkMs : after.thinkMs;
  const bound = mostRate({ singleMs, thinkMs, maxRate: after.capacity.high }, users);
  const kept = measured !== null && !after.isRethought ? measured.rate : null;
  const isLess = after.rate.low < 1 && after.rate.high <= 1;
  const top = Math.min(start.high * after.rate.high, bound);
  const low = Math.min(start.low * after.rate.low, after.capacity.high);
  // What changes nothing leaves what was measured, and that is known within its own interval.
  const high = Math.max(low, isLess ? Math.min(top, start.high) : Math.max(top, kept?.high ?? 0));
  const gain = kept === null ? null : gainOf(kept.value, top, after);
  const model = expected(users);
  const inside = model === null ? null : Math.min(high, Math.max(low, model));
  const rate: Predicted = { low, high: finite(high), expected: inside };
  const time = (perSecond: number) => Math.max(0, (users / perSecond) * 1000 - thinkMs);
  return [
    {
      users,
      measured: measured === null ? null : { rate: ends(measured.rate), responseTime: measured.responseMs },
      rate,
      responseTime: {
        low: time(high),
        high: Math.max(time(low), after.rate.low >= 1 && kept !== null ? (measured?.responseMs ?? 0) : 0),
        expected: inside === null ? null : time(inside),
      },
      gain: gain ?? ratioToMeasured(measured, { low, high }),
    },
  ];
}

/** Of the system itself, so without the noise of the measurement: 1 where nothing changes. */
function gainOf(measured: number, bound: number, { rate }: After): CurvePoint['gain'] {
  const ratio = bound / measured;
  const isLess = rate.low < 1 && rate.high <= 1;
  const low = isLess ? Math.min(rate.low, ratio) : rate.low;
  return { low, high: finite(isLess ? Math.max(low, Math.min(1, ratio)) : Math.max(1, low, ratio)) };
}

function ratioToMeasured(
  measured: BasisPoint | null,
  { low, high }: { readonly low: number; readonly high: number },
): CurvePoint['gain'] {
  return measured === null
    ? null
    : { low: low / measured.rate.value, high: finite(high / measured.rate.value) };
}

function ends({ low, value, high }: Ends): { value: number; low: number | null; high: number | null } {
  return { value, low, high: finite(high) };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function stored(change: Change): Prediction['change'] {
  const { users, endpoints, ...rest } = change;
  return {
    ...rest,
    ...(users === undefined ? {} : { users: [...users] }),
    ...(endpoints === undefined ? {} : { endpoints: [...endpoints] }),
  };
}

function statementOf(change: Change, curve: readonly CurvePoint[]): string {
  const last = curve.findLast((p) => p.gain !== null) ?? curve.at(-1);
  if (last === undefined) return 'Nothing can be said of the loads asked for.';
  const { users, rate, responseTime, gain, measured } = last;
  const to = (low: number, high: number | null, word: (v: number) => string) =>
    high === null ? `${word(low)} or more` : `${word(low)} to ${word(high)}`;
  const rates = `${to(rate.low, rate.high, rateFigure)} requests/s`;
  const at = `With ${changeInWords(change)}, ${users} ${users === 1 ? 'user brings' : 'users bring'} ${rates}`;
  if (gain === null || measured === null) return `${at}.`;
  const lowest = milliseconds(responseTime.low);
  const highest = responseTime.high === null ? 'more' : milliseconds(responseTime.high);
  const none = gain.high !== null && gain.high <= 1.05 && gain.low >= 0.95;
  return `${at} in place of ${rateFigure(measured.rate.value)} (${to(gain.low, gain.high, times)}), at an average of ${lowest} to ${highest} in place of ${milliseconds(measured.responseTime)}.${none ? ' So many users cannot bring more: they already meet hardly any waiting.' : ''}`;
}

function basisStatements({ single, capacity, thinkMs, pool }: Basis, modelled: boolean): string[] {
  return [
    `R₁, the response time of the mix for a single user: ${single.from}.`,
    capacity.reached
      ? `Xmax, what the bottleneck carries: ${rateFigure(capacity.low)} to ${rateFigure(capacity.high)} requests/s (from the knee).`
      : `Throughput still grew at the highest load (${rateFigure(capacity.value)} requests/s): what the bottleneck carries is not known.`,
    `Z, the think time really slept: ${milliseconds(thinkMs)}.`,
    ...(pool === null
      ? []
      : [
          `m, the places of the pool: ${pool.size.value}${pool.isCause ? ', from the diagnosis or as told' : ', as told'}.`,
        ]),
    modelled
      ? 'A network of m servers and a delay gives every measured throughput within 12 %: its mean value analysis is shown as what is expected if nothing else limits.'
      : 'No expected value is shown: the demands of the resources were not measured one by one.',
  ];
}
