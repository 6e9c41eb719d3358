/**
 * What a function costs: a flow of a TypeScript plan with two requests and a check of the second one's JSON, by one
 * worker on core 0, beside wrk and beside Loadline with one URL. 64 connections, nginx on core 1, the clients in turn;
 * medians, and ratios round by round.
 *
 *   node bench/engine/flow-script.ts [--quick] [rounds=5] [seconds=5]
 *
 * Needs nginx, wrk and taskset (apt-get install nginx-light wrk util-linux). To reach: CPU a request ≤ 2.5 × wrk's.
 */
import { loadlineProcess } from './loadline-process.ts';
import { startNginx } from './nginx.ts';
import { cpuUs, environmentLine, inTurn, median, rateOf, ratio } from './rounds.ts';
import { wrkProcess } from './wrk-process.ts';

const quick = process.argv.includes('--quick');
const numbers = process.argv.slice(2).filter((argument) => argument !== '--quick');
const rounds = Number(numbers[0] ?? (quick ? 1 : 5));
const seconds = Number(numbers[1] ?? (quick ? 1 : 5));
const connections = 64;

const nginx = await startNginx(1);
try {
  const seen = await inTurn(
    [
      loadlineProcess('loadline, one URL', 'loadline-client.ts', [nginx.url, connections, seconds]),
      loadlineProcess('flow', 'flow-script-client.ts', [nginx.url, connections, seconds]),
      loadlineProcess('flow, warmed up', 'flow-script-client.ts', [nginx.url, connections, seconds, 'warm']),
      wrkProcess(`${nginx.url}/`, connections, seconds),
    ],
    rounds,
  );
  process.stdout.write(
    `${environmentLine()}, ${rounds} rounds of ${seconds} s, ${connections} connections, medians\n\n`,
  );
  process.stdout.write(
    '| client | CPU a request, µs | requests/s | CPU ÷ wrk | rate ÷ wrk |\n|---|---|---|---|---|\n',
  );
  for (const [name, runs] of seen) {
    process.stdout.write(
      `| ${name} | ${median(runs.map(cpuUs)).toFixed(1)} | ${Math.round(median(runs.map(rateOf)))} | ${ratio(seen, name, 'wrk', cpuUs).toFixed(2)} | ${ratio(seen, name, 'wrk', rateOf).toFixed(2)} |\n`,
    );
  }
} finally {
  await nginx.stop();
}
