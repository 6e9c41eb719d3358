import { calibrate, thisMachine } from '../load/calibrate.ts';
import { parseDuration } from '../plan/quantity.ts';
import { version } from '../plan/version.ts';
import { type Calibration, calibrationFile, storeCalibration, storedCeiling } from '../record/calibration.ts';
import { exitCodes } from './exit-codes.ts';
import { Interrupt } from './interrupt.ts';
import type { Io } from './io.ts';
import { type MeasuringOptions, workersOf } from './options.ts';
import { shownPath, writeJson } from './output.ts';
import { UsageError } from './usage-error.ts';

type CalibratingOptions = Pick<MeasuringOptions, 'workers' | 'duration' | 'json' | 'quiet'>;

const shortestMs = 100;
const longestMs = 60_000;
/** Other programs that took more than this share of the machine's cores made the figures too low. */
const quietShare = 0.15;
/** A worker that had less of its core than this was kept waiting by others. */
const busyWorker = 0.8;

/** `loadline calibrate`: what this machine's generator carries. Kept for the runs made in the same folder. */
export async function calibrateCommand(options: CalibratingOptions, io: Io): Promise<number> {
  const workers = workersOf(options);
  const durationMs = durationOf(options.duration ?? '1500ms');
  const say = (text: string): void => {
    if (options.quiet !== true) io.stderr.write(`${text}\n`);
  };
  const interrupt = new Interrupt(() => say('interrupted: nothing is kept'));
  try {
    const figures = await calibrate({
      workers,
      durationMs,
      stop: interrupt.stop,
      abort: interrupt.abort,
      onProgress: (what) => say(`measuring ${what}`),
    });
    if (figures === null) return exitCodes.interrupted;
    const calibration: Calibration = {
      kind: 'calibration',
      formatVersion: 1,
      measuredAt: new Date().toISOString(),
      loadline: version,
      machine: thisMachine(),
      ...figures,
    };
    const file = calibrationFile(io.cwd);
    keep(file, calibration);
    if (options.json !== undefined) writeJson(`${JSON.stringify(calibration, null, 2)}\n`, options.json, io);
    if (options.quiet !== true && options.json !== '-')
      io.stdout.write(
        `${describeCalibration(calibration)}\n${higherKept(file, calibration)}Kept in ${shownPath(file, io.cwd)}; loadline run in this folder compares its stages with it.\n`,
      );
    return exitCodes.ok;
  } finally {
    interrupt.release();
  }
}

function durationOf(text: string): number {
  const ms = parseDuration(text.trim());
  if (ms === null || ms < shortestMs || ms > longestMs) {
    throw new UsageError(
      `--duration: expected a duration from 100ms to 60s, received ${JSON.stringify(text)}`,
      'It is the length of each measurement; there are about ten.',
    );
  }
  return ms;
}

function keep(file: string, calibration: Calibration): void {
  try {
    storeCalibration(file, calibration);
  } catch (error) {
    throw new UsageError(
      `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      'Call loadline in a folder that you may write to.',
    );
  }
}

/** Said where an earlier calibration, on a less busy machine, carried more. */
function higherKept(file: string, { ceilings, machine }: Calibration): string {
  return ceilings
    .flatMap(({ workers, requestsPerSecond }) => {
      const kept = storedCeiling(file, machine, workers) ?? 0;
      return kept > requestsPerSecond
        ? [
            `An earlier calibration carried ${whole(significant(kept))} requests/s with ${workers === 1 ? 'one worker' : `${workers} workers`}: that one is kept.\n`,
          ]
        : [];
    })
    .join('');
}

/** The figures as a table, and what they mean in plain words. */
export function describeCalibration(calibration: Calibration): string {
  const { machine, throughput, ceilings, timer, idle, otherCpuCores } = calibration;
  const header = ['workers', 'connections', 'requests/s', 'CPU a request', 'generator CPU'];
  const rows = throughput.map((one) => [
    String(one.workers),
    String(one.connections),
    whole(one.requestsPerSecond),
    `${one.cpuUsPerRequest.toFixed(1)} µs`,
    `${one.generatorCores.toFixed(2)} cores`,
  ]);
  const widths = header.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ');
  const busy = otherCpuCores > quietShare * machine.cores;
  return [
    `${printable(machine.cpuModel ?? 'unknown CPU')}, ${machine.cores} ${machine.cores === 1 ? 'core' : 'cores'}, Node ${machine.node}, Loadline ${calibration.loadline}`,
    'Against a server that costs next to nothing, on the same machine:',
    '',
    line(header),
    ...rows.map(line),
    '',
    `Timers: a think time of ${timer.thinkTimeMs} ms lasted ${timer.lagMeanMs.toFixed(2)} ms longer on average; 99 % of the requests after it started at most ${timer.sendLagP99Ms.toFixed(2)} ms late, the timer's grain of 1.5 ms aside.`,
    `Idle: the event loop was late by ${idle.loopDelayP99Ms.toFixed(2)} ms (p99), ${idle.loopDelayMaxMs.toFixed(2)} ms at most.`,
    '',
    ...ceilings.map((ceiling) => verdict(ceiling, calibration)),
    ...(busy
      ? [
          `Other programs took ${otherCpuCores.toFixed(1)} of ${machine.cores} cores meanwhile, so the figures are too low. Calibrate again when the machine is quiet.`,
        ]
      : []),
  ].join('\n');
}

function verdict({ workers, requestsPerSecond }: Calibration['ceilings'][number], of: Calibration): string {
  const [most, half] = [significant(requestsPerSecond), significant(requestsPerSecond / 2)];
  const best = of.throughput.find(
    (one) => one.workers === workers && one.requestsPerSecond === requestsPerSecond,
  );
  const cores = best?.generatorCores ?? 0;
  const held = cores < busyWorker * workers;
  return [
    `This machine's generator carries ${held ? 'at least' : 'about'} ${whole(most)} requests/s with ${workers === 1 ? 'one worker' : `${workers} workers`}; its target must stay below half of that: ${whole(half)}/s.`,
    ...(held
      ? [
          `It used ${cores.toFixed(2)} of ${workers === 1 ? 'the one core' : `the ${workers} cores`} that it can: the null server, or other programs, kept it from more.`,
        ]
      : []),
  ].join(' ');
}

/** Two digits: what is repeatable about such a figure. Rounded down, as a limit is. */
function significant(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 1);
  return Math.floor(value / unit) * unit;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A CPU's name is what the machine says it is. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '�').trim();
}
