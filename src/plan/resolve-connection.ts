import { connectIssue } from './connect-address.ts';
import { asItIs, type Env, type Expander, makeExpander } from './environment.ts';
import { type Issue, type Path, quoted } from './fault.ts';
import type { ConnectionOptions } from './plan.ts';
import { hasVariable, type Report } from './plan-text.ts';
import { expandProxy, proxyIssue, shownProxy } from './proxy-url.ts';

/** The environment's values filled in. No fault repeats them, and no hint. */
export function resolveConnection(
  { http, policy, to, proxy }: ConnectionOptions,
  env: Env,
  report: Report,
): ConnectionOptions {
  return {
    http,
    policy,
    to: to && resolved(to, ['connect'], (expand) => expand(to, ['connect'], asItIs), connectIssue),
    proxy: proxy && resolved(proxy, ['proxy'], (expand) => expandProxy(proxy, ['proxy'], expand), proxyIssue),
  };

  function resolved(
    written: string,
    at: Path,
    fill: (expand: Expander) => string,
    issueOf: (text: string, at: Path, shown: string, hints: boolean) => Issue | null,
  ): string {
    let complete = true;
    const expand = makeExpander(env, (found) => {
      complete = false;
      report(found);
    });
    const text = fill(expand);
    if (!complete || !hasVariable(written)) return text;
    const found = issueOf(text, at, `the value of ${quoted(shownProxy(written))}`, false);
    if (found !== null) report(found);
    return text;
  }
}
