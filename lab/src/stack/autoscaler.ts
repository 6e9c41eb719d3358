import { isObject } from '../document.ts';
import type { Fleet, FleetMember } from './fleet.ts';
import type { Balancer } from './haproxy.ts';
import { createScaling, type ScalingPolicy } from './scaling.ts';

/** What one instance should have of each load; the Kubernetes manifest beside it has the same figures. */
export interface ScalingTargets {
  /** Requests per second. */
  readonly rate: number;
  /** Busy cores: 0.7 is 70 % of one. */
  readonly cores: number;
  /** Requests in it, and those that wait in the balancer. Where instances are full, rate and cores grow no more. */
  readonly inFlight: number;
}

/** What was read, and what came of it. */
export interface ScalingStep {
  readonly ratePerSecond: number;
  readonly busyCores: number;
  readonly inFlight: number;
  readonly before: number;
  readonly after: number;
}

export interface Autoscaler {
  /** After the step under way. */
  stop(): Promise<void>;
}

/**
 * A tuned instance without a cache took 3.7 to 4.5 ms of a core for a request, half of them writes (1 to 16 clients, a machine of
 * two cores that had other work): 0.7 cores answer 155 to 190 requests per second.
 */
export const defaultTargets: ScalingTargets = { rate: 150, cores: 0.7, inFlight: 30 };

/** Up after 3 s and down after 30 s: a start costs a second of a core, and a load that left may come back. */
export const defaultPolicy: ScalingPolicy = {
  minimum: 1,
  maximum: 4,
  tolerance: 0.1,
  upWindowMs: 3000,
  downWindowMs: 30_000,
};

const periodMs = 1000;
const answerLimitMs = 3000;

/** Reads the load every second, and grows or shrinks the fleet by one until it is as large as the policy desires. */
export function startAutoscaler(parts: {
  readonly fleet: Fleet;
  readonly balancer: Balancer;
  readonly targets?: ScalingTargets;
  readonly policy?: ScalingPolicy;
  /** Told of every step, also of those that change nothing. */
  readonly onStep?: (step: ScalingStep) => void;
  /** Told why a reading or a change failed; the next step tries again. */
  readonly onFault?: (error: unknown) => void;
}): Autoscaler {
  const { fleet, balancer, targets = defaultTargets, onStep, onFault } = parts;
  const scaling = createScaling(parts.policy ?? defaultPolicy);
  let earlier: Counters | undefined;
  const step = async () => {
    const later = await readCounters(fleet, balancer);
    const load = earlier === undefined ? undefined : loadBetween(earlier, later);
    earlier = later;
    if (load === undefined) return;
    const before = fleet.members().length;
    const desired = scaling.desire(later.atMs, before, [
      { total: load.ratePerSecond, target: targets.rate },
      { total: load.busyCores, target: targets.cores },
      { total: load.inFlight, target: targets.inFlight },
    ]);
    const after = desired > before ? await fleet.grow() : desired < before ? await fleet.shrink() : before;
    onStep?.({ ...load, before, after });
  };

  let isStopped = false;
  let wake = () => {};
  const loop = async () => {
    while (!isStopped) {
      await step().catch((error: unknown) => onFault?.(error));
      if (isStopped) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, periodMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const ended = loop();
  return {
    stop() {
      isStopped = true;
      wake();
      return ended;
    },
  };
}

interface Counters {
  readonly atMs: number;
  readonly requests: number;
  readonly inFlight: number;
  /** By process. */
  readonly cpuSeconds: ReadonlyMap<number, number>;
}

async function readCounters(fleet: Fleet, balancer: Balancer): Promise<Counters> {
  const [reading, cpu] = await Promise.all([balancer.read(), Promise.all(fleet.members().map(cpuSecondsOf))]);
  return {
    atMs: performance.now(),
    requests: reading.requests,
    inFlight: reading.queued + reading.servers.reduce((sum, { inFlight }) => sum + inFlight, 0),
    cpuSeconds: new Map(cpu),
  };
}

/** As the process itself counts it. */
async function cpuSecondsOf({ running }: FleetMember): Promise<readonly [number, number]> {
  const stats = new URL('/_lab/stats', running.url);
  const answer = await fetch(stats, { signal: AbortSignal.timeout(answerLimitMs) });
  const read: unknown = await answer.json();
  const told = isObject(read) && isObject(read.process) ? read.process.cpuSeconds : undefined;
  if (typeof told !== 'number') throw new Error(`${stats} does not tell processor seconds`);
  return [running.pid, told];
}

/** `undefined` after a reload, which counts from zero again. */
function loadBetween(
  earlier: Counters,
  later: Counters,
): Pick<ScalingStep, 'ratePerSecond' | 'busyCores' | 'inFlight'> | undefined {
  const seconds = (later.atMs - earlier.atMs) / 1000;
  if (later.requests < earlier.requests || seconds <= 0) return undefined;
  const busy = [...later.cpuSeconds].reduce((sum, [pid, now]) => {
    const before = earlier.cpuSeconds.get(pid);
    return before === undefined ? sum : sum + Math.max(now - before, 0);
  }, 0);
  return {
    ratePerSecond: (later.requests - earlier.requests) / seconds,
    busyCores: busy / seconds,
    inFlight: later.inFlight,
  };
}
