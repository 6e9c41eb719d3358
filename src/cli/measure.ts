import { createHash, randomUUID } from 'node:crypto';
import os from 'node:os';
import { stoppingSink } from '../load/abort-condition.ts';
import { thisMachine } from '../load/calibrate.ts';
import { type LoadOptions, type LoadSink, runLoad } from '../load/run-load.ts';
import type { Telemetry } from '../observe/telemetry.ts';
import type { Plan, ResolvedPlan } from '../plan/plan.ts';
import { version } from '../plan/version.ts';
import { calibrationFile, storedCeiling } from '../record/calibration.ts';
import type { Environment } from '../record/run.ts';
import { createRunFile, type RunWriter, runFilePath } from '../record/run-file.ts';
import type { RunHeader } from '../record/run-writer.ts';
import { confirmTarget } from './confirm-target.ts';
import { Interrupt } from './interrupt.ts';
import type { Io } from './io.ts';
import { LiveView } from './live-view.ts';
import { telemetryOfPlan } from './observe-target.ts';
import { shownPath } from './output.ts';
import { runsFolder } from './stored-runs.ts';

export type MeasureOptions = {
  readonly workers: number;
  readonly seed: number;
  readonly quiet: boolean;
  /** The caller vouches for a target that is not this machine. */
  readonly mayLoad: boolean;
  /** Stops a closed plan that brings more; null: no bound. */
  readonly maxRatePerSecond: number | null;
};

/** What a measuring command's work is given: where to record, whom to tell, when to stop. */
export type Recording = {
  readonly view: LiveView | null;
  readonly load: Omit<LoadOptions, 'open'>;
  /** Begins the run file; what is loaded may be more than the plan (probes). */
  readonly open: (plan: Plan) => { readonly header: RunHeader; readonly sink: LoadSink };
};

/** Runs the plan's load and records it; returns the run file, still open for the analysis to be stored in it. */
export function measure(plan: ResolvedPlan, options: MeasureOptions, io: Io): Promise<RunWriter> {
  return recordWork(plan, options, io, ({ load, open }) =>
    runLoad(plan, { ...load, open: () => open(plan.plan).sink }),
  );
}

/** Does the work with a live view, a run file, and a way to stop it: Ctrl-C, the plan's `abort`, `--max-rate`. */
export async function recordWork(
  plan: ResolvedPlan,
  options: MeasureOptions,
  io: Io,
  work: (recording: Recording) => Promise<'complete' | 'interrupted'>,
): Promise<RunWriter> {
  const view = options.quiet ? null : new LiveView(io);
  const interrupt = new Interrupt(() =>
    view?.say('interrupted: waiting for the last answers, then analysing (Ctrl-C again stops at once)'),
  );
  const itself = new AbortController();
  const limits = {
    condition: plan.plan.abort ?? null,
    // An open plan above it was refused; what Poisson arrivals bring beyond their mean is no fault.
    ratePerSecond: plan.plan.load.kind === 'closed' ? options.maxRatePerSecond : null,
  };
  const stop = (because: string): void => {
    view?.say(`stopped: ${because}; waiting for the last answers, then analysing`);
    itself.abort();
  };
  const opened: RunWriter[] = [];
  const open: Recording['open'] = (recorded) => {
    const startedAt = new Date().toISOString();
    const header: RunHeader = {
      id: randomUUID(),
      name: plan.plan.name,
      startedAt,
      source: { tool: 'loadline', version },
      plan: recorded,
      environment: environmentOf(options.workers, io.cwd),
      seed: options.seed,
    };
    const writer = createRunFile(runFilePath(runsFolder(io.cwd), plan.plan.name, startedAt), header);
    view?.say(`loading ${plan.plan.target}, recording to ${shownPath(writer.path, io.cwd)}`);
    if (plan.target.startsWith('https:') && !plan.plan.tls.verify) {
      const warning = `warning: the certificate of ${plan.plan.target} is not checked (tls: { verify: false }): whoever answers is believed`;
      // Not even who wants quiet may overlook it.
      if (view === null) io.stderr.write(`${warning}\n`);
      else view.say(warning);
    }
    opened.push(writer);
    return { header, sink: stoppingSink(writer, limits, stop, interrupt.stop) };
  };
  const confirm = confirmTarget({ yes: options.mayLoad, quiet: options.quiet }, io);
  let telemetry: Telemetry | null = null;
  try {
    telemetry = await telemetryOfPlan(plan, confirm);
    const state = await work({
      view,
      open,
      load: {
        workers: options.workers,
        seed: options.seed,
        confirm,
        onBegin: (elapsedMs) => telemetry?.start(elapsedMs, (event) => opened.at(0)?.event(event)),
        stop: AbortSignal.any([interrupt.stop, itself.signal]),
        abort: interrupt.abort,
        ...(view === null ? {} : { onProgress: (progress) => view.update(progress) }),
      },
    });
    const writer = opened.at(0);
    if (writer === undefined) throw new Error('the load ended without a run file');
    telemetry?.stop();
    writer.finish(state);
    return writer;
  } catch (error) {
    telemetry?.stop();
    // What was recorded up to now is whole, and reads as cut off.
    opened.at(0)?.close();
    throw error;
  } finally {
    interrupt.release();
    view?.end();
  }
}

function environmentOf(workers: number, cwd: string): Environment {
  const cpus = os.cpus();
  return {
    loadline: version,
    node: process.version,
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
    cpuModel: cpus[0]?.model ?? null,
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    workers,
    // Tells two machines apart without naming them.
    hostHash: createHash('sha256').update(os.hostname()).digest('hex').slice(0, 12),
    generatorCeilingPerSecond: storedCeiling(calibrationFile(cwd), thisMachine(), workers),
  };
}
