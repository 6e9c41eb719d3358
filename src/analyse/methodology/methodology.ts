import type { ClosedLoad } from '../../plan/plan.ts';
import { abortReason } from '../../record/abort-event.ts';
import { isUnsent, type Run } from '../../record/run.ts';
import type { Analysis } from '../analysis.ts';
import { reproduceCommand } from '../commands.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import { capital, count, list, number, seconds, share } from '../words.ts';
import { connectionStatements, duration, rampStatements, thinkTimeWords } from './choices.ts';
import { differences } from './differences.ts';
import { flowStatements, followedStatements } from './flow-statements.ts';

export { differences } from './differences.ts';

/** How the figures came about, whether they can be had again, and why they differ from an earlier run's. */
export function describeMethodology(
  run: Run,
  measurements: readonly StageMeasurement[],
  earlier: Run | null,
): Analysis['methodology'] {
  const recorded = run.stages.every((stage) => stage.data.kind === 'windows');
  return {
    statements: recorded ? recordedStatements(run, measurements) : importedStatements(run),
    stages: run.stages.map((stage, i) => ({
      stage: i + 1,
      users: stage.users,
      askedRate: stage.askedRatePerSecond,
      spawnRate: stage.spawnRate,
      rampSeconds:
        stage.data.kind === 'summary' ? null : rounded((stage.steadyFromMs - stage.startMs) / 1000),
      steadySeconds: rounded(measurements[i]?.seconds ?? null),
      state: stage.state,
    })),
    mix: mixOf(run),
    generator: generatorOf(run, measurements),
    differsFrom: earlier === null ? null : { run: earlier.id, differences: differences(run, earlier) },
    reproduce: recorded
      ? reproduceCommand(run)
      : `The figures came from ${capital(run.source.tool)}; the load itself is repeated with that tool, or with a plan of its own: loadline init ${run.plan.target}`,
  };
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1000) / 1000;
}

function recordedStatements(run: Run, measurements: readonly StageMeasurement[]): string[] {
  const { load } = run.plan;
  const spawn = [...new Set(run.stages.flatMap((s) => s.spawnRate ?? []))];
  const lengths = run.stages.map((s) => (s.steadyToMs - s.steadyFromMs) / 1000);
  const same = lengths.every((s) => Math.abs(s - (lengths[0] ?? s)) < 1);
  const analysed = measurements.reduce((sum, m) => sum + (m.seconds ?? 0), 0);
  const few = Math.min(...measurements.map((m) => m.total.blocks.length));
  const interrupted = run.state !== 'complete';
  const stopped = abortReason(run);
  return [
    `${count(run.stages.length, 'stage')} of ${same ? `${seconds(Math.round(lengths[0] ?? 0))} steady load` : `steady load (${list(lengths.map((s) => seconds(Math.round(s))))})`}${spawn.length === 0 ? '' : `, after a ramp of ${list(spawn.map((s) => number(s, Number.isInteger(s) ? 0 : 1)))} ${spawn.length === 1 && spawn[0] === 1 ? 'user' : 'users'} started per second`}.`,
    load.kind === 'closed'
      ? `Closed model: each user sends a request, waits for the answer, ${thinking(load)}, and sends the next${pacing(load)}. Its percentiles are those "given N users": users who wait send less, so an open stream of requests would see longer waits.`
      : `Open model: requests come at the asked rate (${load.arrivals === 'poisson' ? 'Poisson arrivals' : 'evenly spaced'}), however long the answers take.`,
    ...flowStatements(run.plan),
    ...followedStatements(run),
    ...rampStatements(load),
    `Only the steady part of each stage is analysed, after the warm-up was cut: ${seconds(Math.round(analysed))} in all. Requests of the ramps are counted in the total of all requests and nowhere else.`,
    'Response time counts from the moment a request was meant to start to the last byte of its answer; service time from its real start. Failed requests are counted and not timed, except time-outs, which are timed with what they had waited.',
    few > 0
      ? 'Intervals are 95 % intervals from blocks of time, never from single requests, which depend on one another.'
      : 'Some stages are too short for intervals from blocks of time; figures without an interval are what was seen, once.',
    ...connectionStatements(run.plan),
    ...(interrupted
      ? [
          `The run was ${run.state === 'cut' ? 'cut off' : stopped === null ? 'interrupted' : `stopped by Loadline itself (${stopped})`}; what was measured until then is analysed.`,
        ]
      : []),
    `The order of endpoints, data and think times follows from the seed ${run.seed}; the answer times of the target do not, so a repetition gives like figures and not the same.`,
  ];
}

