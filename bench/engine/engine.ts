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
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { jsonFigures } from './json-figures.ts';
import { startNginx } from './nginx.ts';
import { autocannon, wrk } from './peer-commands.ts';
import { type Client, cpuUs, environmentLine, inTurn, median, rateOf, ratio } from './rounds.ts';
import { timedOnCore0 } from './timed-command.ts';

const rounds = Number(process.argv[2] ?? 5);
const seconds = Number(process.argv[3] ?? 5);
const connections = 64;

function loadline(url: string, name: string, scenario: 'one' | 'warm' | 'ten'): Client {
  return {
    name,
    run: () => {
      const client = path.join(import.meta.dirname, 'loadline-client.ts');
      const args = [client, url, String(connections), String(seconds), scenario];
      const out = execFileSync(
        'taskset',
        ['-c', '0', process.execPath, '--disable-warning=ExperimentalWarning', ...args],
        { encoding: 'utf8' },
      );
      const { requests, cpuSeconds, seconds: took } = jsonFigures(out, ['requests', 'cpuSeconds', 'seconds']);
      return { requests, cpuSeconds, seconds: took };
    },
  };
}

const nginx = await startNginx(1);
try {
  const url = `${nginx.url}/`;
  const clients: Client[] = [
    loadline(url, 'loadline', 'one'),
    loadline(url, 'loadline, warmed up', 'warm'),
    loadline(url, 'loadline, ten endpoints', 'ten'),
    {
      name: 'wrk',
      run: () => {
        const { text, cpuSeconds } = timedOnCore0(wrk.command(url, connections, seconds), {
          limitSeconds: seconds + 30,
        });
        const match = /(\d+) requests in ([\d.]+)s/.exec(text);
        if (match === null) throw new Error(`wrk printed ${text}`);
        return { requests: Number(match[1]), seconds: Number(match[2]), cpuSeconds };
      },
    },
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
