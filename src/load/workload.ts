import { defaultRedirects, type ResolvedEndpoint, type ResolvedPlan } from '../plan/plan.ts';
import type { Outcome } from '../record/run.ts';
import { compileChecks } from './check.ts';
import type { Clock } from './clock.ts';
import { CookieJar } from './cookie-jar.ts';
import type { Address, Engine, Exchange } from './engine.ts';
import { type Feeder, type FeederShare, feederOf } from './feeder.ts';
import { type Judge, judgeOf } from './judge.ts';
import { mixOf } from './mix.ts';
import { type RequestWriter, requestWriter, type WritingOptions } from './request-writer.ts';
import type { Scenario } from './scenario.ts';
import { endpointsRead, flowScenarios } from './scenarios/flow-scenarios.ts';
import { singleRequest } from './scenarios/single-request.ts';
import { type TimingHeard, timingSample } from './timing-sample.ts';

/** What every user of a worker shares. */
export type Workload = {
  readonly endpoints: readonly WorkloadEndpoint[];
  /** What users do, in proportion to the weights, by endpoint; null: the plan's own mix, its flows included. */
  readonly choose: (weights: readonly number[] | null) => Choice;
  /** Some scenario keeps values of its users. */
  readonly usesValues: boolean;
  /** Origin of the target, as the plan names it. */
  readonly origin: string;
  /** Null: no cookies are kept. */
  readonly makeJar: (() => CookieJar) | null;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly random: () => number;
  /** Called once for every request that was begun. */
  readonly record: (endpoint: number, outcome: Outcome, intendedMs: number, exchange: Exchange) => void;
  /** A request went on: after a redirect, after a challenge; or it did not, since the redirect left the target. */
  readonly followed: (what: Followed) => void;
  /** The unique data of an endpoint is used up: this user stands still. */
  readonly usedUp: (endpoint: number) => void;
};

/** Picks what a user does next. */
export type Choice = () => Scenario;

export type Followed = 'redirect' | 'challenge' | 'elsewhere';

export type WorkloadEndpoint = {
  readonly writer: RequestWriter;
  readonly judge: Judge;
  readonly timeoutMs: number;
  readonly redirects: number;
  readonly digest: { readonly user: string; readonly password: string } | null;
  /** It has a Cookie header of its own, which stands instead of the user's cookies. */
  readonly setsCookie: boolean;
  /** Its placeholders are filled from the user's values, which outlast a request. */
  readonly usesUserValues: boolean;
  /** Drawn from once in a user's life. */
  readonly perUser: readonly Feeder[];
};

/** Of the thread that runs it. */
export type WorkloadPart = Pick<
  Workload,
  'engine' | 'clock' | 'random' | 'record' | 'followed' | 'usedUp'
> & {
  readonly share: FeederShare;
  readonly address: Address;
  /** A flow's function failed, or asked for what the plan does not declare (then `fatal`). */
  readonly flowFault: (fault: { readonly text: string; readonly fatal: boolean }) => void;
  /** Hears a sample of `Server-Timing` headers, if the plan asks for it. */
  readonly timing?: TimingHeard;
};

/** Plain HTTP over a proxy: what its requests need; null: they go to the target, or through a tunnel. */
export function absoluteUrls({ target }: ResolvedPlan, { proxy }: Address): WritingOptions['proxy'] {
  if (proxy === null || proxy.tunnelTo !== null) return null;
  return { origin: target, authorization: proxy.authorization };
}

/** What a thread does with a plan. Loads the modules of its functions. */
export async function workloadOf(
  plan: ResolvedPlan,
  { share, address, flowFault, timing, ...part }: WorkloadPart,
): Promise<Workload> {
  const flows = plan.flows ?? [];
  const readByFlows = endpointsRead(plan);
  const isRead = (endpoint: ResolvedEndpoint, index: number): boolean =>
    endpoint.expect.bodyContains !== null ||
    (endpoint.expect.checks?.length ?? 0) > 0 ||
    readByFlows.has(index);
  const { host } = new URL(plan.target);
  const { http = 1, policy = { kind: 'per-user' } } = plan.connection ?? {};
  const sampled =
    timing === undefined || plan.observe?.serverTiming !== true ? null : timingSample(part.clock, timing);
  const endpoints = plan.endpoints.map((endpoint, index): WorkloadEndpoint => {
    const feeders = endpoint.tables.map((table) => feederOf(table, share));
    const checks = endpoint.expect.checks ?? [];
    const holds = checks.length > 0 ? [compileChecks(checks)] : [];
    const judge = judgeOf(endpoint.expect, holds);
    return {
      writer: requestWriter(endpoint, {
        host,
        http,
        close: policy.kind === 'per-request',
        proxy: absoluteUrls(plan, address),
        reads: isRead(endpoint, index),
        readsHead: sampled !== null,
        feeders: feeders.filter(({ perUser }) => !perUser),
      }),
      judge: sampled === null ? judge : sampled(judge, index),
      timeoutMs: endpoint.timeoutMs,
      redirects: endpoint.expect.status.some((status) => status >= 300 && status < 400)
        ? 0
        : (plan.plan.redirects ?? defaultRedirects),
      digest: endpoint.digest ?? null,
      setsCookie: 'cookie' in endpoint.headers,
      usesUserValues: endpoint.flowNames !== undefined || feeders.some(({ perUser }) => perUser),
      perUser: feeders.filter(({ perUser }) => perUser),
    };
  });
  const own = [
    ...plan.endpoints.flatMap(({ weight }, index) => {
      const { flow, probe } = plan.plan.endpoints[index] ?? {};
      return flow === undefined && probe === undefined ? [singleRequest(index, weight)] : [];
    }),
    ...(await flowScenarios(plan, { share, flowFault, usedUp: part.usedUp })),
  ];
  return {
    ...part,
    endpoints,
    choose: (weights) => {
      const scenarios =
        weights?.flatMap((weight, index) => (weight > 0 ? [singleRequest(index, weight)] : [])) ?? own;
      const [first] = scenarios;
      if (first === undefined) throw new RangeError('nothing has a weight above 0');
      const mix = mixOf(scenarios.map(({ weight }) => weight));
      return () => scenarios[mix(part.random)] ?? first;
    },
    usesValues: flows.length > 0 || endpoints.some(({ usesUserValues }) => usesUserValues),
    origin: plan.target,
    makeJar: plan.plan.cookies === false ? null : () => new CookieJar(plan.target),
  };
}
