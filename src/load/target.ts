import { lookup } from 'node:dns/promises';
import net from 'node:net';
import tls from 'node:tls';
import type { ResolvedPlan } from '../plan/plan.ts';
import type { Address } from './engine.ts';
import { tlsOptions } from './http1/http1-engine.ts';
import { type Confirm, mayLoad, TargetNotAllowedError } from './permission.ts';

/** How long the name's look-up may take, and the first connection after it. */
const reachWithinMs = 4000;

/** Nobody answers at the target. */
export class TargetUnreachableError extends Error {
  override readonly name = 'TargetUnreachableError';
  readonly code = 'TARGET_UNREACHABLE';
  /** What to do next. */
  readonly hint: string;
  constructor(target: string, problem: string, hint: string, cause?: unknown) {
    super(`${target} cannot be reached: ${problem}`, { cause });
    this.hint = hint;
  }
}

/**
 * Looks the target's name up once, and makes one connection (TLS included, no request) to see that somebody is there:
 * to one of the addresses that were looked up, and only if this target may be loaded. Throws
 * {@link TargetNotAllowedError} before any connection, {@link TargetUnreachableError} after 4 s of look-up or
 * connecting at most.
 */
export async function reachTarget(plan: ResolvedPlan, confirm?: Confirm): Promise<Address> {
  const url = new URL(plan.target);
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const overTls = url.protocol === 'https:';
  const port = url.port === '' ? (overTls ? 443 : 80) : Number(url.port);
  const shown = plan.plan.target;
  const candidates = await within(
    AbortSignal.timeout(reachWithinMs),
    addressesOf(hostname),
    () =>
      new TargetUnreachableError(
        shown,
        `the name ${hostname} was not found`,
        'Check the spelling of the target, and that this machine can resolve it.',
      ),
  );
  const destination = { origin: url.origin, hostname, addresses: candidates };
  if (!mayLoad(destination, plan.plan.allow) && !(await confirm?.(destination)))
    throw new TargetNotAllowedError(destination);
  const until = AbortSignal.timeout(reachWithinMs);
  const secure = overTls ? { servername: hostname, verify: plan.plan.tls.verify, ca: plan.ca } : null;
  let failure: unknown = null;
  for (const candidate of candidates) {
    const address: Address = { host: candidate, port, tls: secure };
    try {
      await connectOnce(address, until);
      return address;
    } catch (error) {
      failure = error;
    }
  }
  throw explained(shown, failure, until.aborted);
}

/** `localhost` may mean ::1 to the resolver and 127.0.0.1 to the server: each address is tried. */
async function addressesOf(hostname: string): Promise<string[]> {
  const all = await lookup(hostname, { all: true });
  return [...new Set(all.map(({ address }) => address))];
}

function connectOnce(address: Address, until: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket: net.Socket = address.tls
    ? tls.connect({ host: address.host, port: address.port, ...tlsOptions(address.tls) }, resolve)
    : net.connect({ host: address.host, port: address.port }, resolve);
  const give = (): void => reject(new Error('no connection within 4 s'));
  if (until.aborted) give();
  until.addEventListener('abort', give, { once: true });
  socket.on('error', reject);
  socket.on('close', () => reject(new Error('the connection was closed at once')));
  return promise.finally(() => {
    until.removeEventListener('abort', give);
    socket.destroy();
  });
}

function within<T>(until: AbortSignal, work: Promise<T>, failed: () => Error): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  until.addEventListener('abort', () => reject(failed()), { once: true });
  work.then(resolve, () => reject(failed()));
  return promise;
}

function explained(target: string, error: unknown, timedOut: boolean): TargetUnreachableError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  if (timedOut)
    return new TargetUnreachableError(
      target,
      'no connection within 4 s',
      'Is a firewall in between? Is the port right?',
      error,
    );
  if (code === 'ECONNREFUSED')
    return new TargetUnreachableError(
      target,
      'the connection was refused',
      'Is the server started, and on this port? Name another with --target URL.',
      error,
    );
  if (/CERT|SELF_SIGNED|SIGNATURE|ISSUER|ALTNAME/.test(code)) {
    return new TargetUnreachableError(
      target,
      `its certificate was not accepted (${message})`,
      'Give the authority with tls: { ca: FILE }, or skip the check with tls: { verify: false }.',
      error,
    );
  }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO')
    return new TargetUnreachableError(
      target,
      `TLS failed (${message})`,
      'Does this port speak HTTPS? If not, write http:// in the target.',
      error,
    );
  return new TargetUnreachableError(
    target,
    message,
    'Check the target, or name another with --target URL.',
    error,
  );
}
