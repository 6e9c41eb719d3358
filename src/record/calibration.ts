import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';

const amount = z.number().min(0);
const machine = z.object({
  node: z.string(),
  cpuModel: z.string().nullable(),
  cores: amount,
});
const throughput = z.object({
  workers: amount,
  connections: amount,
  requestsPerSecond: amount,
  /** CPU of the generator's worker threads. */
  cpuUsPerRequest: amount,
  /** The same, in cores. */
  generatorCores: amount,
});
const calibrationSchema = z.object({
  kind: z.literal('calibration'),
  formatVersion: z.literal(1),
  /** UTC, ISO 8601. */
  measuredAt: z.string(),
  loadline: z.string(),
  machine,
  throughput: z.array(throughput),
  /** The most that so many workers carried, at any number of connections. */
  ceilings: z.array(z.object({ workers: amount, requestsPerSecond: amount })),
  /** A think time, and how much longer it lasted. */
  timer: z.object({ thinkTimeMs: amount, lagMeanMs: amount, sendLagP99Ms: amount }),
  /** The event loop's lateness with nothing to do. */
  idle: z.object({ loopDelayP99Ms: amount, loopDelayMaxMs: amount }),
  /** CPU that other programs took meanwhile, in cores. */
  otherCpuCores: amount,
});

/** What a machine's generator carries when the target costs nothing. Times in ms unless named. */
export type Calibration = z.output<typeof calibrationSchema>;
export type Machine = Calibration['machine'];

/** Calibrations are looked up by what decides the figures: another machine that shares the folder finds its own. */
const fileSchema = z.object({ kind: z.literal('calibrations'), entries: z.array(z.unknown()) });
/** Machines in one file; the oldest is given up. */
const mostEntries = 100;
const mostBytes = 4 * 1024 * 1024;

/** Where calibrations are kept, seen from the folder that Loadline was called in. */
export function calibrationFile(cwd: string): string {
  return path.join(cwd, '.loadline', 'calibration.json');
}

/** The calibrations of a file, oldest first; what can't be read counts as not there. */
function readCalibrations(file: string): readonly Calibration[] {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.length > mostBytes) return [];
    return fileSchema.parse(JSON.parse(text)).entries.flatMap((entry) => {
      const { data } = calibrationSchema.safeParse(entry);
      return data === undefined ? [] : [data];
    });
  } catch {
    return [];
  }
}

/**
 * Keeps a calibration in place of an earlier one of the same machine and workers; the file is replaced as a whole. A
 * ceiling is the most that was ever carried: what the same Loadline carried when the machine was less busy stays.
 */
export function storeCalibration(file: string, calibration: Calibration): void {
  const most = new Map(calibration.ceilings.map((one) => [one.workers, one.requestsPerSecond]));
  const others = readCalibrations(file).flatMap((earlier) => {
    if (!sameMachine(earlier.machine, calibration.machine)) return [earlier];
    const ceilings = earlier.ceilings.filter(({ workers }) => !most.has(workers));
    for (const { workers, requestsPerSecond } of earlier.ceilings) {
      const now = most.get(workers);
      if (now !== undefined && earlier.loadline === calibration.loadline)
        most.set(workers, Math.max(now, requestsPerSecond));
    }
    return ceilings.length === 0 ? [] : [{ ...earlier, ceilings }];
  });
  const ceilings = [...most].map(([workers, requestsPerSecond]) => ({ workers, requestsPerSecond }));
  const entries = [...others, { ...calibration, ceilings }].slice(-mostEntries);
  mkdirSync(path.dirname(file), { recursive: true });
  const made = `${file}.${process.pid}`;
  writeFileSync(made, `${JSON.stringify({ kind: 'calibrations', entries }, null, 2)}\n`);
  renameSync(made, file);
}

/** Requests per second that so many workers carried on this machine; null: never calibrated. */
export function storedCeiling(file: string, on: Machine, workers: number): number | null {
  for (const { machine: where, ceilings } of readCalibrations(file).toReversed()) {
    const found = sameMachine(where, on) ? ceilings.find((one) => one.workers === workers) : undefined;
    if (found !== undefined) return found.requestsPerSecond;
  }
  return null;
}

function sameMachine(a: Machine, b: Machine): boolean {
  return a.node === b.node && a.cpuModel === b.cpuModel && a.cores === b.cores;
}
