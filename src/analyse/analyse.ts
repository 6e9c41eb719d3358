import * as z from 'zod';
import { abortReason } from '../record/abort-event.ts';
import { isUnsent, type Run } from '../record/run.ts';
import { type Analysis, analysisSchema, analysisVersion } from './analysis.ts';
import { analyseCapacity } from './capacity/capacity.ts';
import { searchStages } from './capacity/search-stages.ts';
import { conclude } from './conclusion/conclusion.ts';
import { assessReadiness } from './conclusion/readiness.ts';
import { diagnose } from './diagnosis/diagnose.ts';
import { analyseDistribution } from './distribution/distribution.ts';
import { analyseEndpoints } from './endpoints/endpoints.ts';
import { analyseGroups } from './endpoints/groups.ts';
import { analyseSla } from './endpoints/sla.ts';
import { stageTotals } from './endpoints/stage-totals.ts';
import { timelineOf } from './endpoints/timeline.ts';
import type { StageMeasurement } from './measure/measurement.ts';
import { describeMethodology } from './methodology/methodology.ts';
import { describeProbes } from './probes/describe-probes.ts';
import { readProbes } from './probes/read-probes.ts';
import { recommend } from './recommendations/recommendations.ts';
import { splitRun } from './split-run.ts';
import { describeTelemetry } from './telemetry/describe-telemetry.ts';
import { overallValidity } from './validity/validity.ts';

export type AnalyseOptions = {
  /** An earlier run of the same target: the methodology says why figures may differ. */
  readonly earlier?: Run | null;
  /** Version of the analysing Loadline; the one that recorded the run unless given. */
  readonly version?: string;
};

/**
 * The finished analysis of a run, complete, interrupted, cut off or imported. Pure: the same run gives the same
 * analysis, byte for byte. Never throws for lack of data: what the run does not tell is `null`, `unknown` or
 * `insufficient-evidence`.
 *
 * @example
 * const analysis = analyse(run);
 * analysis.summary.verdict; // one line
 */
export function analyse(given: Run, options: AnalyseOptions = {}): Analysis {
  const split = splitRun(given);
  const { run, measurements, whole, all, trials } = split;
  const readings = readProbes(whole, all);
  const probes = describeProbes(split, readings);
  const telemetry = describeTelemetry(whole);
  const validity = overallValidity(measurements);
  const stages = stageTotals(measurements);
  const capacity = analyseCapacity(measurements, run.plan, run.seed, searchStages(split));
  const sla = analyseSla(run, measurements);
  const endpoints = analyseEndpoints(run, measurements, sla);
  const diagnosis = diagnose(measurements, run, capacity, { whole, all, trials, readings });
  const found = { run, measurements, capacity, endpoints, sla, diagnosis, readings };
  const recommendations = recommend(found);
  const readiness = assessReadiness(found);
  const { verdict, keyFindings, nextSteps, conclusion } = conclude({
    ...found,
    validity,
    readiness,
    recommendations,
  });
  return {
    kind: 'analysis',
    version: analysisVersion,
    tool: { name: 'loadline', version: options.version ?? run.environment.loadline ?? 'unknown' },
    run: { id: run.id, name: run.name, state: run.state, source: sourceOf(run), ...stopOf(run) },
    summary: {
      when: run.startedAt,
      target: run.plan.target,
      endpoints: run.plan.endpoints.length,
      stages: stages.map(({ stage, users, rate }) => ({ stage, users, rate: rate?.value ?? null })),
      requests: requestsOf(whole, all),
      verdict,
      keyFindings,
    },
    validity,
    stages,
    capacity,
    endpoints,
    distribution: analyseDistribution(run, measurements),
    timeline: timelineOf(run),
    sla,
    groups: analyseGroups(run, measurements, endpoints),
    diagnosis,
    recommendations,
    readiness,
    nextSteps,
    conclusion,
    methodology: describeMethodology(run, measurements, options.earlier ?? null),
    ...(probes === null ? {} : { probes }),
    ...(telemetry === null ? {} : { telemetry }),
  };
}

function stopOf(run: Run): { stoppedBecause?: string } {
  const because = abortReason(run);
  return because === null ? {} : { stoppedBecause: because };
}

function sourceOf({ source }: Run): string {
  return source.version === '' ? source.tool : `${source.tool} ${source.version}`;
}

/** Every request that was sent and ended, whatever the phase. */
function requestsOf(run: Run, measurements: readonly StageMeasurement[]): Analysis['summary']['requests'] {
  let total = 0;
  let failed = 0;
  for (const [i, { data }] of run.stages.entries()) {
    if (data.kind === 'summary') {
      total += measurements[i]?.total.count ?? 0;
      failed += measurements[i]?.total.failed ?? 0;
      continue;
    }
    for (const window of data.windows) {
      if (isUnsent(window.outcome)) continue;
      total += window.count;
      if (window.outcome !== 'ok') failed += window.count;
    }
  }
  return { total, ok: total - failed, failed };
}

/** The JSON Schema of an analysis, as published in `schema/analysis.schema.json`. */
export function analysisJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(analysisSchema, { target: 'draft-7', reused: 'inline' });
  return { $schema, title: 'Loadline analysis', ...schema };
}
