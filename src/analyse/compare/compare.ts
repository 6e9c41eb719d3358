import type { Run } from '../../record/run.ts';
import { count, list, number, share } from '../words.ts';
import { circumstances } from './circumstances.ts';
import { compareStage, sampledRun } from './compare-stage.ts';
import { type ComparedRun, type Comparison, type ComparisonLine, comparisonVersion } from './comparison.ts';
import { resamples } from './figure.ts';
import { alpha, judge, metricChange, metricNames, place } from './line.ts';
import { metricRules } from './metric.ts';
import { PlansDifferError, planDifferences } from './plan-differences.ts';

export type CompareOptions = {
  /** Compare what both sides have although their plans differ. */
  readonly anyway?: boolean;
  /** Version of the comparing Loadline; the one that recorded the first run unless given. */
  readonly version?: string;
};

/**
 * What changed from one set of runs to another, with intervals, and whether it matters. Pure: the same runs give the
 * same comparison, and the sides exchanged give the opposite one. Throws a {@link PlansDifferError} if the plans ask for
 * another load or send other requests, a RangeError for an empty side.
 *
 * @example
 * compareRuns([before], [after]).verdict; // 'regressed'
 */
export function compareRuns(
  before: readonly Run[],
  after: readonly Run[],
  options: CompareOptions = {},
): Comparison {
  const [first] = before;
  if (first === undefined || after.length === 0)
    throw new RangeError('a comparison needs a run on each side');
  const differences = [
    ...new Set([...before.slice(1), ...after].flatMap((run) => planDifferences(first.plan, run.plan))),
  ];
  if (differences.length > 0 && options.anyway !== true) throw new PlansDifferError(differences);
  const [was, is] = [before.map(sampledRun), after.map(sampledRun)];
  const stages = first.stages.map((_, index) => compareStage(first, index, was, is));
  const lines = judge(stages.flatMap((stage) => stage.lines));
  const counts = { regressed: 0, improved: 0, equivalent: 0, inconclusive: 0 };
  for (const line of lines) counts[line.verdict] += 1;
  const verdict = overall(counts);
  return {
    kind: 'comparison',
    version: comparisonVersion,
    tool: { name: 'loadline', version: options.version ?? first.environment.loadline ?? 'unknown' },
    verdict,
    statement: statementOf(verdict, lines, counts),
    counts,
    before: before.map(described),
    after: after.map(described),
    differences,
    warnings: circumstances(before, after),
    stages: stages.map(({ stage }) => stage),
    lines,
    method: methodOf(before, after, lines),
  };
}

type Counts = Comparison['counts'];

/** One regression makes a regression, whatever improved; equivalent are two sides of which every line is. */
function overall({ regressed, improved, inconclusive, equivalent }: Counts): Comparison['verdict'] {
  if (regressed + improved + inconclusive + equivalent === 0) return 'nothing-compared';
  if (regressed > 0) return 'regressed';
  if (improved > 0) return 'improved';
  return inconclusive > 0 ? 'inconclusive' : 'equivalent';
}

function described(run: Run): ComparedRun {
  return {
    id: run.id,
    name: run.name,
    when: run.startedAt,
    target: run.plan.target,
    state: run.state,
    source: `${run.source.tool} ${run.source.version}`.trim(),
  };
}

function statementOf(
  verdict: Comparison['verdict'],
  lines: readonly ComparisonLine[],
  counts: Counts,
): string {
  const all = count(lines.length, 'line');
  switch (verdict) {
    case 'nothing-compared':
      return 'Nothing could be compared: no stage is usable on both sides.';
    case 'regressed':
      return `It got worse: ${foremost(lines, 'regressed')}. ${tally(counts, all)}`;
    case 'improved':
      return `It got better: ${foremost(lines, 'improved')}. ${tally(counts, all)}`;
    case 'equivalent':
      return `No change that matters: in all ${all} the whole 95 % interval lies within the margin.`;
    case 'inconclusive':
      return `No change that matters was shown, nor can it be excluded everywhere. ${tally(counts, all)} Longer stages, or more runs a side, would tell more.`;
    default:
      return verdict satisfies never;
  }
}

/** The three lines of that verdict that changed most, seen from their margins. */
function foremost(lines: readonly ComparisonLine[], verdict: ComparisonLine['verdict']): string {
  const own = lines
    .filter((line) => line.verdict === verdict)
    .sort((a, b) => Math.abs(b.change.value) / b.margin - Math.abs(a.change.value) / a.margin);
  return list(
    own
      .slice(0, 3)
      .map(
        (line) =>
          `${metricNames[line.metric]} ${place(line)} ${metricChange(line.metric, line.change.value)}`,
      ),
  );
}

function tally({ regressed, improved, equivalent, inconclusive }: Counts, all: string): string {
  const parts = [
    ...(regressed > 0 ? [`${number(regressed)} regressed`] : []),
    ...(improved > 0 ? [`${number(improved)} improved`] : []),
    ...(equivalent > 0 ? [`${number(equivalent)} equivalent`] : []),
    ...(inconclusive > 0 ? [`${number(inconclusive)} inconclusive`] : []),
  ];
  return `Of ${all}: ${list(parts)}.`;
}

function methodOf(before: readonly Run[], after: readonly Run[], lines: readonly ComparisonLine[]): string[] {
  const { throughput, p95, p99, errors } = metricRules;
  const single = before.length === 1 && after.length === 1;
  return [
    `Unit are blocks of time of the steady parts, not requests, since neighbouring requests are alike. Intervals are 95 %, from ${number(resamples)} resamples of runs and of blocks within each run, widened for few blocks, for blocks that are alike, and for ${single ? 'what two runs of one system are assumed to differ by' : 'what the runs of a side differ by'}.`,
    ...(single
      ? [
          `Assumed standard deviation between runs of one system: ${share(throughput.runToRun)} of the throughput, ${share(p99.runToRun)} of the p99, ${share(p95.runToRun)} of the other times.`,
        ]
      : []),
    `Changes that matter: throughput ${share(throughput.margin)}, average, p50 and p95 ${share(p95.margin)}, p99 ${share(p99.margin)}, failed requests ${metricChange('errors', errors.margin).replace('+', '')}.`,
    `Regressed or improved: the change is at least that, and no change is excluded at ${share(alpha)} for all ${number(lines.length)} lines together (Holm). Equivalent: the whole interval lies within it. Everything else is inconclusive.`,
  ];
}
