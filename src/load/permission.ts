import net from 'node:net';

/** Where a target's name leads, before anything was sent there. */
export type Destination = {
  /** `https://api.example:8443` */
  readonly origin: string;
  readonly hostname: string;
  /** All addresses that the name resolves to; empty: a proxy will look it up. */
  readonly addresses: readonly string[];
};

/** Asked when a target is neither this machine nor named by the plan; false or absent: it is refused. */
export type Confirm = (destination: Destination) => Promise<boolean>;

/** The target may not be loaded: it is not this machine, and nobody said that it may be. Nothing was sent. */
export class TargetNotAllowedError extends Error {
  override readonly name = 'TargetNotAllowedError';
  readonly code = 'TARGET_NOT_ALLOWED';
  /** How to allow it. */
  readonly hint: string;
  constructor({ origin, hostname, addresses }: Destination) {
    const where = addresses.filter((address) => !isLoopback(address));
    const says = where.length === 0 || (where.length === 1 && where[0] === hostname);
    const leads = says ? '' : ` (${hostname} is ${where.join(', ')})`;
    super(`${origin} is not on this machine${leads}, and the plan does not allow it; nothing was sent`);
    this.hint = `If it is yours to load, write allow: ["${origin}"] in the plan, or give --yes-i-may-load-this-target.`;
  }
}

const loopback = new net.BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** 127.0.0.0/8 and ::1; what is no address is not. */
export function isLoopback(address: string): boolean {
  const family = net.isIP(address);
  return family !== 0 && loopback.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** What a name means without a look-up: an address is itself, and `localhost` is this machine (RFC 6761 §6.3). */
export function namedAddresses(hostname: string): readonly string[] {
  if (net.isIP(hostname) !== 0) return [hostname];
  return /(^|\.)localhost\.?$/i.test(hostname) ? ['127.0.0.1'] : [];
}

/** A name that leads to this machine and elsewhere is elsewhere. */
export function mayLoad({ origin, addresses }: Destination, allow: readonly string[] = []): boolean {
  return allow.includes(origin) || (addresses.length > 0 && addresses.every(isLoopback));
}
