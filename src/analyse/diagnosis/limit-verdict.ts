import type { Cause, Finding, Interval } from '../analysis.ts';
import { targetErrors } from '../measure/target-errors.ts';
import { number, share, within } from '../words.ts';
import type { Facts } from './facts.ts';
import { fillsProcessors, fullMachine, idleMachine, isLocal, machineUseOf } from './machine-use.ts';
import { processorSignsOf } from './processor-signs.ts';
import { contentionCollapse } from './rules/contention-collapse.ts';
import { drift } from './rules/drift.ts';
import { moreWorkersBringMore } from './rules/generator.ts';
import { isOutside, type SharedLimit, type Together } from './shared-limit.ts';
import { turnedAwayOf } from './turned-away.ts';

/** The four causes that look alike in a ladder, and what a limit must show for each: docs/methods.md, 4. */
export type LimitCause = 'connection-pool' | 'single-threaded' | 'lock-contention' | 'cpu-saturation';

export type LimitVerdict = {
  readonly limit: SharedLimit;
  /** One: it is the cause. More: they cannot be told apart. None: none of the four fits. */
  readonly causes: readonly LimitCause[];
  readonly size: Interval | null;
  /** Why it is still open, and what would decide; empty where one cause remains. */
  readonly because: string;
  readonly experiment: string;
};

const mostErrors = 0.05;
/** Only a limit that the mix fills this far is what the mix meets. */
const leastBusy = 0.6;
/** So many of the sharing endpoints must show the pattern, of those whose times can tell. */
const mostOf = 0.75;
/** Below so many at once there is one place only: m ≤ Xsat·S, for a place is held no longer than the request takes. */
const onePlace = 2;
/** Surely more than one, all of the request's time being held. */
const severalPlaces = 1.25;
/** Answers so large, bytes, at so many bytes per second, may fill the line itself; a machine to itself carries far more. */
const wide = { bytes: 20_000, perSecond: 5e6, perSecondLocal: 5e8 } as const;
/** A processor that always has work does one thing at a time at least: surely fewer at once, and something else waits. */
const oneAtWork = 1;
/** What is taken off a request's time for network and parsing is not exact. */
const inexact = 0.03;

/** Requests that fail or are turned away, and a target that changes with time, wait for other reasons. */
export function standsForQueueing(facts: Facts): boolean {
  const { saturation } = facts;
  if (saturation === null || targetErrors(saturation.after.total).share > mostErrors) return false;
  return turnedAwayOf(facts.failures) === null;
}

/** What each limit that was probed says; none where the ladder shows no queueing that it could explain. */
export function limitVerdictsOf(facts: Facts): readonly LimitVerdict[] {
  if (facts.limits.length === 0 || moreWorkersBringMore(facts)) return [];
  if (!standsForQueueing(facts) || changes(facts)) return [];
  return facts.limits.map((limit) => judge(limit, facts));
}

/** Throughput that falls is no plateau, proven or not, and with drift the later stage is slower whatever its load. */
function changes(facts: Facts): boolean {
  return contentionCollapse.accuse(facts) !== null || drift.accuse(facts)?.kind === 'found';
}

