import { meanThinkTimeMs } from '../../plan/think-time.ts';
import type { NetworkStation } from './closed-network.ts';
import type { SimulatedSystem, Step } from './simulated-system.ts';

export type Described = Omit<SimulatedSystem, 'truth'>;

/** Mean time that one request of the mix needs at each station, and at none, ms. */
type Demands = { readonly atStations: Map<string, number>; delayMs: number };

/**
 * What theory says of a system (Lazowska et al. 1984, ch. 5): Xmax = min over stations of servers/demand, and
 * N* = Xmax·(R₁ + Z). A contended station: the peak of the Universal Scalability Law, without think time at
 * N* = √((1−σ)/κ). Every cache counts as warm; failures and time-outs are left out. Nothing for places that are held
 * through stalls: how much of a stall they lose depends on when what they wait for is done.
 */
export function boundsOf(system: Described): { readonly knee?: number; readonly xmax?: number } {
  const held = heldMs(system);
  if (system.stall && held > 0) return {};
  const demands = demandsOf(system);
  const thinkMs = (system.thinkTime && meanThinkTimeMs(system.thinkTime)) ?? 0;
  const singleMs = [...demands.atStations.values()].reduce((a, b) => a + b, 0) - held + demands.delayMs;
  let xmax = Number.POSITIVE_INFINITY;
  for (const station of system.stations) {
    const demandMs = demands.atStations.get(station.name) ?? 0;
    if (demandMs === 0) continue;
    if (station.discipline === 'contended') {
      const { sigma = 0, kappa = 0 } = station;
      const peak = Math.sqrt((1 - sigma) / kappa);
      const usl = (n: number) => n / (demandMs * (1 + sigma * (n - 1) + kappa * n * (n - 1)));
      const best = Math.max(usl(Math.floor(peak)), usl(Math.ceil(peak)));
      return { xmax: best * 1000, ...(thinkMs === 0 ? { knee: peak } : {}) };
    }
    const servers = station.discipline === 'row' ? rowsOf(system, station.name) : station.servers;
    xmax = Math.min(xmax, (servers / demandMs) * 1000);
  }
  if (system.stall) xmax *= 1 - system.stall.lengthMs / system.stall.everyMs;
  if (system.limit?.kind === 'token-bucket') xmax = Math.min(xmax, system.limit.perSecond);
  if (!Number.isFinite(xmax)) return {};
  return { xmax, knee: (xmax * (singleMs + thinkMs)) / 1000 };
}

/** The system as a closed network, for exact analysis; only where it holds no place at one station while at another. */
export function networkOf(system: Described): readonly NetworkStation[] {
  const { atStations, delayMs } = demandsOf(system);
  return [
    ...system.stations.map(({ name, servers }) => ({ demandMs: atStations.get(name) ?? 0, servers })),
    { demandMs: delayMs, servers: Number.POSITIVE_INFINITY },
  ];
}

function demandsOf(system: Described): Demands {
  const demands: Demands = { atStations: new Map(), delayMs: system.networkMs ?? 0.2 };
  forEachShare(system, (steps, rows, share) => add(demands, steps, rows, share));
  if (system.keepAlive === false) {
    const { ms = 0.2, station, workMs = 0 } = system.connect ?? {};
    demands.delayMs += ms;
    if (station !== undefined) put(demands, station, workMs);
  }
  return demands;
}

/** How long steps take one user alone, ms. */
export function stepsMs(steps: readonly Step[], rows: number): number {
  return add({ atStations: new Map(), delayMs: 0 }, steps, rows, 1);
}

/** Adds `share` times the steps' mean times; returns how long they take, alone. */
function add(demands: Demands, steps: readonly Step[], rows: number, share: number): number {
  let total = 0;
  for (const step of steps) {
    switch (step.kind) {
      case 'serve': {
        const pause = step.pause ? step.pause.ms / step.pause.every : 0;
        const ms = step.ms + (step.perRowMs ?? 0) * rows + pause;
        put(demands, step.station, share * ms);
        total += ms;
        break;
      }
      case 'delay': {
        const { share: slowShare, ms: slowMs } = step.slow ?? { share: 0, ms: 0 };
        const ms = step.ms * (1 - slowShare) + slowMs * slowShare;
        demands.delayMs += share * ms;
        total += ms;
        break;
      }
      case 'hold': {
        const ms = add(demands, step.steps, rows, share);
        put(demands, step.station, share * ms);
        total += ms;
        break;
      }
      case 'each-row':
        total += rows * add(demands, step.steps, rows, share * rows);
        break;
      default:
        step satisfies never;
    }
  }
  return total;
}

/** Time under hold is counted at the holding station and where it is spent: once too often for R₁. */
function heldMs(system: Described): number {
  const holders: Demands = { atStations: new Map(), delayMs: 0 };
  let held = 0;
  const walk = (steps: readonly Step[], rows: number, share: number): void => {
    for (const step of steps) {
      if (step.kind === 'each-row') walk(step.steps, rows, share * rows);
      if (step.kind !== 'hold') continue;
      held += share * add(holders, step.steps, rows, 0);
      walk(step.steps, rows, share);
    }
  };
  forEachShare(system, walk);
  return held;
}

function forEachShare(
  system: Described,
  visit: (steps: readonly Step[], rows: number, share: number) => void,
): void {
  const sum = system.endpoints.reduce((total, { weight = 1 }) => total + weight, 0);
  for (const { weight = 1, list, cache, steps } of system.endpoints) {
    visit(cache?.hit ?? steps, list?.rows ?? 1, weight / sum);
  }
}

/** Places of a station with a queue for each row: with a hot row, as many as keep that one busy. */
function rowsOf(system: Described, name: string): number {
  const holds = (steps: readonly Step[]): boolean =>
    steps.some((step) => step.kind === 'hold' && step.station === name);
  const holders = system.endpoints.filter(({ steps }) => holds(steps));
  const places = holders.map(({ keys = 1, hotShare = 0 }) => 1 / (hotShare + (1 - hotShare) / keys));
  return Math.min(...places);
}

function put({ atStations }: Demands, station: string, ms: number): void {
  atStations.set(station, (atStations.get(station) ?? 0) + ms);
}
