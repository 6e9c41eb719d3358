import type { Cause, Finding, Interval } from '../analysis.ts';
import { errorLimit } from '../capacity/error-onset.ts';
import { averageOf, differenceOf } from '../diagnosis/contrast.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { list, loadName, milliseconds, share, times } from '../words.ts';
import { errorsOf } from './changes.ts';
import { type Compared, ratioOfLine } from './compared.ts';
import type { Pair, Side } from './pair.ts';
import type { VerifiedFinding } from './verification.ts';

/** What is asked of a symptom: a finding's, or an undecided question's. */
export type Suspect = {
  readonly causes: readonly Cause[];
  readonly title: string;
  readonly endpoints: readonly string[];
  readonly kind: VerifiedFinding['kind'];
};

type Judged = Pick<VerifiedFinding, 'state' | 'statement' | 'symptom' | 'before' | 'after'>;

/** So much of the waiting may be left of one that is gone, and so much at least of one that stands. */
const waiting = { gone: 0.3, stands: 0.8 } as const;
/** The same of a time that an endpoint takes by itself. */
const ownTime = { gone: 0.7, stands: 0.85 } as const;

export function verifiedFinding(
  suspect: Suspect,
  pairs: readonly Pair[],
  before: Side,
  after: Side,
  compared: Compared,
): VerifiedFinding {
  const [cause] = suspect.causes;
  const judged =
    cause === undefined
      ? unknown('no cause', 'nothing is named')
      : judge(cause, suspect, { pairs, before, after, compared });
  return { cause: cause ?? 'generator', title: suspect.title, kind: suspect.kind, ...judged };
}

type Given = {
  readonly pairs: readonly Pair[];
  readonly before: Side;
  readonly after: Side;
  readonly compared: Compared;
};

function judge(cause: Cause, suspect: Suspect, { pairs, before, after, compared }: Given): Judged {
  const again = accusedAgain(suspect, after);
  switch (cause) {
    case 'connection-pool':
    case 'single-threaded':
    case 'lock-contention':
    case 'cpu-saturation':
    case 'contention-collapse':
      return waitingOf(suspect, pairs, before, again);
    case 'rate-limit':
    case 'load-shedding':
    case 'errors-under-load':
      return failuresOf(pairs, before);
    case 'no-keep-alive':
      return reuseOf(pairs);
    case 'slow-writes':
    case 'n-plus-one':
    case 'no-cache':
    case 'slow-dependency':
      return ownTimeOf(suspect, pairs, before, compared);
    case 'periodic-stalls':
    case 'drift':
    case 'generator':
      return soughtAgain(again, pairs, after);
    default:
      return cause satisfies never;
  }
}

/** The run after names one of the causes for one of the endpoints. */
function accusedAgain({ causes, endpoints }: Suspect, { analysis }: Side): Finding | null {
  return (
    analysis.diagnosis.findings.find(
      (f) =>
        causes.includes(f.cause) &&
        (endpoints.length === 0 ||
          f.endpoints.length === 0 ||
          f.endpoints.some((e) => endpoints.includes(e))),
    ) ?? null
  );
}

function unknown(symptom: string, because: string): Judged {
  return { state: 'unknown', statement: `Not known: ${because}.`, symptom, before: null, after: null };
}

/** What the load adds to the response time, at the highest load that both runs hold. */
function waitingOf(suspect: Suspect, pairs: readonly Pair[], before: Side, again: Finding | null): Judged {
  const symptom = 'added waiting under load, ms';
  const [first, last] = [pairs[0], pairs.at(-1)];
  if (first === undefined || last === undefined || first === last)
    return unknown(symptom, 'fewer than two loads are valid in both runs');
  const indexes = indexesOf(suspect.endpoints, before);
  const was = addedBy(indexes, first.before, last.before);
  const is = addedBy(indexes, first.after, last.after);
  if (was === null || is === null || was.value <= 0)
    return unknown(symptom, 'the response times of one of the runs are not known');
  const left = is.value / was.value;
  const most = (is.high ?? is.value) / was.value;
  const least = (is.low ?? is.value) / was.value;
  const figures = `From ${loadName(first.before)} to ${loadName(last.before)}, waiting added ${milliseconds(was.value)} before and ${milliseconds(Math.max(0, is.value))} after`;
  const said = { symptom, before: was, after: is };
  if (again !== null)
    return {
      ...said,
      state: 'stands',
      statement: `${figures}, and the run after shows it again: ${again.title}.`,
    };
  if (most <= waiting.gone) return { ...said, state: 'gone', statement: `${figures}.` };
  if (least >= waiting.stands) return { ...said, state: 'stands', statement: `${figures}.` };
  if (left <= waiting.stands && most < 1)
    return {
      ...said,
      state: 'eased',
      statement: `${figures}: less, and not gone. Something limits still, this or the next resource.`,
    };
  return { ...said, state: 'unknown', statement: `${figures}: the intervals leave it open.` };
}

function indexesOf(endpoints: readonly string[], { run }: Side): readonly number[] {
  const own = run.plan.endpoints.flatMap((e, i) => (endpoints.includes(e.name) ? [i] : []));
  return own.length === 0 ? run.plan.endpoints.map((_, i) => i) : own;
}

