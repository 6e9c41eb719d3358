import type { Evidence } from '../analysis.ts';
import { list, milliseconds, number, rate, stageName, times, within } from '../words.ts';
import type { Facts } from './facts.ts';
import type { LimitVerdict } from './limit-verdict.ts';
import { evidenceOf } from './rule.ts';
import type { Neighbour, SharedLimit, Together } from './shared-limit.ts';

/** The evidence that all four causes rest on. */
export function limitEvidence({ limit }: LimitVerdict, facts: Facts): Evidence[] {
  const evidence: Evidence[] = [];
  const { saturation } = facts;
  if (saturation !== null) {
    const { before, after, throughput, slowdown } = saturation;
    evidence.push(
      evidenceOf(
        `Throughput went from ${rate(before.total.rate ?? 0)} to ${rate(after.total.rate ?? 0)} and the average response time to ${times(slowdown.value)}, between ${list([stageName(before), stageName(after)])}.`,
        'ratio of throughputs',
        throughput,
        [before.stage, after.stage],
      ),
    );
  }
  const { solo, parallelism } = limit;
  if (solo?.saturation != null) {
    evidence.push(
      evidenceOf(
        `${limit.name} alone reached ${rate(solo.saturation.value)}${within(solo.saturation, rate)} and no more.`,
        `highest throughput of ${limit.name} (requests/s)`,
        solo.saturation,
        solo.stages,
      ),
    );
  }
  if (solo !== null && parallelism !== null) {
    evidence.push(
      evidenceOf(
        `That is ${number(parallelism.value, 1)} requests${within(parallelism, (v) => number(v, 1))} served at once: its highest throughput times the time that one takes alone.`,
        'effective parallelism',
        parallelism,
        solo.stages,
      ),
    );
  }
  for (const n of inOrder(limit)) evidence.push(neighbourEvidence(n, limit));
  return evidence;
}

/** The control first, then the plan's own, the clear ones before the others. */
function inOrder({ control, neighbours }: SharedLimit): Neighbour[] {
  const others = neighbours.filter((n) => n !== control && !n.isProbe && n.together !== 'unclear');
  return [...(control === null ? [] : [control]), ...others].slice(0, 8);
}

function neighbourEvidence(n: Neighbour, limit: SharedLimit): Evidence {
  const { reading, together } = n;
  const at = `while ${limit.name} was held beyond its limit (idle ${milliseconds(reading.idle?.value ?? 0)}, then ${milliseconds(reading.loaded?.value ?? 0)}; ${limit.name} itself gained ${milliseconds(reading.heldAdded?.value ?? 0)})`;
  const who = n === limit.control ? `The control ${n.name}` : n.name;
  if (together === 'same-factor' && reading.factor !== null) {
    return evidenceOf(
      `${who} was slowed by ${number(reading.factor.value, 2)} of its factor${within(reading.factor, (v) => number(v, 2))}, ${at}: both share a processor.`,
      `${n.name}: factor over that of the held endpoint`,
      reading.factor,
      [reading.stage],
    );
  }
  const part = reading.share ?? { value: Number.NaN, low: null, high: null };
  const figure = `${number(part.value, 2)} of its added time${within(part, (v) => number(v, 2))}`;
  const what: Readonly<Record<Together, string>> = {
    'same-time': `gained ${figure}, ${at}: they wait in one queue.`,
    'part-of-the-time': `gained ${figure}, ${at}: it waits in that queue, too.`,
    'same-factor': `gained ${figure}, ${at}.`,
    slowed: `gained ${figure}, ${at}: it was slowed, too.`,
    free: `gained ${figure}, ${at}: it is free of it.`,
    unclear: `gained ${figure}, ${at}: no clear answer.`,
  };
  return evidenceOf(`${who} ${what[together]}`, `${n.name}: share of the added time`, part, [reading.stage]);
}
