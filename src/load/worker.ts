/** A worker thread: it runs its share of each stage's users and reports every second. */
import { parentPort, workerData } from 'node:worker_threads';
import { GeneratorHealth } from '../observe/generator-health.ts';
import { randomFrom } from '../record/random.ts';
import type { Phase } from '../record/run.ts';
import { sharedClock } from './clock.ts';
import { ClosedModel } from './closed-model.ts';
import { createEngine } from './create-engine.ts';
import { OpenModel } from './open-model.ts';
import { Pacer } from './pacer.ts';
import { Recorder } from './recorder.ts';
import type { WorkerData, WorkerOrder, WorkerReport } from './worker-protocol.ts';
import { type Followed, workloadOf } from './workload.ts';
import { type StageOrder, sumReadings, type WorkloadModel } from './workload-model.ts';

/** How late a window may be reported when nothing ends that would show that its time is over. */
const turnEveryMs = 20;

if (parentPort === null) throw new Error('worker.ts runs as a worker thread only');
const port = parentPort;
// The coordinator is the only one who starts this file, and gives it this.
const { worker, workers, opens, plan, address, seed } = workerData as WorkerData;

const clock = sharedClock();
const recorder = new Recorder(plan.endpoints.length);
const followed: Record<Followed, number> = { redirect: 0, challenge: 0, elsewhere: 0 };
const workload = await workloadOf(plan, {
  address,
  share: { worker, workers },
  engine: createEngine(address, plan.connection, clock, { worker, workers }),
  clock,
  random: randomFrom(seed + worker * 0x9e3779b1),
  record: (endpoint, outcome, intendedMs, exchange) => {
    if (exchange.endMs >= boundaryMs) turn(exchange.endMs);
    recorder.record(endpoint, outcome, intendedMs, exchange);
  },
  followed: (what) => {
    followed[what] += 1;
  },
  usedUp: (endpoint) => report({ kind: 'used-up', endpoint }),
  timing: (endpoint, timing) => report({ kind: 'server-timing', endpoint, timing }),
  flowFault: (fault) => report({ kind: 'flow-fault', ...fault }),
});
const closedModel = new ClosedModel(workload);
const openModel = opens
  ? new OpenModel({
      ...workload,
      arrivalsRandom: randomFrom(seed ^ (worker * 0x85ebca6b + 1)),
      pacer: await Pacer.start(clock),
    })
  : null;
const models: readonly WorkloadModel[] = openModel === null ? [closedModel] : [closedModel, openModel];
const health = new GeneratorHealth(
  worker,
  () =>
    sumReadings(
      models.map((model) => model.readings()),
      workload.engine,
    ),
  clock,
);
for (const model of models) model.watchedBy(health);

type Stage = Extract<WorkerOrder, { kind: 'stage' }>;
let stage: Stage | null = null;
let phase: Phase = 'ramp';
let stoppedAtMs = Number.POSITIVE_INFINITY;
/** When the window under way ends: at a whole second of the run, or where a phase ends. */
let boundaryMs = Number.POSITIVE_INFINITY;
let second = 0;

function report(message: WorkerReport): void {
  port.postMessage(message);
}

/** Reports the window under way. */
function flush(last: boolean): void {
  if (stage === null) return;
  const { windows, fine } = recorder.flush(second, phase);
  report({
    kind: 'second',
    stage: stage.stage,
    second,
    last,
    windows,
    fine,
    health: health.take(second, phase),
  });
}

/** Opens the window that holds `atMs`. */
function open(atMs: number): void {
  if (stage === null) return;
  const { runStartMs, steadyFromMs, steadyToMs } = stage;
  phase = atMs >= Math.min(steadyToMs, stoppedAtMs) ? 'drain' : atMs >= steadyFromMs ? 'steady' : 'ramp';
  second = Math.floor((atMs - runStartMs) / 1000);
  recorder.open(runStartMs + second * 1000);
  boundaryMs = Math.min(
    ...[runStartMs + (second + 1) * 1000, steadyFromMs, steadyToMs].filter((ms) => ms > atMs),
  );
}

function turn(atMs: number): void {
  flush(stage !== null && atMs >= stage.runStartMs + (second + 1) * 1000);
  open(atMs);
}

async function runModels({ closed, open }: StageOrder): Promise<void> {
  await Promise.all([
    closed === null ? null : closedModel.run(closed),
    open === null ? null : openModel?.run(open),
  ]);
}

async function run(order: Stage): Promise<void> {
  stage = order;
  stoppedAtMs = Number.POSITIVE_INFINITY;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, order.startMs - clock())));
  health.take(0, 'ramp');
  open(clock());
  const timer = setInterval(() => {
    const now = clock();
    if (now >= boundaryMs) turn(now);
  }, turnEveryMs);
  if (stoppedAtMs === Number.POSITIVE_INFINITY) await runModels(order.order);
  clearInterval(timer);
  const now = clock();
  if (now >= boundaryMs) turn(now);
  flush(true);
  report({ kind: 'stage-done', stage: order.stage, followed: { ...followed } });
  followed.redirect = followed.challenge = followed.elsewhere = 0;
  stage = null;
  boundaryMs = Number.POSITIVE_INFINITY;
}

port.on('message', (message: WorkerOrder) => {
  switch (message.kind) {
    case 'stage':
      void run(message);
      return;
    case 'stop':
    case 'abort': {
      const now = clock();
      if (stage !== null && phase !== 'drain') {
        stoppedAtMs = now;
        turn(now);
      }
      for (const model of models) {
        if (message.kind === 'stop') model.stop();
        else model.abort();
      }
      return;
    }
    case 'exit':
      health.stop();
      port.close();
      return;
    default:
      message satisfies never;
  }
});
report({ kind: 'ready' });