/** Mean over the endpoints that both stages hold, weighted by the requests of the higher load. */
function addedBy(indexes: readonly number[], low: StageMeasurement, high: StageMeasurement): Interval | null {
  const total = { weight: 0, value: 0, low: 0, high: 0, known: true };
  for (const i of indexes) {
    const [a, b] = [low.endpoints[i], high.endpoints[i]];
    if (a == null || b == null) continue;
    const [from, to] = [averageOf(a), averageOf(b)];
    if (from === null || to === null) continue;
    const added = differenceOf(from, to);
    total.weight += b.count;
    total.value += b.count * added.value;
    total.low += b.count * (added.low ?? added.value);
    total.high += b.count * (added.high ?? added.value);
  }
  if (total.weight === 0) return null;
  return {
    value: total.value / total.weight,
    low: total.low / total.weight,
    high: total.high / total.weight,
  };
}

function failuresOf(pairs: readonly Pair[], { run }: Side): Judged {
  const symptom = 'share of failed requests';
  const worst = pairs.toSorted((a, b) => errorsOf(b.before.total).value - errorsOf(a.before.total).value)[0];
  if (worst === undefined) return unknown(symptom, 'no load is valid in both runs');
  const [was, is] = [errorsOf(worst.before.total), errorsOf(worst.after.total)];
  const { limit } = errorLimit(run.plan);
  const statement = `At ${loadName(worst.before)}, ${share(was.value)} of the requests failed before and ${share(is.value)} after.`;
  const state =
    (is.high ?? is.value) <= Math.max(limit, was.value / 10)
      ? 'gone'
      : (is.low ?? is.value) >= was.value * 0.8
        ? 'stands'
        : (is.high ?? is.value) < was.value
          ? 'eased'
          : 'unknown';
  return { state, statement, symptom, before: was, after: is };
}

function reuseOf(pairs: readonly Pair[]): Judged {
  const symptom = 'share of requests that had to connect';
  const first = pairs[0];
  const was = first?.before.total.newConnections;
  const is = first?.after.total.newConnections;
  if (first === undefined || was == null || is == null)
    return unknown(symptom, 'connections are not recorded in both runs');
  const plain = (value: number): Interval => ({ value, low: null, high: null });
  return {
    state: is < 0.2 ? 'gone' : is < 0.5 || is < was * 0.6 ? 'eased' : 'stands',
    statement: `At ${loadName(first.before)}, ${share(was)} of the requests had to connect before and ${share(is)} after.`,
    symptom,
    before: plain(was),
    after: plain(is),
  };
}

/** What the endpoints take at the lowest load, where hardly anything waits. */
function ownTimeOf(suspect: Suspect, pairs: readonly Pair[], before: Side, compared: Compared): Judged {
  const symptom = 'average at the lowest load, after over before';
  const first = pairs[0];
  if (first === undefined) return unknown(symptom, 'no load is valid in both runs');
  const ratios = indexesOf(suspect.endpoints, before).flatMap((i) => {
    const [a, b] = [first.before.endpoints[i], first.after.endpoints[i]];
    const [from, to] = [a == null ? null : averageOf(a), b == null ? null : averageOf(b)];
    const name = before.run.plan.endpoints[i]?.name ?? '';
    const ratio = ratioOfLine(compared(first.before, 'avg', name));
    return ratio === null || from === null || to === null ? [] : [{ ratio, from, to, name }];
  });
  const worst = ratios.toSorted((a, b) => b.ratio.value - a.ratio.value)[0];
  if (worst === undefined) return unknown(symptom, 'these endpoints are not in both runs');
  const { ratio, from, to } = worst;
  const state =
    (ratio.high ?? ratio.value) <= ownTime.gone
      ? 'gone'
      : (ratio.low ?? ratio.value) >= ownTime.stands || (ratio.value >= 0.95 && ratio.low === null)
        ? 'stands'
        : (ratio.high ?? ratio.value) < 1
          ? 'eased'
          : 'unknown';
  return {
    state,
    statement: `At ${loadName(first.before)}, ${worst.name} took ${milliseconds(from.value)} before and ${milliseconds(to.value)} after (${times(ratio.value)}).${state === 'unknown' ? ' The intervals leave it open.' : ''}`,
    symptom,
    before: from,
    after: to,
  };
}

/** Seen in any load of enough length: so what the same rule says of the run after is the answer. */
function soughtAgain(again: Finding | null, pairs: readonly Pair[], after: Side): Judged {
  const symptom = 'the same rule, on the run after';
  const said = { symptom, before: null, after: null };
  if (again !== null)
    return { ...said, state: 'stands', statement: `The run after shows it again: ${again.title}.` };
  if (pairs.length === 0 || after.analysis.diagnosis.verdict === 'invalid')
    return unknown(symptom, 'no load is valid in both runs');
  return {
    ...said,
    state: 'gone',
    statement: `At the same loads (${list(
      pairs.map((p) => loadName(p.before)),
      5,
    )}) it is not seen again.`,
  };
}
