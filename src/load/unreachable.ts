import type { ConnectFailure } from './connect-failure.ts';

/** Nobody answers at the target, or on the way to it. */
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

/** Who is connected to: the target itself, what `connect` names, or the proxy; and how to call it. */
export type FirstHop =
  | { readonly kind: 'target' }
  | { readonly kind: 'connect'; readonly shown: string }
  | { readonly kind: 'proxy'; readonly shown: string };

/** `failure`: of the first connection. */
export function unreachable(target: string, hop: FirstHop, failure: ConnectFailure): TargetUnreachableError {
  const [problem, hint] =
    failure.hop === 'tls'
      ? explainedTls(failure)
      : failure.hop === 'tunnel'
        ? explainedTunnel(hop, failure)
        : explainedConnection(hop, failure);
  return new TargetUnreachableError(target, problem, hint, new Error(failure.problem));
}

type Explained = readonly [problem: string, hint: string];

function explainedConnection(hop: FirstHop, { failure, problem, code }: ConnectFailure): Explained {
  const whom = hop.kind === 'proxy' ? `the proxy at ${hop.shown}` : hop.kind === 'connect' ? hop.shown : null;
  const plainly = problem.replace(/^the proxy: /, '');
  if (failure === 'timeout')
    return [
      whom === null ? 'no connection within 4 s' : `${whom} gave no connection within 4 s`,
      'Is a firewall in between? Is the port right?',
    ];
  if (code === 'ENOENT' || code === 'ENOTSOCK')
    return [
      `there is no socket at ${whom ?? plainly}`,
      "Is the server started? Does the plan's connect name the socket that it listens on?",
    ];
  if (failure !== 'refused')
    return whom === null
      ? [plainly, 'Check the target, or name another with --target URL.']
      : [`${whom}: ${plainly}`, `Check the plan's ${hop.kind}.`];
  switch (hop.kind) {
    case 'target':
      return [
        'the connection was refused',
        'Is the server started, and on this port? Name another with --target URL.',
      ];
    case 'connect':
      return [
        `${hop.shown} refused the connection`,
        "Is the server started there? The plan's connect says where to connect instead of to the target.",
      ];
    case 'proxy':
      return [
        `the proxy at ${hop.shown} refused the connection`,
        "Is the proxy started, and on this port? Remove the plan's proxy to go straight to the target.",
      ];
    default:
      return hop satisfies never;
  }
}

function explainedTunnel(hop: FirstHop, { problem }: ConnectFailure): Explained {
  const status = /answered (\d+)/.exec(problem)?.[1] ?? '';
  const whom = hop.kind === 'target' ? '' : ` (${hop.shown})`;
  const hints: Readonly<Record<string, string>> = {
    '407': 'It wants to know who asks: proxy: http://user:${PROXY_PASSWORD}@host:port.',
    '403': 'It does not let anybody through to this target.',
    '502': 'It cannot reach the target itself.',
    '503': 'It cannot reach the target itself.',
    '504': 'It cannot reach the target itself.',
  };
  return [`${problem}${whom}`, hints[status] ?? 'Is it an HTTP proxy that makes tunnels (CONNECT)?'];
}

function explainedTls({ problem, code }: ConnectFailure): Explained {
  if (/^ERR_SSL_.*(CERTIFICATE_REQUIRED|ALERT_.*(CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE))/.test(code))
    return [
      `TLS failed (${problem})`,
      "Does it want a client's certificate, or another one? Give it with tls: { cert: FILE, key: FILE }.",
    ];
  if (/NO_APPLICATION_PROTOCOL/.test(code))
    return [
      `TLS failed (${problem})`,
      'The server does not speak this version of HTTP: write http: 1 or http: 2 in the plan.',
    ];
  if (/CERT|SELF_SIGNED|SIGNATURE|ISSUER|ALTNAME/.test(code))
    return [
      `its certificate was not accepted (${problem})`,
      'Give the authority with tls: { ca: FILE }, or skip the check with tls: { verify: false }.',
    ];
  return [`TLS failed (${problem})`, 'Does this port speak HTTPS? If not, write http:// in the target.'];
}
