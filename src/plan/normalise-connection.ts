import { connectIssue } from './connect-address.ts';
import { type Issue, issue, type Path, quoted } from './fault.ts';
import type { ConnectionOptions, Plan, TlsOptions } from './plan.ts';
import type { PlanOutput } from './plan-schema.ts';
import { checkVariables, hasVariable, type Report } from './plan-text.ts';
import { proxyIssue, shownProxy } from './proxy-url.ts';

const defaultRedirects = 5;

/** What a plan says of connections, cookies and redirects; nothing of what is as it always is. */
export function normaliseConnection(
  input: Pick<PlanOutput, 'connections' | 'http' | 'connect' | 'proxy' | 'cookies' | 'redirects'>,
  report: Report,
): Pick<Plan, 'connection' | 'cookies' | 'redirects'> {
  const connection: ConnectionOptions = {
    http: Number(input.http ?? 1) === 2 ? 2 : 1,
    policy: policyOf(input.connections ?? 'per-user'),
    to: input.connect ?? null,
    proxy: input.proxy ?? null,
  };
  const { http, policy, to, proxy } = connection;
  if (to !== null) checkText(to, ['connect'], connectIssue, quoted(to), report);
  if (proxy !== null) checkText(proxy, ['proxy'], proxyIssue, quoted(shownProxy(proxy)), report);
  if (proxy !== null && to !== null) {
    const hint =
      'the proxy is what Loadline connects to, and it looks the target up itself: keep one of them';
    report(issue(['connect'], 'connect or proxy', 'both', hint, 'key'));
  }
  if (proxy !== null && http === 2) {
    const hint = 'write http: 1, or remove the proxy: HTTP/2 goes straight to the target only';
    report(issue(['proxy'], 'no proxy beside http: 2', 'one', hint, 'key'));
  }
  const usual = http === 1 && policy.kind === 'per-user' && to === null && proxy === null;
  const { cookies = true, redirects = defaultRedirects } = input;
  return {
    ...(usual ? {} : { connection }),
    ...(cookies ? {} : { cookies }),
    ...(redirects === defaultRedirects ? {} : { redirects }),
  };
}

function policyOf(input: NonNullable<PlanOutput['connections']>): ConnectionOptions['policy'] {
  return typeof input === 'string' ? { kind: input } : { kind: 'shared', connections: input.shared };
}

/** A text with variables is looked at when they are known. */
function checkText(
  text: string,
  at: Path,
  issueOf: (text: string, at: Path, shown: string, hints: boolean) => Issue | null,
  shown: string,
  report: Report,
): void {
  checkVariables(text, at, report);
  const found = hasVariable(text) ? null : issueOf(text, at, shown, true);
  if (found !== null) report(found);
}

export function normaliseTls(input: NonNullable<PlanOutput['tls']>, report: Report): TlsOptions {
  const { verify = true, ca = null, cert, key, passphrase, resume = false } = input;
  if ((cert === undefined) !== (key === undefined)) {
    const [there, missing] = key === undefined ? (['cert', 'key'] as const) : (['key', 'cert'] as const);
    const hint = `add ${missing}: FILE (the same file if it holds both)`;
    report(issue(['tls', there], 'cert and key together', `${there} alone`, hint, 'key'));
  }
  if (passphrase !== undefined) {
    checkVariables(passphrase, ['tls', 'passphrase'], report);
    if (key === undefined)
      report(issue(['tls', 'passphrase'], 'a passphrase beside key', 'no key', 'remove it', 'key'));
  }
  return {
    verify,
    ca,
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(resume ? { resume } : {}),
  };
}
