import type { FlowStep, Plan, ThinkTime } from '../../plan/plan.ts';
import { thinkTimeMoment } from '../../plan/think-time.ts';
import { bucketMidUs, type HistogramSnapshot, mergeSnapshots } from '../../record/histogram.ts';
import { trialsOf } from '../../record/trial.ts';
import type { SteadyPart } from '../measure/steady-part.ts';
import { count, milliseconds, number, rateFigure, share } from '../words.ts';
import { type JudgedCheck, notChecked, passOrFail } from './check.ts';
import type { Observed } from './validity.ts';
import {
  lawErrors,
  lawMaxAllowance,
  lawMinRequests,
  littlesLawLimit,
  responseTimeLawLimit,
} from './validity-limits.ts';

const littlesTitle = "Little's law";
/** Node's timers fire on whole milliseconds. */
const clockTickSeconds = 0.001;
const responseTitle = 'Interactive response-time law';

/**
 * Little's law: L = X·S over the part's T seconds, L sampled by a timer, S the service time of everything that ended.
 *
 * The law is exact only if nothing crosses the ends of the part. Of the L requests in flight at an end, each has the
 * age A, E[A²] = E[S³]/(3·E[S]) (inspection paradox), so that ∑S of what ended differs from ∫L dt by a standard
 * deviation of √(2·L·E[A²]), relative to L·T. The n samples of L add √(L/n)/L (at most: neighbouring ones are alike).
 * The allowance on top of the limit is three times both, and what a change of the load's age in the part explains
 * ({@link edgeDrift}). A timer comes with the ticks of the clock, and so do users who thought and arrivals that were due:
 * the samples see the requests that just began too often, at most as if each took a tick longer.
 */
export function littlesLaw(
  part: SteadyPart,
  service: HistogramSnapshot,
  { inFlight, thinkTimeMs }: Pick<Observed, 'inFlight' | 'thinkTimeMs'>,
): JudgedCheck {
  const n = service.count;
  if (n < lawMinRequests) {
    return notChecked('littles-law', littlesTitle, tooFew(n));
  }
  if (inFlight === null || inFlight <= 0) {
    return notChecked(
      'littles-law',
      littlesTitle,
      'The requests in flight were not sampled: nothing to compare.',
    );
  }
  const throughput = n / part.seconds;
  const serviceSeconds = service.sumUs / n / 1e6;
  const product = throughput * serviceSeconds;
  const moments = momentsOf(service);
  const edge = Math.sqrt((2 * moments.third) / (3 * moments.first * inFlight)) / part.seconds;
  const samples = samplesPerWorker(part);
  const sampling = samples > 0 ? 1 / Math.sqrt(inFlight * samples) : 1;
  const allowance = lawErrors * Math.hypot(edge, sampling) + edgeDrift(part) / (inFlight * part.seconds);
  const off = Math.abs(inFlight - product) / inFlight;
  const figures = `${number(inFlight, 2)} requests in flight were sampled; throughput × service time = ${rateFigure(throughput)}/s × ${milliseconds(serviceSeconds * 1000)} = ${number(product, 2)}`;
  const within = off <= littlesLawLimit + allowance;
  if (allowance > lawMaxAllowance && within) {
    return notChecked(
      'littles-law',
      littlesTitle,
      `${figures}; the part is too short to check it closer than ± ${share(littlesLawLimit + allowance)}.`,
    );
  }
  const onTicks = thinkTimeMs === 0 ? 0 : (throughput * clockTickSeconds) / inFlight;
  if (!within && inFlight > product && off <= littlesLawLimit + allowance + onTicks) {
    return notChecked(
      'littles-law',
      littlesTitle,
      `${figures}: ${share(off)} apart. Requests as short as these are sampled too often, since they begin with the same ticks of the clock that the samples come with.`,
    );
  }
  return passOrFail(within, 'invalid', {
    check: 'littles-law',
    title: littlesTitle,
    value: off,
    threshold: littlesLawLimit + allowance,
    unit: 'share',
    statement: `${figures}: ${share(off)} apart, ${limitWords(littlesLawLimit, allowance)} allowed.`,
  });
}

/**
 * Interactive response-time law (closed model): N = X·(R + Z). Of the N users each is in an activity (waiting or
 * thinking) of age A at either end of the part, E[A²] = (E[R³] + E[Z³]) / (3·(E[R] + E[Z])); hence the allowance
 * 3·√(2·E[A²]/N)/T, and the {@link edgeDrift}. E[Z³] is that of the plan's think time.
 */
