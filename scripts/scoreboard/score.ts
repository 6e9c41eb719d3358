import type { Cause, Interval } from '../../src/analyse/analysis.ts';
import { wilson } from '../../src/analyse/measure/interval.ts';
import type { Answer, Effect, SystemRecord } from './record.ts';

/** A fault counts if taking it away changes throughput or p95 by so much. */
const leastEffect = 0.2;

export type Share = { readonly hits: number; readonly of: number; readonly interval: Interval };

export function shareOf<T>(all: readonly T[], holds: (one: T) => boolean): Share {
  const hits = all.filter(holds).length;
  return { hits, of: all.length, interval: wilson(hits, all.length) };
}

/** What a system is there for. */
export type Role = 'single' | 'double' | 'healthy' | 'outside' | 'generator';

export function roleOf({ truth }: Pick<SystemRecord, 'truth'>): Role {
  if (truth.isOutside) return 'outside';
  if (truth.causes[0] === 'generator') return 'generator';
  if (truth.causes.length === 0) return 'healthy';
  return truth.causes.length === 1 ? 'single' : 'double';
}

/** Throughput with the fault taken away over that with it, and p95 with the fault over that without. */
export function gainsOf({ faulty, remedied }: Effect): { readonly okRate: number; readonly p95: number } {
  return {
    okRate: remedied.okRate / Math.max(1e-9, faulty.okRate),
    p95: faulty.p95 === null || remedied.p95 === null ? 1 : faulty.p95 / Math.max(1e-9, remedied.p95),
  };
}

/** False: what is planted makes no difference on this machine, so its label says nothing. */
export function counts({ effect }: SystemRecord): boolean {
  if (effect === null) return true;
  const gained = gainsOf(effect);
  const far = (ratio: number) => ratio >= 1 + leastEffect || ratio <= 1 / (1 + leastEffect);
  return far(gained.okRate) || far(gained.p95);
}

/** How a system was answered. */
export type Hit =
  /** Its cause is the first that is named. */
  | 'right'
  /** Its cause is named after another true one. */
  | 'named'
  /** Something that is true of the system and was not planted comes first, and the cause is not named. */
  | 'beside'
  /** Nothing is named; the cause is among those that could not be told apart. */
  | 'undecided'
  | 'abstained'
  /** Called healthy. */
  | 'missed'
  | 'wrong';

export function hitOf({ truth }: Pick<SystemRecord, 'truth'>, answer: Answer): Hit {
  const named = accused(answer);
  const [planted] = truth.causes;
  if (planted === undefined) {
    if (named.length > 0) return 'wrong';
    if (!truth.isOutside) return 'right';
    return answer.verdict === 'unknown' ? 'right' : answer.verdict === 'none' ? 'missed' : 'abstained';
  }
  if (planted === 'generator')
    return named.length > 0 ? 'wrong' : blamesGenerator(answer) ? 'right' : 'abstained';
  if (named[0] === planted) return 'right';
  if (falselyAccused({ truth }, answer).length > 0) return 'wrong';
  if (named.includes(planted)) return 'named';
  if (named.length > 0) return 'beside';
  if (answer.undecided.some((those) => those.includes(planted))) return 'undecided';
  return answer.verdict === 'none' ? 'missed' : 'abstained';
}

/** Causes that were named of the target; `generator` says that the measurement is not about it. */
export function accused({ found }: Answer): readonly Cause[] {
  return found.map(({ cause }) => cause).filter((cause) => cause !== 'generator');
}

export function falselyAccused({ truth }: Pick<SystemRecord, 'truth'>, answer: Answer): readonly Cause[] {
  return accused(answer).filter((cause) => !truth.causes.includes(cause) && !truth.also.includes(cause));
}

export function blamesGenerator({ found }: Answer): boolean {
  return found.some(({ cause }) => cause === 'generator');
}

/** Keys under which findings tell a size. */
const sizeKeys = ['size', 'number in flight', 'limit (requests/s)'];
const intervalKeys = ['served at once', ...sizeKeys.slice(1)];

export type SizeAnswer = {
  readonly truth: number;
  readonly told: number | null;
  /** Whether the interval that was told holds the truth; null: none was told. */
  readonly covered: boolean | null;
};

/** What was said of the size of a fault that has one and was named; null: not so. */
export function sizeOf({ truth }: SystemRecord, { found }: Answer): SizeAnswer | null {
  const finding = found.find(({ cause }) => cause === truth.causes[0]);
  if (truth.size === null || finding === undefined) return null;
  const size = truth.size;
  const of = (keys: readonly string[]) => keys.flatMap((key) => finding.estimates[key] ?? [])[0];
  const interval = of(intervalKeys);
  return {
    truth: size,
    told: of(sizeKeys)?.value ?? null,
    covered:
      interval === undefined || interval.low === null || interval.high === null
        ? null
        : interval.low <= size && size <= interval.high,
  };
}

export type CauseScore = {
  readonly cause: Cause;
  /** Of the systems in which it is planted, those where it was named. */
  readonly recall: Share;
  /** Of the times that it was named, those where it was planted; true by the way is left out. */
  readonly precision: Share;
};

export function causeScores(
  records: readonly SystemRecord[],
  answerIn: (record: SystemRecord) => Answer,
): readonly CauseScore[] {
  const seen = new Set(records.flatMap((one) => [...one.truth.causes, ...accused(answerIn(one))]));
  return [...seen].sort().map((cause) => {
    const planted = records.filter(({ truth }) => truth.causes.includes(cause));
    const names = (one: SystemRecord) => answerIn(one).found.some((finding) => finding.cause === cause);
    const named = records.filter((one) => names(one) && !one.truth.also.includes(cause));
    return {
      cause,
      recall: shareOf(planted, names),
      precision: shareOf(named, ({ truth }) => truth.causes.includes(cause)),
    };
  });
}

/** Of predicted gains in throughput, those whose interval held what the remedy really brought. */
export function predictionsHeld(records: readonly SystemRecord[]): Share {
  return shareOf(
    records.flatMap(({ predictions }) => predictions),
    ({ low, high, outcome }) => {
      const { okRate } = gainsOf(outcome);
      return low <= okRate && okRate <= high;
    },
  );
}
