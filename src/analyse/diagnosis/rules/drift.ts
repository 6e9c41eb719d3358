import { quantileUs } from '../../../record/histogram.ts';
import type { Interval } from '../../analysis.ts';
import type { StageMeasurement } from '../../measure/measurement.ts';
import {
  capital,
  change,
  count,
  list,
  loadName,
  milliseconds,
  number,
  seconds,
  stageName,
  within,
} from '../../words.ts';
import { slopeOf } from '../contrast.ts';
import { type DriftAcross, driftAcrossOf } from '../drift-across.ts';
import { type DriftAgain, driftAgainOf } from '../drift-again.ts';
import type { Facts } from '../facts.ts';
import { type Accusation, evidenceOf, type Rule } from '../rule.ts';

/** At constant load, response times grow with time. */
export const drift: Rule = { causes: ['drift'], accuse };

/** Medians grow by at least so much within a stage … */
const leastGrowth = 0.15;
/** … surely by more than this … */
const leastGrowthLow = 0.03;
/** … and still grow in the last third: a queue that fills up at the begin of a stage does not. */
const leastLateGrowth = 0.03;
/** Every stage of every run is tried: 95 % would find drift in one stage of forty by chance. */
const confidence = 0.99;
const fewestBlocks = 5;
const fewestStages = 2;

type Drifting = {
  readonly stage: StageMeasurement;
  readonly growth: Interval;
  readonly fromMs: number;
  readonly toMs: number;
};

function accuse(facts: Facts): Accusation | null {
  // The rungs of a ladder are too short for what a stage several times as long shows.
  const longest = Math.max(0, ...facts.sound.map((s) => s.seconds ?? 0));
  const judged = facts.sound.filter(
    (s) => s.total.blocks.length >= fewestBlocks && (s.seconds ?? 0) >= longest / 2,
  );
  const drifting = judged.flatMap((stage) => drifts(stage) ?? []);
  const across = driftAcrossOf(facts);
  if (across !== null) return fromStageToStage(across);
  const again = driftAgainOf(facts);
  if (again !== null) return eachTimeSlower(again);
  if (drifting.length === 0 || drifting.length < judged.length / 2) return null;
  const evidence = drifting.map((d) =>
    evidenceOf(
      `Medians grew: typically from ${milliseconds(d.fromMs)} to ${milliseconds(d.toMs)} (${change(d.growth.value)}${within(d.growth, change).replace('95 %', '99 %')}) within ${seconds(d.stage.seconds ?? 0)} of constant load, in ${stageName(d.stage)}.`,
      'growth of the medians within the stage',
      d.growth,
      [d.stage.stage],
    ),
  );
  if (drifting.length < fewestStages) {
    // One of one stage may be a chance or a slow start; only a class of its own, and an experiment.
    return judged.length > 1
      ? null
      : {
          kind: 'undecided',
          weight: 'fault',
          undecided: {
            causes: ['drift'],
            title: 'Response times grew during the only stage',
            endpoints: [],
            evidence,
            excluded: [],
            experiment:
              'Hold the same load three times as long. With drift the growth goes on; after a slow start it ends.',
          },
        };
  }
  return {
    kind: 'found',
    finding: {
      cause: 'drift',
      title: `Response times grow with time at constant load, in ${list(drifting.map((d) => stageName(d.stage)))}`,
      endpoints: [],
      confidence: drifting.length >= 3 ? 'high' : 'medium',
      estimates: Object.fromEntries(drifting.map((d) => [`growth in stage ${d.stage.stage}`, d.growth])),
      evidence,
      excluded: [],
      disproof: 'The same load held three times as long shows a median that levels off.',
      remedy,
    },
  };
}

