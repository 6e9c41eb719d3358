import { count, list, milliseconds, seconds, stageName } from '../../words.ts';
import { median } from '../contrast.ts';
import type { Facts } from '../facts.ts';
import { type Accusation, evidenceOf, type Rule } from '../rule.ts';
import { type StallRhythm, stallRhythmOf } from '../stall-rhythm.ts';
import { type StageStalls, stallsOf } from '../stalls.ts';

/** Again and again nothing is answered at all, for a moment. */
export const periodicStalls: Rule = { causes: ['periodic-stalls'], accuse };

const fewestStalls = 5;
/** Fewer may all wait for something slow at the same time. */
const fewestUsers = 5;

function accuse(facts: Facts): Accusation | null {
  const valid = facts.all.filter(
    (s) => s.validity.state === 'valid' && (s.users ?? fewestUsers) >= fewestUsers,
  );
  const stages = (facts.recorded ? valid : []).flatMap((s) => {
    const found = stallsOf(s, facts.whole);
    return found === null || found.stalls.length === 0 ? [] : [found];
  });
  const all = stages.flatMap((s) => s.stalls);
  const lengthMs = median(all.map((s) => s.lengthMs));
  if (all.length < fewestStalls || lengthMs === null) return null;
  const names = facts.endpoints.map((e) => (e.probe === undefined ? e.name : null));
  const silent = [...new Set(stages.flatMap((s) => s.silent))].toSorted((a, b) => a - b);
  const endpoints = silent.flatMap((i) => names[i] ?? []);
  const regular = stages.filter((s) => s.regular);
  const evidence = stages.map((s) =>
    evidenceOf(
      `${count(s.stalls.length, 'stall')} of about ${milliseconds(median(s.stalls.map((x) => x.lengthMs)) ?? 0)} each in ${stageName(s.stage)}${s.periodMs === null ? '' : `, about every ${seconds(s.periodMs / 1000)}`}: no endpoint answered, and the answers that followed had waited. The generator's own event loop was on time.`,
      'stalls',
      s.stalls.length,
      [s.stage.stage],
    ),
  );
  const most = regular.toSorted((a, b) => b.stalls.length - a.stalls.length)[0];
  const rhythm = stallRhythmOf(stages);
  const periodMs = rhythm?.kind === 'clock' ? rhythm.periodMs : (most?.periodMs ?? null);
  if ((rhythm === null && periodMs === null) || endpoints.length < 1) {
    return {
      kind: 'undecided',
      weight: 'fault',
      undecided: {
        causes: ['periodic-stalls'],
        title: `${count(all.length, 'stall')} at irregular times`,
        endpoints,
        evidence,
        excluded: [],
        experiment:
          "Hold one load for five minutes and compare the stalls' times with the target's own log: garbage collection, checkpoints, scheduled jobs, limits on its CPU.",
      },
    };
  }
  const clock =
    rhythm === null ? clockOf(regular) : { kind: rhythm.kind, evidence: rhythmEvidence(rhythm, stages) };
  const every =
    rhythm?.kind === 'requests'
      ? `after about ${count(Math.round(rhythm.requests), 'request')} each`
      : `about every ${seconds((periodMs ?? 0) / 1000)}`;
  return {
    kind: 'found',
    finding: {
      cause: 'periodic-stalls',
      title: `Everything stalls for about ${milliseconds(lengthMs)}, ${every}`,
      endpoints,
      confidence: regular.length >= 2 ? 'high' : 'medium',
      estimates: {
        'length (ms)': spread(all.map((s) => s.lengthMs)),
        ...periodEstimate(rhythm, regular),
      },
      evidence: clock === null ? evidence : [...evidence, clock.evidence],
      excluded: [],
      disproof: 'At the same load, the times between stalls scatter like a chance.',
      remedy:
        clock?.kind === 'requests'
          ? 'The stalls come after a number of requests: look at garbage collection, and at what is done every so many requests.'
          : clock?.kind === 'clock'
            ? 'The stalls come by the clock: look at scheduled jobs, checkpoints, and limits on the CPU (throttling).'
            : "Compare the stalls' times with garbage collection, checkpoints, scheduled jobs and CPU limits of the target.",
    },
  };
}

function rhythmEvidence(rhythm: StallRhythm, stages: readonly StageStalls[]) {
  const numbers = stages.map((s) => s.stage.stage);
  return rhythm.kind === 'clock'
    ? evidenceOf(
        `${count(rhythm.of, 'stall')} in ${count(stages.length, 'stage')} keep time with one clock of ${seconds(rhythm.periodMs / 1000)}, whatever the load.`,
        'period (ms)',
        rhythm.periodMs,
        numbers,
      )
    : evidenceOf(
        `About ${count(Math.round(rhythm.requests), 'request')} lie between one stall and the next, at every load.`,
        'requests between stalls',
        rhythm.requests,
        numbers,
      );
}

function periodEstimate(rhythm: StallRhythm | null, regular: readonly StageStalls[]) {
  const periods = regular.flatMap((s) => s.periodMs ?? []);
  if (rhythm?.kind === 'requests')
    return { 'requests between stalls': { value: rhythm.requests, low: null, high: null } };
  const period = rhythm === null || periods.length > 0 ? spread(periods) : null;
  return { 'period (ms)': period ?? { value: rhythm?.periodMs ?? 0, low: null, high: null } };
}

/** Whether the period follows the clock or the number of requests, from two stages of different throughput. */
function clockOf(stages: readonly StageStalls[]) {
  const [a, b] = [stages[0], stages.at(-1)];
  if (a?.periodMs == null || b?.periodMs == null || a === b) return null;
  const [rateA, rateB] = [a.stage.total.rate, b.stage.total.rate];
  if (rateA === null || rateB === null || rateA <= 0) return null;
  const rates = rateB / rateA;
  const periods = b.periodMs / a.periodMs;
  if (Math.abs(Math.log(rates)) < Math.log(1.5)) return null;
  const byTime = Math.abs(Math.log(periods)) < Math.log(1.25);
  const byRequests = Math.abs(Math.log(periods * rates)) < Math.log(1.25);
  if (byTime === byRequests) return null;
  const kind = byTime ? ('clock' as const) : ('requests' as const);
  return {
    kind,
    evidence: evidenceOf(
      `The period was ${seconds(a.periodMs / 1000)} and ${seconds(b.periodMs / 1000)} in ${list([stageName(a.stage), stageName(b.stage)])}, so it follows the ${kind === 'clock' ? 'clock' : 'number of requests'}.`,
      'ratio of the periods',
      periods,
      [a.stage.stage, b.stage.stage],
    ),
  };
}

function spread(values: readonly number[]) {
  return { value: median(values) ?? 0, low: Math.min(...values), high: Math.max(...values) };
}
