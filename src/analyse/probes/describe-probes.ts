import type { Plan } from '../../plan/plan.ts';
import { isUnsent, type Run, type RunStage } from '../../record/run.ts';
import { reasonsOf, searchDone } from '../../record/trial.ts';
import type { StageMeasurement } from '../measure/measurement.ts';
import type { SplitRun } from '../split-run.ts';
import { capital, count, number, seconds } from '../words.ts';
import type { ProbeReadings } from './probe-readings.ts';
import type { ProbeStage, Probes } from './probes-schema.ts';
import { probeStageName } from './stage-name.ts';

/** What a search did beside the report's own stages, with names in place of indices. Null: nothing. */
export function describeProbes(split: SplitRun, readings: ProbeReadings): Probes | null {
  const { whole, all } = split;
  const stages = stagesOf(split);
  const done = searchDone(whole);
  if (stages.length === 0 && done === null) return null;
  const { endpoints } = whole.plan;
  const name = nameIn(whole.plan);
  // A HEAD of an endpoint serves as a control too, but it may wait for the same as the endpoint.
  const isControl = (index: number): boolean => {
    const probe = endpoints[index]?.probe;
    return probe?.kind === 'control' && probe.of === null;
  };
  return {
    statements: statements(whole, stages, done?.because ?? null),
    stages: [...stages],
    notRun: [...(done?.notRun ?? [])],
    single: readings.single.map(({ endpoint, serverCloses: _, ...rest }) => ({
      endpoint: name(endpoint),
      isControl: isControl(endpoint),
      ...rest,
    })),
    solo: readings.solo.map(({ endpoint, stages: numbers, errors: _, ...rest }) => ({
      endpoint: name(endpoint),
      points: [...aloneAtOne(readings, endpoint, numbers), ...soloPoints(all, endpoint, numbers)].sort(
        (a, b) => a.users - b.users || a.stage - b.stage,
      ),
      ...rest,
    })),
    coupling: readings.coupling
      .filter(({ held, probed }) => held !== probed)
      .map(({ held, probed, ...rest }) => ({
        held: name(held),
        probed: name(probed),
        isControl: isControl(probed),
        ...rest,
      })),
    reuse: readings.reuse.map(({ endpoint, ...rest }) => ({ endpoint: name(endpoint), ...rest })),
    keys: readings.keys.map(({ endpoint, ...rest }) => ({ endpoint: name(endpoint), ...rest })),
    sizes: readings.sizes.map(({ endpoint, points, ...rest }) => ({
      endpoint: name(endpoint),
      points: [...points],
      ...rest,
    })),
    rows: readings.rows.map(({ endpoint, ...rest }) => ({ endpoint: name(endpoint), ...rest })),
    steps: [...readings.steps],
    workers: readings.workers.map(({ stages: numbers, ratio }) => ({ stages: [...numbers], ratio })),
  };
}

type SoloPoint = Probes['solo'][number]['points'][number];

function soloPoints(
  all: readonly StageMeasurement[],
  endpoint: number,
  stages: readonly number[],
): readonly SoloPoint[] {
  return stages.flatMap((stage): SoloPoint[] => {
    const one = all[stage - 1];
    const own = one?.endpoints[endpoint] ?? null;
    if (one === undefined || one.users === null || own === null) return [];
    const { rate, avg } = own.intervals;
    return [
      {
        stage,
        users: one.users,
        rate: rate ?? plainly(own.rate),
        avg: avg ?? plainly(own.responseTime?.avg),
      },
    ];
  });
}

/** A user who never pauses makes 1/R requests: what the single user's probe says of one user, if no stage does. */
function aloneAtOne(
  { single }: ProbeReadings,
  endpoint: number,
  stages: readonly number[],
): readonly SoloPoint[] {
  const found = single.find((one) => one.endpoint === endpoint);
  if (found === undefined || found.mean === null || !(found.mean.value > 0)) return [];
  if (stages.includes(found.stage)) return [];
  const perSecond = (ms: number | null): number | null => (ms === null || ms <= 0 ? null : 1000 / ms);
  const { value, low, high } = found.mean;
  const rate = { value: 1000 / value, low: perSecond(high), high: perSecond(low) };
  return [{ stage: found.stage, users: 1, rate, avg: found.mean }];
}

const plainly = (value: number | null | undefined) =>
  value === null || value === undefined ? null : { value, low: null, high: null };

const nameIn =
  ({ endpoints }: Plan) =>
  (index: number): string =>
    endpoints[index]?.name ?? `endpoint ${index + 1}`;

function stagesOf({ run, whole, all, trials }: SplitRun): readonly ProbeStage[] {
  const reasons = reasonsOf(whole);
  const name = nameIn(whole.plan);
  return whole.stages.flatMap((stage, at): ProbeStage[] => {
    const [trial, one] = [trials[at] ?? null, all[at]];
    if (at < run.stages.length || trial === null || trial.kind === 'ladder' || one === undefined) return [];
    return [
      {
        stage: at + 1,
        kind: trial.kind,
        name: probeStageName(trial, one, whole.plan),
        because: reasons.get(stage.index) ?? null,
        users: one.users,
        askedRate: one.askedRate,
        seconds: one.seconds,
        requests: sentIn(stage),
        failed: one.total.failed,
        state: stage.state,
        validity: one.validity.state,
        endpoints: one.endpoints.flatMap((own, index) =>
          own === null || own.count === 0
            ? []
            : [
                {
                  endpoint: name(index),
                  count: own.count,
                  rate: own.rate,
                  errors: own.errors,
                  avg: own.intervals.avg ?? plainly(own.responseTime?.avg),
                },
              ],
        ),
      },
    ];
  });
}

function sentIn({ data }: RunStage): number {
  if (data.kind === 'summary') return data.endpoints.reduce((sum, { count: n }) => sum + n, 0);
  return data.windows.reduce((sum, { outcome, count: n }) => sum + (isUnsent(outcome) ? 0 : n), 0);
}

function statements(run: Run, stages: readonly ProbeStage[], doneBecause: string | null): string[] {
  const numbers = new Set(stages.map(({ stage }) => stage - 1));
  const tookMs = run.stages.reduce(
    (sum, { startMs, endMs }, at) => sum + (numbers.has(at) ? endMs - startMs : 0),
    0,
  );
  const requests = stages.reduce((sum, one) => sum + one.requests, 0);
  const scouting = run.events.find(({ kind }) => kind === 'scouting');
  return [
    ...(scouting === undefined ? [] : [sentence(scouting.text)]),
    ...(stages.length === 0
      ? []
      : [
          `${count(stages.length, 'further stage')} took ${seconds(Math.round(tookMs / 1000))} and ${number(requests)} requests. They are counted in the total of all requests, and in no other section's figures than those that name them.`,
        ]),
    ...(doneBecause === null ? [] : [sentence(`the search ended: ${doneBecause}`)]),
  ];
}

const sentence = (text: string): string => `${capital(text)}${/[.!?]$/.test(text) ? '' : '.'}`;