function fromStageToStage({ stages, levels, growth, atTheEnd }: DriftAcross): Accusation {
  const numbers = stages.map((s) => s.stage);
  const last = stages.at(-1);
  return {
    kind: 'found',
    finding: {
      cause: 'drift',
      title: `Response times grow with time: by ${change(atTheEnd)} until the light load at the end`,
      endpoints: [],
      confidence: levels.length >= 7 ? 'high' : 'medium',
      estimates: { 'growth over the run': growth },
      evidence: [
        evidenceOf(
          `From stage to stage the medians took ${list(levels.map((level) => `${number(level, 2)}`))} times as long as at first, in the order of time${within(growth, change).replace('95 %', '99 %')}.`,
          'growth of the medians over the run',
          growth,
          numbers,
        ),
        ...(last === undefined
          ? []
          : [
              evidenceOf(
                `In ${stageName(last)}, a light load again, they still took ${change(atTheEnd)}: load is not the reason.`,
                'growth at the light load of the end',
                atTheEnd,
                [last.stage],
              ),
            ]),
      ],
      excluded: [
        {
          cause: 'connection-pool',
          because: 'A queue goes away with its load; the light load at the end was as slow.',
        },
      ],
      disproof: 'The light load, held for some minutes, returns to its first times without a restart.',
      remedy,
    },
  };
}

function eachTimeSlower({ stages, levels, growth }: DriftAgain): Accusation {
  const [first] = stages;
  const load = first === undefined ? 'the same load' : loadName(first);
  return {
    kind: 'found',
    finding: {
      cause: 'drift',
      title: `Response times grow with time: ${load} took ${change(growth.value)} when it came for the ${levels.length === 3 ? 'third' : 'last'} time`,
      endpoints: [],
      confidence: 'medium',
      estimates: { 'growth at the same load': growth },
      evidence: [
        evidenceOf(
          `${capital(load)} came ${count(levels.length, 'time')}, in ${list(stages.map(stageName))}; the medians took ${list(levels.map((level) => `${number(level, 2)}`))} times as long as at first${within(growth, change)}.`,
          'growth of the medians at the same load',
          growth,
          stages.map(({ stage }) => stage),
        ),
      ],
      excluded: [
        {
          cause: 'connection-pool',
          because: 'The same users queue as long each time; here each time was slower than the one before.',
        },
      ],
      disproof: 'The same load, once more and without a restart, is no slower than the last time.',
      remedy,
    },
  };
}

const remedy =
  'Look for what accumulates: rows in a table that is read whole, a growing cache or log, leaked memory or connections. Restart the target and see whether the first figures return.';

function drifts(stage: StageMeasurement): Drifting | null {
  const levels = levelsOf(stage);
  const slope = levels.length < fewestBlocks ? null : slopeOf(levels, confidence);
  if (slope?.low == null || slope.high === null) return null;
  const n = levels.length;
  const mean = levels.reduce((sum, v) => sum + v, 0) / n;
  const from = mean - (slope.value * (n - 1)) / 2;
  if (from <= 0) return null;
  const scale = (n - 1) / from;
  const growth: Interval = {
    value: slope.value * scale,
    low: slope.low * scale,
    high: slope.high * scale,
  };
  const third = Math.floor(n / 3);
  const meanOf = (values: readonly number[]) => values.reduce((s, v) => s + v, 0) / values.length;
  const late = meanOf(levels.slice(n - third)) / meanOf(levels.slice(third, n - third)) - 1;
  const isDrift =
    growth.value >= leastGrowth && (growth.low ?? 0) >= leastGrowthLow && late >= leastLateGrowth;
  const fromMs = from * (stage.total.responseTime?.p50 ?? 0);
  return isDrift ? { stage, growth, fromMs, toMs: fromMs * (1 + growth.value) } : null;
}

/**
 * The level of each block, 1 = the stage's: exp of the mean, over the requests, of ln(median of its endpoint in the
 * block / median of its endpoint in the stage). So a block that happens to hold more of the slow endpoints is no slower.
 */
function levelsOf({ total, endpoints }: StageMeasurement): number[] {
  const known = endpoints.flatMap((m) => {
    const typical = m?.responseTime?.p50;
    return m && typical !== undefined && typical > 0 && m.blocks.length === total.blocks.length
      ? [{ blocks: m.blocks, typical }]
      : [];
  });
  return total.blocks.flatMap((_, i) => {
    let weighted = 0;
    let count = 0;
    for (const { blocks, typical } of known) {
      const block = blocks[i];
      const p50 = block === undefined ? null : quantileUs(block.histogram, 0.5);
      if (block === undefined || p50 === null || p50 <= 0) continue;
      weighted += block.histogram.count * Math.log(p50 / 1000 / typical);
      count += block.histogram.count;
    }
    return count === 0 ? [] : [Math.exp(weighted / count)];
  });
}