function judge(limit: SharedLimit, facts: Facts): LimitVerdict {
  const { control, parallelism, busy } = limit;
  const open = (causes: readonly LimitCause[], because: string, experiment: string): LimitVerdict => ({
    limit,
    causes,
    size: null,
    because,
    experiment,
  });
  const found = (cause: LimitCause, size: Interval | null): LimitVerdict => ({
    limit,
    causes: [cause],
    size,
    because: '',
    experiment: '',
  });
  if (busy !== null && busy < leastBusy) {
    return open([], `the mix uses only ${share(busy)} of what ${limit.name} reaches alone`, '');
  }
  if (fillsProcessors(limit, facts)) return found('cpu-saturation', null);
  if (control === null || control.together === 'unclear') {
    return open(
      ['connection-pool', 'single-threaded', 'lock-contention', 'cpu-saturation'],
      'no control endpoint showed whether everything was slowed',
      `Hold ${limit.name} beyond its limit again, longer, and ask something trivial beside it: a static file, a health check.`,
    );
  }
  const one = parallelism?.high != null && parallelism.high < onePlace;
  const surelySeveral = parallelism?.low != null && parallelism.low > severalPlaces;
  const several = surelySeveral && holdsTwoOrMore(parallelism);
  const places: readonly LimitCause[] = one
    ? ['lock-contention']
    : several
      ? ['connection-pool']
      : ['connection-pool', 'lock-contention'];
  const cpu = machineUseOf(limit, facts)?.busy ?? null;
  const processor =
    'Look at the processor time of the target under this load, and of what it calls (a database).';
  const told = limit.sharing.filter((n) => n.together !== 'slowed');
  const part = (of: Together) =>
    told.length === 0 ? 0 : told.filter((n) => n.together === of).length / told.length;
  // A control of a millisecond is slowed by any factor as soon as the target does something else, too; those that take
  // long tell a queue from a processor.
  const waitsInNoQueue = control.reading.share !== null && isOutside(control.reading.share);
  if (control.together === 'same-factor' && waitsInNoQueue && part('same-time') >= mostOf)
    return besideControl();
  switch (control.together) {
    case 'same-factor':
      if (told.length > 0 && part('same-factor') < mostOf)
        return open(
          ['cpu-saturation', 'single-threaded'],
          'the control was slowed by the same factor, the other endpoints were not',
          'Look at the processor time of the target under this load.',
        );
      // A quota fills up on a machine that has time left; a disk that everything waits for leaves it time, too.
      if (cpu !== null && !isFull(cpu))
        return open(
          ['cpu-saturation', ...places],
          `all were slowed by the same factor, as on a full processor, though the machine was only ${share(cpu)} busy: a quota of the target may be used up, or a disk is`,
          processor,
        );
      return sharedProcessor();
    case 'slowed':
      return open(
        ['single-threaded', 'cpu-saturation'],
        `${control.name} was slowed, and is less than three times faster alone than ${limit.name}: the same time and the same factor look alike`,
        'Add an endpoint to the plan that is much faster (or much slower) and waits for the same, or look at the processor time of the target.',
      );
    case 'same-time':
    case 'part-of-the-time':
      if (one && !surelySeveral) return found('single-threaded', parallelism);
      return open(
        one
          ? ['cpu-saturation', 'single-threaded']
          : ['single-threaded', 'connection-pool', 'cpu-saturation'],
        `everything waits in one queue, and up to ${number(parallelism?.value ?? 0, 1)} requests were served at once: so many threads, workers or processors, or fewer that each request holds for a part of its time`,
        'Change the number of processes or workers of the target: the throughput moves with it if they are the limit. Its processor time tells processors from waiting threads.',
      );
    case 'free':
      return besideControl();
    default:
      return control.together satisfies never;
  }

  /** Slowed as by a full processor: it is one, unless fewer requests than that were at work. */
  function sharedProcessor(): LimitVerdict {
    if (parallelism?.high != null && parallelism.high < oneAtWork)
      return open(
        ['lock-contention', 'single-threaded', 'cpu-saturation'],
        `all were slowed as on a full processor, though less than one request${within(parallelism, (v) => number(v, 2))} was served at once: part of the work is done in vain, or waits`,
        processor,
      );
    return found('cpu-saturation', null);
  }

  /** The control does not wait: a pool, a lock, or a processor on which its own work is too short to show. */
  function besideControl(): LimitVerdict {
    const idle = cpu !== null && cpu < idleMachine;
    const signs = processorSignsOf(limit, facts);
    const byFactor = part('same-factor') >= mostOf;
    const byTime = part('same-time') >= mostOf;
    if (mayFillTheLine(limit, facts))
      return open(
        ['connection-pool', 'lock-contention'],
        `the answers of ${limit.name} are large: what is full may as well be the line that carries them`,
        'Ask for smaller answers at the same rate, or compress them: if the throughput grows, it is the line.',
      );
    if (!byTime && signs.ownWork?.says !== 'same-time' && signs.ownWork?.says !== 'partly-spared') {
      const slowed = signs.control === 'slowed';
      if (
        byFactor ||
        (slowed && (cpu === null || isFull(cpu))) ||
        (signs.ownWork?.says === 'same-factor' && isFull(cpu))
      )
        return sharedProcessor();
      // A quota fills up on a machine that has time left.
      if (slowed)
        return open(
          ['cpu-saturation', ...places],
          `${controlWords(limit)} was slowed as on a full processor, though the machine was not full: a quota of the target may be used up`,
          processor,
        );
      if (signs.ownWork?.says === 'same-factor')
        return open(
          ['cpu-saturation', ...places],
          `short answers of ${limit.name} stayed short, as on a processor shared in time slices, or behind a queue without an order`,
          processor,
        );
      if (isFull(cpu) || (!idle && signs.control !== 'not-slowed' && signs.ownWork === null))
        return open(
          [...places, 'cpu-saturation'],
          isFull(cpu)
            ? 'the machine that serves it was busy, so that its processors are not excluded'
            : `${controlWords(limit)} does too little work of its own to show whether a processor is full`,
          processor,
        );
    }
    if (one) return found('lock-contention', parallelism);
    if (several && parallelism !== null && holdsInteger(parallelism))
      return found('connection-pool', sizeOf(parallelism));
    return open(
      ['connection-pool', 'lock-contention'],
      parallelism === null
        ? `${limit.name} alone reached no limit that could be counted`
        : `about ${number(parallelism.value, 1)} requests${within(parallelism, (v) => number(v, 1))} were served at once: no whole number of places`,
      'Load one row only and many rows in turn: if only the single row is slow, it is a lock. With a pool, the throughput moves with its size.',
    );
  }
}