function thinking({ thinkTime }: ClosedLoad): string {
  if (thinkTime.kind === 'unknown') return 'thinks for an unknown time';
  const words = thinkTimeWords(thinkTime);
  if (words === 'none') return 'does not pause';
  return thinkTime.kind === 'uniform' ? `thinks for ${words}` : `thinks (${words})`;
}

function pacing({ pacingMs }: ClosedLoad): string {
  return pacingMs === undefined ? '' : `, at least ${duration(pacingMs)} after it began the one before`;
}

function importedStatements(run: Run): string[] {
  const history = run.stages.some((s) => s.data.kind === 'summary' && s.data.history.length > 0);
  return [
    `The figures are those of ${capital(run.source.tool)}${run.source.version === '' ? '' : ` ${run.source.version}`}, read from its files; Loadline did not send this load.`,
    `The files hold ${history ? 'totals of each stage and a history of all endpoints together' : 'totals of each stage only'}: the ramp is part of them, and no interval can be given.`,
    'Whether the load generator kept up, how long the users thought and how many requests were in flight is not in the files.',
  ];
}

function mixOf(run: Run): Analysis['methodology']['mix'] {
  const { flows = [] } = run.plan;
  const sent = run.plan.endpoints.map(() => 0);
  for (const { data } of run.stages) {
    const rows = data.kind === 'windows' ? data.windows.filter((w) => !isUnsent(w.outcome)) : data.endpoints;
    for (const { endpoint, count: n } of rows) sent[endpoint] = (sent[endpoint] ?? 0) + n;
  }
  const weights = run.plan.endpoints.reduce((sum, e) => sum + e.weight, 0);
  const all = sent.reduce((a, b) => a + b, 0);
  return run.plan.endpoints.map((e, i) => ({
    endpoint: e.name,
    weight: e.weight,
    asked: flows.length > 0 || weights <= 0 ? null : e.weight / weights,
    sent: all > 0 ? (sent[i] ?? 0) / all : 0,
  }));
}

function generatorOf(
  run: Run,
  measurements: readonly StageMeasurement[],
): Analysis['methodology']['generator'] {
  const { environment: e } = run;
  const facts: [string, string | number | null][] = [
    ['tool', `${run.source.tool} ${run.source.version}`.trim()],
    ['Node', e.node],
    ['platform', e.platform],
    ['CPU', e.cpuModel],
    ['cores', e.cores],
    ['memory', e.memoryBytes === null ? null : `${number(e.memoryBytes / 2 ** 30, 1)} GiB`],
    ['workers', e.workers],
    ['ceiling against a null server (requests/s)', rounded(e.generatorCeilingPerSecond ?? null)],
    [
      'CPU of the generator (cores, highest stage mean)',
      highest(measurements.map((m) => m.generatorCpuCores)),
    ],
    ['CPU of its machine (highest stage mean)', asShare(highest(measurements.map((m) => m.machineCpu)))],
  ];
  return Object.fromEntries(facts.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

function highest(values: readonly (number | null)[]): number | null {
  const known = values.filter((v) => v !== null);
  return known.length === 0 ? null : Math.round(Math.max(...known) * 100) / 100;
}

function asShare(value: number | null): string | null {
  return value === null ? null : share(value);
}
