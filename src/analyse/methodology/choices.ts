import type { ClosedLoad, ConnectionOptions, OpenLoad, Plan, ThinkTime } from '../../plan/plan.ts';
import { count, list, milliseconds, number, seconds } from '../words.ts';

/** What a plan may choose of load and connections, in words that are equal only if the choices are. */

/** `1 s to 3 s`, `exponential, mean 2 s`, `log-normal, median 2 s, p95 6 s`, `none`, `unknown`. */
export function thinkTimeWords(thinkTime: ThinkTime): string {
  switch (thinkTime.kind) {
    case 'uniform': {
      const { minMs, maxMs } = thinkTime;
      if (maxMs <= 0) return 'none';
      return minMs === maxMs ? duration(maxMs) : `${duration(minMs)} to ${duration(maxMs)}`;
    }
    case 'exponential':
      return `exponential, mean ${duration(thinkTime.meanMs)}`;
    case 'log-normal':
      return `log-normal, median ${duration(thinkTime.medianMs)}, p95 ${duration(thinkTime.p95Ms)}`;
    case 'unknown':
      return 'unknown';
    default:
      return thinkTime satisfies never;
  }
}

/** `250 ms`, `1.5 s`, `90 s`, `3 min`. */
export function duration(ms: number): string {
  if (ms < 1000) return ms === 0 ? '0 s' : milliseconds(ms);
  const exact = Math.round(ms) / 1000;
  return exact >= 120 && exact % 60 === 0 ? seconds(exact) : `${number(exact, 3).replace(/\.?0+$/, '')} s`;
}

/** The ramps that a plan asks for; empty: none, or the spawn rate alone. */
export function rampStatements(load: ClosedLoad | OpenLoad): string[] {
  const up = load.kind === 'open' ? load.stages.map(({ rampMs = 0 }) => rampMs) : [];
  const down = load.stages.map(({ rampDownMs = 0 }) => rampDownMs);
  const ups = durations(up);
  const downs = durations(down);
  return [
    ...(ups === null
      ? []
      : [
          `Before its steady part each stage's rate goes in a straight line from the earlier one's to its own, over ${ups}.`,
        ]),
    ...(downs === null
      ? []
      : [
          load.kind === 'open'
            ? `After its steady part each stage's rate goes down to 0, over ${downs}.`
            : `After its steady part each stage's users leave one by one, over ${downs}.`,
        ]),
  ];
}

/** `10 s`, or one for each stage: `0 s, 10 s and 20 s`; null: no stage has any. */
export function durations(ms: readonly number[]): string | null {
  const [first = 0, ...others] = ms;
  const equal = others.every((one) => one === first);
  if (equal) return first === 0 ? null : duration(first);
  return list(ms.map(duration));
}

/** How the target was spoken to, as far as it is not said of every run. */
export function connectionStatements(plan: Plan): string[] {
  const { http = 1, policy = perUser, to = null, proxy = null } = plan.connection ?? {};
  return [
    connectionsStatement(policy),
    ...(http === 2 ? ['Requests are HTTP/2.'] : []),
    ...(to === null ? [] : [`Connections go to ${to} instead of the target's own address.`]),
    ...(proxy === null
      ? []
      : [`Requests go through the proxy ${withoutPassword(proxy)}, whose time is part of every figure.`]),
    ...(plan.tls.resume === true ? ['A new connection takes up the TLS session of an earlier one.'] : []),
    ...(isUnverified(plan)
      ? ["The target's certificate was not checked (tls: { verify: false }): whoever answered was believed."]
      : []),
    ...(plan.cookies === false ? ['No cookie that the target set was kept.'] : []),
    ...(plan.redirects === undefined
      ? []
      : [
          plan.redirects === 0
            ? 'Redirects were not followed.'
            : `Of a request at most ${count(plan.redirects, 'redirect')} ${plan.redirects === 1 ? 'was' : 'were'} followed.`,
        ]),
  ];
}

const perUser: ConnectionOptions['policy'] = { kind: 'per-user' };

function connectionsStatement(policy: ConnectionOptions['policy']): string {
  switch (policy.kind) {
    case 'per-user':
      return 'Each user keeps a connection of its own, as a browser does, and opens a new one only when the server closed it.';
    case 'shared':
      return `All users share ${count(policy.connections, 'connection')}; a request waits until one is free.`;
    case 'per-request':
      return 'Every request opens a connection of its own, which is part of its time.';
    default:
      return policy satisfies never;
  }
}

/** The choices of {@link connectionStatements} by name, those that were not made included. */
export function connectionChoices(plan: Plan): Readonly<Record<string, string>> {
  const { http = 1, policy = perUser, to = null, proxy = null } = plan.connection ?? {};
  const policies = {
    'per-user': 'one for each user',
    'per-request': 'one for each request',
    shared: policy.kind === 'shared' ? `${policy.connections} shared` : '',
  };
  return {
    'HTTP version': http === 2 ? '2' : '1.1',
    Connections: policies[policy.kind],
    'Connected to': to ?? "the target's own address",
    Proxy: proxy === null ? 'none' : withoutPassword(proxy),
    "The target's certificate": plan.tls.verify ? 'checked' : 'not checked',
    "The client's certificate": plan.tls.cert ?? 'none',
    'TLS sessions': plan.tls.resume === true ? 'taken up again' : 'a full handshake each',
    Cookies: plan.cookies === false ? 'not kept' : 'kept',
    'Redirects followed at most': String(plan.redirects ?? 5),
  };
}

/** Whether anybody could have answered: the certificate is not looked at, and there may be one. */
function isUnverified({ tls, target }: Plan): boolean {
  return !tls.verify && !target.startsWith('http:');
}

function withoutPassword(proxy: string): string {
  return proxy.replace(/\/\/[^/]*@/, '//');
}