export function responseTimeLaw(
  { stage, run, thinkTimeMs }: Observed,
  part: SteadyPart,
  response: HistogramSnapshot,
): JudgedCheck {
  const id = 'response-time-law';
  const n = response.count;
  const { load } = run.plan;
  if (stage.users === null || load.kind === 'open') {
    return notChecked(id, responseTitle, 'Open model: the law is about users who wait for their answers.');
  }
  if (trialsOf(run).get(stage.index)?.kind === 'coupling') {
    return notChecked(id, responseTitle, 'Others ask beside the users: the law is about users alone.');
  }
  if (n < lawMinRequests) return notChecked(id, responseTitle, tooFew(n));
  if (thinkTimeMs === null) {
    return notChecked(id, responseTitle, 'The think time really slept was not recorded.');
  }
  const users = meanUsers(part) ?? stage.users;
  if (users <= 0) return notChecked(id, responseTitle, 'No user was alive.');
  const throughput = n / part.seconds;
  const responseSeconds = response.sumUs / n / 1e6;
  const accounted = throughput * (responseSeconds + thinkTimeMs / 1000);
  const moments = momentsOf(response);
  const think = thirdMomentOfThinking(run.plan, thinkTimeMs / 1000);
  const age2 = (moments.third + think) / (3 * (moments.first + thinkTimeMs / 1000));
  const allowance = (lawErrors * Math.sqrt((2 * age2) / users) + edgeDrift(part) / users) / part.seconds;
  const off = accounted / users - 1;
  const figures = `${rateFigure(throughput)}/s × (${milliseconds(responseSeconds * 1000)} response + ${milliseconds(thinkTimeMs)} think time) account for ${number(accounted, 1)} of ${count(Math.round(users), 'user')}`;
  if (allowance > lawMaxAllowance && Math.abs(off) <= responseTimeLawLimit + allowance) {
    return notChecked(
      id,
      responseTitle,
      `${figures}; the part is too short to check it closer than ± ${share(responseTimeLawLimit + allowance)}.`,
    );
  }
  // More users than there are cannot be: the recording contradicts itself. Fewer: the generator held some back.
  return passOrFail(Math.abs(off) <= responseTimeLawLimit + allowance, off > 0 ? 'invalid' : 'lower-bound', {
    check: id,
    title: responseTitle,
    value: off,
    threshold: responseTimeLawLimit + allowance,
    unit: 'share',
    statement: `${figures}: ${share(Math.abs(off))} ${off < 0 ? 'missing' : 'too many'}, ${limitWords(responseTimeLawLimit, allowance)} allowed.`,
  });
}

/**
 * By how many request-seconds the requests in flight at the part's end are older, together, than those at its begin:
 * |L₂·a₂ − L₁·a₁|, L and the mean age a = E[S²]/(2·E[S]) from the last and the first fifth. Large while a queue builds
 * up: then what is still waiting cannot have ended yet, and the laws about what ended do not see it.
 */
function edgeDrift(part: SteadyPart): number {
  const fifth = Math.max(1, Math.floor(part.seconds / 5));
  const ageAtOnce = (from: number, to: number) => {
    const inside = ({ second }: { readonly second: number }) => second >= from && second < to;
    const service = mergeSnapshots(part.windows.filter(inside).map((window) => window.service));
    const health = part.health.filter(inside);
    const seconds = new Set(health.map((sample) => sample.second)).size;
    if (service.count === 0 || seconds === 0) return 0;
    const inFlight = health.reduce((sum, sample) => sum + sample.inFlightMean, 0) / seconds;
    const { first, second } = momentsOf(service);
    return (inFlight * second) / (2 * first);
  };
  const end = part.from + part.seconds;
  return Math.abs(ageAtOnce(end - fifth, end) - ageAtOnce(part.from, part.from + fifth));
}

function tooFew(n: number): string {
  return `${count(n, 'request')} ended, fewer than ${lawMinRequests}: too few for a law about averages.`;
}

function limitWords(limit: number, allowance: number): string {
  const rounded = share(Math.round(allowance * 1000) / 1000);
  return allowance < 0.0005 ? share(limit) : `${share(limit)} + ${rounded} for requests that cross its ends`;
}

/** Moments in seconds. */
function momentsOf(histogram: HistogramSnapshot): { first: number; second: number; third: number } {
  let second = 0;
  let third = 0;
  for (let i = 0; i < histogram.buckets.length; i += 1) {
    const value = bucketMidUs(histogram.buckets[i] ?? 0) / 1e6;
    const n = histogram.counts[i] ?? 0;
    second += value ** 2 * n;
    third += value ** 3 * n;
  }
  const first = Math.max(1e-9, histogram.sumUs / histogram.count / 1e6);
  return { first, second: second / histogram.count, third: third / histogram.count };
}

/**
 * E[Z³] in s³, at most: of all pauses that the plan names that with the largest, at least the cube of the mean, and of
 * an unknown one that of an exponential. Pacing makes a pause max(Z, P − R) at most, whose cube is below Z³ + P³.
 */
function thirdMomentOfThinking({ load, flows = [] }: Plan, meanSeconds: number): number {
  if (load.kind === 'open') return meanSeconds ** 3;
  const pauses = [load.thinkTime, ...flows.flatMap(({ steps }) => pausesOf(steps))];
  const moments = pauses.map((pause) => thinkTimeMoment(pause, 3));
  if (moments.includes(null)) return 6 * meanSeconds ** 3;
  const largest = Math.max(...moments.map((moment) => (moment ?? 0) / 1e9));
  return Math.max(meanSeconds ** 3, largest) + ((load.pacingMs ?? 0) / 1000) ** 3;
}

function pausesOf(steps: readonly FlowStep[]): ThinkTime[] {
  return steps.flatMap((step) => {
    switch (step.kind) {
      case 'request':
        return step.thinkTime ?? [];
      case 'think':
        return step.thinkTime;
      case 'choose':
        return pausesOf([...step.steps, ...step.otherwise]);
      case 'repeat':
        return pausesOf(step.steps);
      default:
        return step satisfies never;
    }
  });
}

/** Mean users alive in the part, all workers together; null: not recorded. */
export function meanUsers(part: SteadyPart): number | null {
  if (part.health.length === 0 || part.seconds <= 0) return null;
  const bySecond = new Map<number, number>();
  for (const { second, users } of part.health) bySecond.set(second, (bySecond.get(second) ?? 0) + users);
  let sum = 0;
  for (const users of bySecond.values()) sum += users;
  return sum / bySecond.size;
}

function samplesPerWorker(part: SteadyPart): number {
  const workers = new Set(part.health.map((sample) => sample.worker));
  const samples = part.health.reduce((sum, sample) => sum + sample.inFlightSamples, 0);
  return workers.size > 0 ? samples / workers.size : 0;
}
