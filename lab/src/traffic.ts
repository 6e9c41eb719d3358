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

export interface Traffic {
  /** Names the route of a request, once the router has found it. */
  name(request: IncomingMessage, route: string): void;
  read(): TrafficReading;
}

/** Counts at the server itself, before any framework: nothing that arrived can be missed. */
export function countTraffic(server: Server, uncounted: string): Traffic {
  const sockets = new Set<Socket>();
  const named = new WeakSet<IncomingMessage>();
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
    if (request.url === uncounted || request.url?.startsWith(`${uncounted}?`) === true) return;
    counts.total += 1;
    counts.inFlight += 1;
    response.once('close', () => {
      counts.inFlight -= 1;
      if (!named.has(request)) add(routes, `${request.method} (no route)`);
      if (response.writableFinished) add(statuses, String(response.statusCode));
      else counts.aborted += 1;
    });
  });

  return {
    name(request, route) {
      named.add(request);
      add(routes, route);
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
