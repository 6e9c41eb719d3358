/**
 * CPU a request and rate of one Loadline worker beside wrk and autocannon: 64 connections, a small JSON answer from
 * nginx; and of the same worker with ten weighted endpoints, templated paths and JSON bodies. Client on core 0, nginx
 * on core 1, the clients in turn, several rounds; medians, and ratios round by round.
 *
 *   node bench/engine/engine.ts [rounds=5] [seconds=5]
 *
 * Needs nginx, wrk and taskset (apt-get install nginx-light wrk util-linux) and `npm install --prefix bench`.
 * The other peers: peers.ts. Here Loadline's CPU is counted from the first request on; there, like theirs, from the
 * start of its process.
 */
import { loadlineProcess } from './loadline-process.ts';
import { startNginx } from './nginx.ts';
import { autocannon } from './peer-commands.ts';
import { type Client, cpuUs, environmentLine, inTurn, median, rateOf, ratio } from './rounds.ts';
import { timedOnCore0 } from './timed-command.ts';
import { wrkProcess } from './wrk-process.ts';

const rounds = Number(process.argv[2] ?? 5);
const seconds = Number(process.argv[3] ?? 5);
const connections = 64;

const nginx = await startNginx(1);
try {
  const url = `${nginx.url}/`;
  const clients: Client[] = [
    loadlineProcess('loadline', 'loadline-client.ts', [url, connections, seconds, 'one']),
    loadlineProcess('loadline, warmed up', 'loadline-client.ts', [url, connections, seconds, 'warm']),
    loadlineProcess('loadline, ten endpoints', 'loadline-client.ts', [url, connections, seconds, 'ten']),
    wrkProcess(url, connections, seconds),
    {
      name: 'autocannon',
      run: async () => {
        const before = await nginx.counted();
        const { cpuSeconds } = timedOnCore0(autocannon.command(url, connections, seconds), {
          limitSeconds: seconds + 30,
        });
        const after = await nginx.counted();
        return { requests: after.requests - before.requests, seconds, cpuSeconds };
      },
    },
  ];
  const seen = await inTurn(clients, rounds);
  process.stdout.write(
    `${environmentLine()}, ${rounds} rounds of ${seconds} s, ${connections} connections, medians\n\n`,
  );
  process.stdout.write(
    '| client | CPU a request, µs | requests/s | CPU ÷ wrk | rate ÷ wrk | loadline CPU ÷ this |\n|---|---|---|---|---|---|\n',
  );
  for (const [name, runs] of seen) {
    process.stdout.write(
      `| ${name} | ${median(runs.map(cpuUs)).toFixed(1)} | ${Math.round(median(runs.map(rateOf)))} | ${ratio(seen, name, 'wrk', cpuUs).toFixed(2)} | ${ratio(seen, name, 'wrk', rateOf).toFixed(2)} | ${ratio(seen, 'loadline', name, cpuUs).toFixed(2)} |\n`,
    );
  }
} finally {
  await nginx.stop();
}
