import type { Cause } from '../../src/analyse/analysis.ts';
import type { Drawing } from './drawing.ts';
import { type Query, quickQuery, type Route, type ServerConfig, type Step } from './server-config.ts';
import type { PlannedEndpoint } from './system.ts';

/** A server with its fault as a switch; its parameters are drawn already. */
export type Draft = {
  readonly stack: ServerConfig['stack'];
  readonly serve: (isFaulty: boolean) => Served;
  readonly causes: readonly Cause[];
  readonly also?: readonly Cause[];
  readonly isOutside?: true;
  readonly size?: number;
  readonly thinkTime?: string;
  readonly maxUsers?: number;
  readonly comparedUsers?: number;
  /** Healthy: there is nothing to take away. */
  readonly hasNoFault?: true;
  /** Values of `{id}`; `1..200` unless given. */
  readonly ids?: string;
};

export type Served = { readonly routes: readonly Route[] } & Partial<Omit<ServerConfig, 'stack' | 'routes'>>;

export function configOf({ stack }: Draft, { routes, ...differs }: Served): ServerConfig {
  return {
    stack,
    routes,
    pool: null,
    keepAlive: true,
    limit: null,
    stall: null,
    nagle: false,
    backingConnections: null,
    unevenInstances: null,
    ...differs,
  };
}

export function endpointsOf({ ids = '1..200' }: Draft, { routes }: Served): readonly PlannedEndpoint[] {
  return routes.map(({ method, path }, index) => ({
    request: `${method} ${path}`,
    weight: 1 + (index % 3),
    data: path.includes('{id}') ? { id: ids } : {},
    body: method === 'POST',
  }));
}

/** What a route is but for its steps; drawn once, so that faulty and remedied servers have the same. */
export type Outline = Omit<Route, 'steps'>;

export function outlines(d: Drawing, count: number, fixed: Partial<Outline> = {}): readonly Outline[] {
  return Array.from({ length: count }, () => ({
    method: 'GET' as const,
    path: d.chance(0.5) ? `/${d.name()}/{id}` : `/${d.name()}`,
    rowBytes: d.whole(20, 800),
    rows: null,
    cached: false,
    ...fixed,
  }));
}

export function withSteps(
  all: readonly Outline[],
  steps: (index: number) => readonly Step[],
): readonly Route[] {
  return all.map((outline, index) => ({ ...outline, steps: steps(index) }));
}

/** A route that hardly does anything; in three of ten systems there is none. */
export function light(d: Drawing): readonly Route[] {
  const made = withSteps(outlines(d, d.whole(1, 2)), () => [{ do: 'compute', ms: 0.05 }]);
  return d.chance(0.7) ? made : [];
}

/** Held up by the group commit of the backing process. */
export function committing(commitMs: number): Step {
  return { do: 'query', query: committed(commitMs) };
}

export function committed(commitMs: number): Query {
  return { ...quickQuery, commitMs };
}

/** What is true of a faulty system whatever was planted. */
export function alsoTrueOf({ stack, causes, also = [] }: Draft, { routes }: Served): readonly Cause[] {
  const costly = routes.filter(({ steps, cached }) => !cached && steps.some((step) => isCostly(step)));
  const found: Cause[] = [...also];
  // Answers that never change are made anew each time.
  if (costly.some(({ method }) => method === 'GET')) found.push('no-cache');
  // Whatever it does, it does on its one loop.
  if (stack === 'asyncio' && costly.length > 0) found.push('single-threaded');
  return [...new Set(found)].filter((cause) => !causes.includes(cause));
}

function isCostly(step: Step): boolean {
  switch (step.do) {
    case 'compute':
    case 'compute-aside':
      return step.ms >= 1;
    case 'flush':
      return false;
    default:
      return true;
  }
}
