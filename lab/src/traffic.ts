import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface TrafficReading {
  readonly requests: {
    /** Every request whose head arrived, those for the statistics left out. */
    readonly total: number;
    readonly inFlight: number;
    /** The client went before its answer was out. */
    readonly aborted: number;
    /** By method and route pattern: `GET /posts/:id`. */
    readonly routes: Readonly<Record<string, number>>;
    readonly statuses: Readonly<Record<string, number>>;
  };
  readonly connections: {
    readonly open: number;
    readonly accepted: number;
    /** Connections that sent something that is not HTTP. */
    readonly malformed: number;
  };
}

/** A request that is over: answered, or left by its client. */
export interface Exchange {
  readonly method: string;
  /** The pattern, `/posts/:id`; `(no route)` when the router found none. */
  readonly route: string;
  /** `aborted` when the client went before its answer was out. */
  readonly status: string;
  /** From the request's head to the end of the answer. */
  readonly seconds: number;
}

export interface Traffic {
  /** Names the route of a request, once the router has found it. */
  name(request: IncomingMessage, route: string): void;
  read(): TrafficReading;
}

const noRoute = '(no route)';

/** Counts at the server itself, before any framework: nothing that arrived can be missed. */
export function countTraffic(
  server: Server,
  options: {
    /** Paths of the lab's own readings. */
    readonly uncounted: ReadonlySet<string>;
    readonly onExchange: (exchange: Exchange) => void;
  },
): Traffic {
  const sockets = new Set<Socket>();
  const named = new WeakMap<IncomingMessage, string>();
  const routes = new Map<string, number>();
  const statuses = new Map<string, number>();
  const counts = { total: 0, inFlight: 0, aborted: 0, accepted: 0, malformed: 0 };

  server.on('connection', (socket) => {
    counts.accepted += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('clientError', (error: NodeJS.ErrnoException) => {
    if (error.code?.startsWith('HPE_') === true) counts.malformed += 1;
  });
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const [path = ''] = request.url?.split('?', 1) ?? [];
    if (options.uncounted.has(path)) return;
    const beganMs = performance.now();
    const method = request.method ?? '';
    counts.total += 1;
    counts.inFlight += 1;
    response.once('close', () => {
      counts.inFlight -= 1;
      const route = named.get(request) ?? noRoute;
      if (route === noRoute) add(routes, `${method} ${noRoute}`);
      const answered = response.writableFinished;
      if (answered) add(statuses, String(response.statusCode));
      else counts.aborted += 1;
      const status = answered ? String(response.statusCode) : 'aborted';
      options.onExchange({ method, route, status, seconds: (performance.now() - beganMs) / 1000 });
    });
  });

  return {
    name(request, route) {
      named.set(request, route);
      add(routes, `${request.method} ${route}`);
    },
    read: () => ({
      requests: {
        total: counts.total,
        inFlight: counts.inFlight,
        aborted: counts.aborted,
        routes: sorted(routes),
        statuses: sorted(statuses),
      },
      connections: { open: sockets.size, accepted: counts.accepted, malformed: counts.malformed },
    }),
  };
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([left], [right]) => (left < right ? -1 : 1)));
}
