import type { Analysis, Cause } from '../../src/analyse/analysis.ts';
import type { Answer } from './record.ts';

/** What a person with `top` beside the run sees of the target, in cores. */
export type ProcessorUse = {
  readonly cores: number;
  readonly total: number;
  readonly busiestProcess: number;
};

/** What a person reads off a ladder. */
export type Ladder = Pick<Analysis, 'stages' | 'endpoints' | 'timeline'>;

/**
 * The naive baseline: the thresholds that checklists and dashboards hold, read off the same ladder by somebody who also
 * sees the target's processor use, which Loadline does not. The most telling one comes first; the first is the answer.
 */
export function checklist(ladder: Ladder, cpu: ProcessorUse | null): Answer {
  const causes = [...new Set(suspects(ladder, cpu))];
  return {
    verdict: causes.length > 0 ? 'found' : ladder.stages.length === 0 ? 'unknown' : 'none',
    found: causes.map((cause) => ({ cause, confidence: 'medium', estimates: {} })),
    undecided: [],
  };
}

function* suspects({ stages, endpoints, timeline }: Ladder, cpu: ProcessorUse | null): Generator<Cause> {
  const sorted = stages.filter(({ count }) => count > 0).toSorted((a, b) => (a.users ?? 0) - (b.users ?? 0));
  const first = sorted[0];
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return;
  const at = (stage: number) => endpoints.flatMap((one) => one.stages.filter((s) => s.stage === stage));

  // Errors above 1 %: by status.
  if (last.errors > 0.01) {
    const failures = at(last.stage).flatMap((one) => one.failures);
    const count = (status: number) =>
      failures.filter((one) => one.status === status).reduce((sum, one) => sum + one.count, 0);
    if (count(429) * 2 > last.failed) yield 'rate-limit';
    else if (count(503) * 2 > last.failed) yield 'load-shedding';
    else yield 'errors-under-load';
  }

  // The processor above 80 %, all of it or one core of it.
  const grown = last !== first;
  if (cpu !== null && grown) {
    if (cpu.total > 0.8 * cpu.cores) yield 'cpu-saturation';
    else if (cpu.busiestProcess > 0.8) yield 'single-threaded';
  }

  // Throughput lost a tenth of its peak.
  const okRate = (stage: (typeof sorted)[number]) => (stage.rate?.value ?? 0) * (1 - stage.errors);
  const peak = Math.max(...sorted.map(okRate));
  if (last.errors < 0.01 && okRate(last) < 0.9 * peak) yield 'contention-collapse';

  // p95 doubled, throughput did not follow, the processor is free: the pool.
  const [p95Before, p95After] = [first.responseTime?.p95, last.responseTime?.p95];
  const slowed = p95Before !== undefined && p95After !== undefined && p95After > 2 * p95Before;
  const loads = (last.users ?? 1) / Math.max(1, first.users ?? 1);
  if (slowed && last.errors < 0.01 && okRate(last) < 0.7 * loads * okRate(first)) yield 'connection-pool';

  // Within one stage the times grew by half.
  const seconds = timeline.filter(
    ({ stage, phase, p50 }) => stage === last.stage && phase === 'steady' && p50 !== null,
  );
  const third = Math.floor(seconds.length / 3);
  if (third > 0) {
    const mean = (points: typeof seconds) =>
      points.reduce((sum, { p50 }) => sum + (p50 ?? 0), 0) / points.length;
    if (mean(seconds.slice(-third)) > 1.5 * mean(seconds.slice(0, third))) yield 'drift';
  }

  const single = at(first.stage);
  if (single.some(({ newConnections }) => (newConnections ?? 0) > 0.5)) yield 'no-keep-alive';

  // Already slow with hardly any load, and others are not.
  const averages = single.flatMap(({ responseTime }) => responseTime?.avg ?? []);
  const fastest = Math.min(...averages);
  const writes = endpoints.filter(({ method }) => method !== 'GET' && method !== 'HEAD');
  const averageOf = (name: string) =>
    endpoints.find((one) => one.name === name)?.stages.find((s) => s.stage === first.stage)?.responseTime
      ?.avg ?? 0;
  if (writes.some(({ name }) => averageOf(name) > 3 * fastest)) yield 'slow-writes';
  if (averages.some((avg) => avg > 200 && avg > 5 * fastest)) yield 'slow-dependency';

  // The slowest answers far from the rest while the load is light.
  const { p50, p99 } = first.responseTime ?? {};
  if (p50 !== undefined && p99 !== undefined && p99 > 10 * p50 && p99 > 100) yield 'periodic-stalls';
}