/** A line of a fixed rate for each sender looks like a pool with a whole number of places, so no figure excludes it. */
function mayFillTheLine({ held, solo }: SharedLimit, { readings, run }: Facts): boolean {
  const bytes = readings.single.find((r) => r.endpoint === held)?.bytes ?? 0;
  const perSecond = isLocal(run.plan.target) ? wide.perSecondLocal : wide.perSecond;
  return bytes >= wide.bytes && bytes * (solo?.saturation?.value ?? 0) >= perSecond;
}

function isFull(cpu: number | null): boolean {
  return cpu !== null && cpu >= fullMachine;
}

function holdsInteger(interval: Interval): boolean {
  const [first, last] = wholeIn(interval);
  return last >= first;
}

/** The lowest and the highest whole number, of two and more, in the interval. */
function wholeIn({ value, low, high }: Interval): readonly [number, number] {
  return [
    Math.max(onePlace, Math.ceil((low ?? value) * (1 - inexact))),
    Math.floor((high ?? value) * (1 + inexact)),
  ];
}

function holdsTwoOrMore({ low, high }: Interval): boolean {
  return low !== null && high !== null && low > 1 && high >= onePlace;
}

/** The one whole number in the interval; the interval itself, where it holds more. */
function sizeOf(interval: Interval): Interval {
  const [first, last] = wholeIn(interval);
  return first === last ? { value: first, low: first, high: first } : interval;
}

/** The endpoints that wait: the held ones, and those that surely wait with them. */
export function waitingNames(verdicts: readonly LimitVerdict[]): string[] {
  return [...new Set(verdicts.flatMap(({ limit }) => [limit.name, ...limit.sharing.map((n) => n.name)]))];
}

/** All verdicts that name this one cause, as one finding's worth. */
export function verdictsFor(facts: Facts, cause: LimitCause): readonly LimitVerdict[] {
  return limitVerdictsOf(facts).filter(({ causes }) => causes.length === 1 && causes[0] === cause);
}

export function controlWords({ control }: SharedLimit): string {
  if (control === null) return 'no control';
  return control.isProbe ? `${control.name} (asked by the probes as a control)` : control.name;
}

export function excludedOf(rows: readonly (readonly [Cause, string])[]): Finding['excluded'] {
  return rows.map(([cause, because]) => ({ cause, because }));
}
