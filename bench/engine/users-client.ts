/**
 * So many users with think time, each with its own connection; prints as JSON what the steady part told, its first
 * seconds left out: users started over a ramp answer to each other's rhythm until their think times have mixed them.
 * Called by ten-thousand-users.ts.
 */
import { runLoad } from '../../src/load/run-load.ts';
import type { SecondRecord } from '../../src/record/run-writer.ts';
import { planOf } from './plan.ts';

const [, , target = '', users = '100', thinkTime = '1s..3s', settle = '10', seconds = '30'] = process.argv;
const settleSeconds = Number(settle);
const plan = await planOf(
  `{ target: '${target}', endpoints: [GET /], load: { users: ${users}, spawnRate: 1000, duration: ${settleSeconds + Number(seconds)}s, thinkTime: ${thinkTime} } }`,
);
const records: SecondRecord[] = [];
let steadyFromMs = 0;
let steadyToMs = 0;
await runLoad(plan, {
  workers: 1,
  seed: 1,
  open: () => ({
    startStage: () => {},
    updateStage: (_index, stage) => {
      steadyFromMs = stage.steadyFromMs ?? steadyFromMs;
    },
    finishStage: (_index, stage) => {
      steadyToMs = stage.steadyToMs;
    },
    event: () => {},
    writeSecond: (record) => {
      records.push(record);
    },
  }),
});

// Whole seconds that lie wholly in the steady part.
const from = Math.ceil(steadyFromMs / 1000) + settleSeconds;
const to = Math.floor(steadyToMs / 1000);
const within = ({ second }: { readonly second: number }): boolean => second >= from && second < to;
const windows = records.flatMap((record) => record.windows).filter(within);
const health = records.flatMap((record) => record.health).filter(within);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const ok = windows.filter(({ outcome }) => outcome === 'ok');
const okCount = sum(ok.map(({ count }) => count));
const figures = {
  users: Math.min(...health.map((sample) => sample.users)),
  seconds: to - from,
  failed: sum(windows.filter(({ outcome }) => outcome !== 'ok').map(({ count }) => count)),
  ratePerSecond: okCount / (to - from),
  responseMs: sum(ok.map(({ response }) => response.sumUs)) / okCount / 1000,
  thinkMs: sum(health.map(({ thinkSumMs }) => thinkSumMs)) / sum(health.map(({ thinkCount }) => thinkCount)),
  openConnections: Math.min(...health.map((sample) => sample.openConnections)),
  rssBytes: sum(health.map(({ rssBytes }) => rssBytes)) / health.length,
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
