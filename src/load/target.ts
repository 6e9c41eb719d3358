import { lookup } from 'node:dns/promises';
import tls from 'node:tls';
import type { ConnectionOptions, ResolvedPlan } from '../plan/plan.ts';
import { type ConnectFailure, failureOf } from './connect-failure.ts';
import { Connection, Route } from './connection.ts';
import type { Address, ProxyHop, SocketAddress, TlsTo } from './engine.ts';
import {
  type Confirm,
  type Destination,
  mayLoad,
  namedAddresses,
  TargetNotAllowedError,
} from './permission.ts';
import type { Protocol } from './tls-options.ts';
import { type FirstHop, TargetUnreachableError, unreachable } from './unreachable.ts';

export { TargetUnreachableError };

/** How long the name's look-up may take, and the first connection after it. */
const reachWithinMs = 4000;
/** In TLS 1.3 the server's word on the client's certificate comes after the handshake: a ticket, or an alert. */
const verdictWithinMs = 300;

/**
 * Looks up the name of whom to connect to (the target, or the plan's `connect` or `proxy`) once, and makes one
 * connection the way that requests will go (tunnel and TLS included, no request) to see that somebody is there: to one
 * of the addresses that were looked up, and only if these may be loaded. Throws {@link TargetNotAllowedError} before any
 * connection, {@link TargetUnreachableError} after 4 s of look-up or connecting at most.
 */
export async function reachTarget(plan: ResolvedPlan, confirm?: Confirm): Promise<Address> {
  const target = new URL(plan.target);
  const shown = plan.plan.target;
  const way = wayOf(target, plan.connection);
  const addresses = await within(
    AbortSignal.timeout(reachWithinMs),
    way.host === null ? Promise.resolve([]) : addressesOf(way.host),
    () =>
      new TargetUnreachableError(
        shown,
        `the name ${way.host} was not found`,
        `Check the spelling of the ${way.hop.kind === 'target' ? 'target' : `plan's ${way.hop.kind}`}, and that this machine can resolve it.`,
      ),
  );
  for (const destination of destinationsOf(target, way, addresses))
    if (!mayLoad(destination, plan.plan.allow) && !(await confirm?.(destination)))
      throw new TargetNotAllowedError(destination);
  const secure = tlsTo(target, plan);
  const protocol = plan.connection?.http === 2 ? 'h2' : 'http/1.1';
  const until = AbortSignal.timeout(reachWithinMs);
  let failure: ConnectFailure = noAddress;
  for (const to of way.host === null ? [way.to] : addresses.map((host) => ({ ...way.to, host }))) {
    const address: Address = { to, proxy: way.proxy, tls: secure };
    const found = await connectOnce(routeTo(address, protocol, shown), protocol, until);
    if (found === null) return address;
    failure = found;
  }
  throw unreachable(shown, way.hop, failure);
}

const noAddress: ConnectFailure = {
  failure: 'unreachable',
  problem: 'its name has no address',
  hop: 'connection',
  code: '',
};

/** Where to connect first. */
type Way = {
  readonly hop: FirstHop;
  readonly proxy: ProxyHop | null;
} & (
  | { readonly host: string; readonly origin: string; readonly to: Extract<SocketAddress, { kind: 'tcp' }> }
  | { readonly host: null; readonly to: Extract<SocketAddress, { kind: 'unix' }> }
);

function wayOf(target: URL, connection: ConnectionOptions | undefined): Way {
  const { to = null, proxy = null } = connection ?? {};
  if (proxy !== null) {
    const url = new URL(proxy);
    const tunnelTo = target.protocol === 'https:' ? `${target.hostname}:${portOf(target)}` : null;
    return {
      ...tcpTo(url),
      hop: { kind: 'proxy', shown: `${url.hostname}:${portOf(url)}` },
      proxy: { tunnelTo, authorization: credentialsOf(url) },
    };
  }
  if (to === null) return { ...tcpTo(target), hop: { kind: 'target' }, proxy: null };
  const hop = { kind: 'connect', shown: to } as const;
  if (to.startsWith('unix:'))
    return { host: null, to: { kind: 'unix', path: to.slice('unix:'.length) }, hop, proxy: null };
  return { ...tcpTo(new URL(`${target.protocol}//${to}`)), hop, proxy: null };
}

