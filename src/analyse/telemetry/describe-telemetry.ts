import type { Run } from '../../record/run.ts';
import { type TelemetrySource, telemetryFailures } from '../../record/telemetry.ts';
import type { Analysis } from '../analysis.ts';
import { type Figure, type SourceTelemetry, type TelemetryFigure, telemetryByStage } from './by-stage.ts';

type Described = NonNullable<Analysis['telemetry']>;
type Reading = Described['sources'][number]['readings'][number];

const meanings: Readonly<Record<TelemetryFigure, readonly [title: string, unit: string]>> = {
  poolInUse: ['Places of the pool in use', ''],
  poolWaiting: ['Requests that wait for a place of the pool', ''],
  poolSize: ['Places of the pool', ''],
  eventLoopUtilization: ['Event loop: busy share of the time', 'share'],
  eventLoopDelayP99Ms: ['Event loop: delay, p99', 'ms'],
  cpuCores: ['Processor time used per second', 's/s'],
  cpuCount: ['Processors', ''],
  gcShare: ['Garbage collection: share of the time', 'share'],
  rssBytes: ['Resident memory', 'bytes'],
  dbConnections: ['Connections of the database', ''],
  queueLength: ['Requests in front of the target', ''],
  inFlight: ['Requests that the target works on', ''],
};

/**
 * What the plan's `observe` brought, by source and stage; null: nothing was to be observed. `run` with all its stages:
 * their positions, from 1, are the numbers of the stages.
 */
export function describeTelemetry(run: Run): Described | null {
  const stages = telemetryByStage(run);
  const failures = telemetryFailures(run);
  const sources = new Map<string, TelemetrySource>();
  for (const { source } of [...stages.flat(), ...failures]) sources.set(keyOf(source), source);
  if (sources.size === 0) return null;
  return {
    sources: [...sources]
      .sort(([, a], [, b]) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.index - b.index)
      .map(([key, source]) => ({
        kind: source.kind,
        name: nameOf(source, run.plan),
        failed: failures.find((each) => keyOf(each.source) === key)?.because ?? null,
        readings: readingsOf(
          stages.flatMap((all, at) =>
            all.filter((each) => keyOf(each.source) === key).map((told): Told => ({ stage: at + 1, told })),
          ),
        ),
      })),
  };
}

const order: readonly TelemetrySource['kind'][] = ['prometheus', 'process', 'server-timing'];

const keyOf = ({ kind, index }: TelemetrySource): string => `${kind} ${index}`;

type Told = { readonly stage: number; readonly told: SourceTelemetry };

function readingsOf(all: readonly Told[]): Reading[] {
  const stagesOf = (figure: (told: SourceTelemetry) => Figure | undefined): Reading['stages'] =>
    all.flatMap(({ stage, told }) => {
      const found = figure(told);
      return found === undefined ? [] : [{ stage, ...found }];
    });
  const figures = (Object.keys(meanings) as TelemetryFigure[]).map((reading): Reading => {
    const [title, unit] = meanings[reading];
    return { reading, title, unit, stages: stagesOf(({ figures: told }) => told[reading]) };
  });
  const metrics = [...new Set(all.flatMap(({ told }) => Object.keys(told.timings)))].sort();
  const timings = metrics.map(
    (metric): Reading => ({
      reading: metric,
      title: `Server-Timing “${metric}”`,
      unit: 'ms',
      stages: stagesOf(({ timings: told }) => told[metric]),
    }),
  );
  return [...figures, ...timings].filter(({ stages }) => stages.length > 0);
}

/** Without what might be secret in a URL. */
function nameOf({ kind, index }: TelemetrySource, plan: Run['plan']): string {
  const { observe } = plan;
  switch (kind) {
    case 'prometheus': {
      const url = observe?.prometheus[index]?.url;
      return url === undefined ? `metrics (source ${index + 1})` : `metrics of ${withoutQuery(url)}`;
    }
    case 'process': {
      const id = observe?.processes[index];
      return id === undefined ? `process (source ${index + 1})` : `process ${id}`;
    }
    case 'server-timing':
      return `answers of ${plan.endpoints[index]?.name ?? `endpoint ${index + 1}`}`;
    default:
      return kind satisfies never;
  }
}

function withoutQuery(url: string): string {
  if (!URL.canParse(url)) return url.replace(/[?#].*$/s, '');
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
