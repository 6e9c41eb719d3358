import type { Evidence, Interval } from '../../analysis.ts';
import type { StageMeasurement } from '../../measure/measurement.ts';
import { targetErrors } from '../../measure/target-errors.ts';
import { list, milliseconds, share, stageName, times, within } from '../../words.ts';
import type { Facts } from '../facts.ts';
import { type Accusation, evidenceOf, type Rule } from '../rule.ts';

/** Every request pays for a new connection, although the generator offers to keep it. */
export const noKeepAlive: Rule = { causes: ['no-keep-alive'], accuse };

const leastShare = 0.5;
/** Connecting costs at least this part of a request at the lowest load. */
const leastCost = 0.2;
const fewestConnections = 30;
/** Over new connections requests took surely so many times as long as over kept ones (P4). */
const leastGain = 1.1;
/** Failed requests close connections for reasons of their own. */
const mostErrors = 0.05;

function accuse(facts: Facts): Accusation | null {
  const { plan } = facts.run;
  if (!facts.recorded || asksToClose(plan.headers) || plan.endpoints.some((e) => asksToClose(e.headers))) {
    return null;
  }
  const stages = facts.sound.filter((s) => targetErrors(s.total).share <= mostErrors && connects(s));
  const base = facts.sound[0];
  if (base === undefined || stages.length === 0 || !stages.includes(base)) return null;
  const closes = stages.every((s) => (s.total.serverCloses ?? 0) >= leastShare);
  const connectMs = base.total.connectTime?.avg;
  const timeMs = base.total.serviceTime?.avg ?? base.total.responseTime?.avg;
  if (connectMs === undefined || timeMs === undefined || timeMs <= 0) return null;
  const newConnections = base.total.newConnections ?? 0;
  const cost = (connectMs * newConnections) / timeMs;
  const numbers = stages.map((s) => s.stage);
  const evidence = [
    evidenceOf(
      `${share(newConnections)} of the requests of ${stageName(base)} had to connect first, although the connection was offered to be kept.`,
      'share of requests with a new connection',
      newConnections,
      [base.stage],
    ),
    evidenceOf(
      closes
        ? `The server closed the connection after ${share(base.total.serverCloses ?? 0)} of its answers in ${stageName(base)}.`
        : `The server announced no close: it closed after ${share(base.total.serverCloses ?? 0)} of its answers in ${stageName(base)}.`,
      'share of answers after which the server closed',
      base.total.serverCloses ?? 0,
      numbers,
    ),
    evidenceOf(
      `Connecting took ${milliseconds(connectMs)} on average, ${share(cost)} of a request's ${milliseconds(timeMs)}, in ${stageName(base)}.`,
      'share of the response time spent connecting',
      cost,
      [base.stage],
    ),
  ];
  const tried = comparisonOf(facts);
  if (tried !== null) evidence.push(tried.evidence);
  const costs = cost >= leastCost || (tried !== null && tried.ratio.low > leastGain);
  // Kept for none of those who came again at once: no idle time-out explains that.
  const neverKept = tried !== null && tried.reuseSeen !== null && tried.reuseSeen < leastShare;
  if ((closes || neverKept) && costs) {
    return {
      kind: 'found',
      finding: {
        cause: 'no-keep-alive',
        title: closes
          ? 'The server closes the connection after each answer'
          : 'Connections are offered to be kept, and most requests need a new one',
        endpoints: closing(
          base,
          plan.endpoints.map((e) => e.name),
        ),
        confidence: stages.length >= 2 ? 'high' : 'medium',
        estimates: {
          'connecting (ms per request)': { value: connectMs * newConnections, low: null, high: null },
        },
        evidence,
        excluded: [],
        disproof: `With keep-alive on, the response time at the lowest load falls by less than a tenth.`,
        remedy: 'Keep connections open (HTTP keep-alive) in the server and in every proxy before it.',
      },
    };
  }
  return {
    kind: 'undecided',
    weight: 'opportunity',
    undecided: {
      causes: ['no-keep-alive'],
      title: closes
        ? 'The server closes the connection after each answer; the connecting itself costs little here'
        : 'Most requests had to connect anew, though the server did not say that it closes',
      endpoints: closing(
        base,
        plan.endpoints.map((e) => e.name),
      ),
      evidence,
      excluded: [],
      experiment: closes
        ? 'Run the same plan with keep-alive switched on in the server, and compare. Over a network with a longer way, or with TLS, connecting costs more than here.'
        : "Compare the server's idle time-out with the think time of the plan, and run once more with no think time: if connections are then kept, the time-out is the reason.",
    },
  };
}

type Comparison = {
  readonly ratio: Interval & { readonly low: number };
  readonly reuseSeen: number | null;
  readonly evidence: Evidence;
};

/** P4: of the endpoints that were asked over kept and over new connections, the one that tells most surely. */
function comparisonOf({ readings, endpoints, trials }: Facts): Comparison | null {
  const stages = trials.flatMap((trial, i) => (trial?.kind === 'reuse' ? [i + 1] : []));
  const all = readings.reuse.flatMap(({ endpoint, ratio, reused, fresh, reuseSeen }): Comparison[] => {
    if (ratio?.low == null) return [];
    const statement = `${endpoints[endpoint]?.name ?? ''} took ${milliseconds(reused?.value ?? 0)} where connections could be kept and ${milliseconds(fresh?.value ?? 0)} over a new one each: ${times(ratio.value)}${within(ratio, times)}, in turns.`;
    return [
      {
        ratio: { ...ratio, low: ratio.low },
        reuseSeen,
        evidence: evidenceOf(statement, 'time over new connections ÷ over kept ones', ratio, stages),
      },
    ];
  });
  return all.toSorted((a, b) => b.ratio.low - a.ratio.low)[0] ?? null;
}

function connects({ total }: StageMeasurement): boolean {
  const fresh = total.newConnections ?? 0;
  return fresh >= leastShare && fresh * total.count >= fewestConnections;
}

function closing(stage: StageMeasurement, names: readonly string[]): string[] {
  return names.filter((_, i) => (stage.endpoints[i]?.newConnections ?? 0) >= leastShare);
}

function asksToClose(headers: Readonly<Record<string, string>>): boolean {
  return list(
    Object.entries(headers)
      .filter(([name]) => name.toLowerCase() === 'connection')
      .map(([, value]) => value.toLowerCase()),
  ).includes('close');
}