function tcpTo(url: URL): Pick<Extract<Way, { host: string }>, 'host' | 'origin' | 'to'> {
  const host = bare(url.hostname);
  return { host, origin: url.origin, to: { kind: 'tcp', host, port: portOf(url) } };
}

/** Everybody to whom load goes. A proxy looks the target's name up itself, so that name is judged as it stands. */
function destinationsOf(target: URL, way: Way, addresses: readonly string[]): readonly Destination[] {
  if (way.host === null) return [];
  const first = { origin: way.origin, hostname: way.host, addresses };
  if (way.proxy === null) return [first];
  const hostname = bare(target.hostname);
  return [first, { origin: target.origin, hostname, addresses: namedAddresses(hostname) }];
}

function tlsTo(target: URL, { plan, ca, clientCertificate }: ResolvedPlan): TlsTo | null {
  if (target.protocol !== 'https:') return null;
  const { verify, resume = false } = plan.tls;
  return { servername: bare(target.hostname), verify, ca, client: clientCertificate ?? null, resume };
}

/** Certificates that can't be used are found here, before any connection. */
function routeTo(address: Address, protocol: Protocol, shown: string): Route {
  try {
    return new Route(address, protocol, null);
  } catch (error) {
    throw new TargetUnreachableError(
      shown,
      `the plan's certificates cannot be used (${error instanceof Error ? error.message : String(error)})`,
      'Check the files of tls: { ca, cert, key }, that key and certificate belong together, and the passphrase.',
      error,
    );
  }
}

/** An IPv6 address without its brackets. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
}

/** RFC 7617. */
function credentialsOf({ username, password }: URL): string | null {
  if (username === '' && password === '') return null;
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

/** `localhost` may mean ::1 to the resolver and 127.0.0.1 to the server: each address is tried. */
async function addressesOf(hostname: string): Promise<string[]> {
  const all = await lookup(hostname, { all: true });
  return [...new Set(all.map(({ address }) => address))];
}

/** Null: connected, and closed again. */
function connectOnce(route: Route, protocol: Protocol, until: AbortSignal): Promise<ConnectFailure | null> {
  const { promise, resolve } = Promise.withResolvers<ConnectFailure | null>();
  const overTls = route.address.tls !== null;
  const late = {
    failure: 'timeout',
    problem: 'no connection within 4 s',
    hop: 'connection',
    code: '',
  } as const;
  const give = (): void => resolve(late);
  let verdict: NodeJS.Timeout | undefined;
  const connection = new Connection(route, {
    connected: ({ socket }) => {
      if (!(socket instanceof tls.TLSSocket)) {
        resolve(null);
        return;
      }
      if (protocol === 'h2' && socket.alpnProtocol !== 'h2') resolve(noHttp2);
      if (socket.getProtocol() !== 'TLSv1.3') resolve(null);
      socket.once('session', () => resolve(null));
      verdict = setTimeout(resolve, verdictWithinMs, null);
    },
    notConnected: (_connection, failure) => resolve(failure),
    read: () => {},
    ended: (_connection, error) => {
      const failure = error === null ? 'reset' : failureOf(error, false, overTls);
      const problem = error?.message ?? 'the connection was closed at once';
      resolve({ failure, problem, hop: failure === 'tls' ? 'tls' : 'connection', code: error?.code ?? '' });
    },
  });
  if (until.aborted) give();
  until.addEventListener('abort', give, { once: true });
  return promise.finally(() => {
    clearTimeout(verdict);
    until.removeEventListener('abort', give);
    connection.destroy();
  });
}

const noHttp2: ConnectFailure = {
  failure: 'tls',
  problem: 'the server did not choose HTTP/2',
  hop: 'tls',
  code: 'NO_APPLICATION_PROTOCOL',
};

function within<T>(until: AbortSignal, work: Promise<T>, failed: () => Error): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  until.addEventListener('abort', () => reject(failed()), { once: true });
  work.then(resolve, () => reject(failed()));
  return promise;
}
