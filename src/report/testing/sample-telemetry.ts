import type { Analysis, TelemetryReadings } from '../../analyse/analysis.ts';

type Telemetry = NonNullable<Analysis['telemetry']>;

/** Stages 1 to 3 and a probe's stage. */
const reading = (
  name: string,
  title: string,
  unit: string,
  figures: readonly (readonly [mean: number, max: number])[],
): TelemetryReadings => ({
  reading: name,
  title,
  unit,
  stages: figures.map(([mean, max], at) => ({ stage: at + 1, mean, max })),
});

/** What a target with a pool of four told of itself, and a process that ended too early. */
export const sampleTelemetry: Telemetry = {
  sources: [
    {
      kind: 'prometheus',
      name: 'metrics of http://127.0.0.1:3000/metrics',
      failed: null,
      readings: [
        reading('poolInUse', 'Places of the pool in use', '', [
          [0.9, 3],
          [3.6, 4],
          [4, 4],
        ]),
        reading('poolWaiting', 'Requests that wait for a place of the pool', '', [
          [0, 1],
          [11.2, 19],
          [58.4, 71],
        ]),
        reading('poolSize', 'Places of the pool', '', [
          [4, 4],
          [4, 4],
          [4, 4],
        ]),
        reading('eventLoopUtilization', 'Event loop: busy share of the time', 'share', [
          [0.08, 0.1],
          [0.19, 0.24],
          [0.21, 0.3],
        ]),
        reading('rssBytes', 'Resident memory', 'bytes', [
          [84_100_000, 85_000_000],
          [91_300_000, 95_000_000],
          [99_900_000, 103_000_000],
        ]),
      ],
    },
    { kind: 'process', name: 'process 4711', failed: 'process 4711 is not running', readings: [] },
  ],
};
