/**
 * CPU a request and rate of one Loadline worker over HTTP/2 against a server of node:http2: 100 users with a session
 * each, and 100 users who share one. Client on core 0, server on core 1, in turn; medians. The server costs as much as
 * the client, so the rates are those of the pair.
 *
 *   taskset -c 0 node bench/engine/http2.ts [rounds=3] [seconds=5]
 */
import os from 'node:os';
import { runLoad } from '../../src/load/run-load.ts';
import { countingSink, planOf } from './plan.ts';
import { startServer } from './start-server.ts';

const rounds = Number(process.argv[2] ?? 3);
const seconds = Number(process.argv[3] ?? 5);
const users = 100;

const policies = [
  { name: 'a session a user', policy: 'per-user' },
  { name: 'one session, 100 streams', policy: '{ shared: 1 }' },
];

type Figures = { readonly cpuUs: number; readonly rate: number };

async function measure(target: string, policy: string): Promise<Figures> {
  // A first stage of two seconds, in which the JavaScript is compiled, is left out.
  const plan = await planOf(
    `{ target: '${target}', http: 2, connections: ${policy}, endpoints: [GET /], load: { users: [${users}, ${users}], spawnRate: 10000, duration: [2s, ${seconds}s] } }`,
  );
  let cpu = process.cpuUsage();
  let from = performance.now();
  let before = 0;
  const sink = countingSink(() => {
    cpu = process.cpuUsage();
    from = performance.now();
    before = sink.ended();
  });
  await runLoad(plan, { workers: 1, seed: 1, open: () => sink });
  const { user, system } = process.cpuUsage(cpu);
  if (sink.counts.ok !== sink.ended()) throw new Error(`not all is well: ${JSON.stringify(sink.counts)}`);
  const requests = sink.ended() - before;
  return { cpuUs: (user + system) / requests, rate: (requests / (performance.now() - from)) * 1000 };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const server = await startServer('http2-server.ts', []);
try {
  const seen = new Map<string, Figures[]>();
  for (let round = 0; round < rounds; round += 1)
    for (const { name, policy } of policies)
      seen.set(name, [...(seen.get(name) ?? []), await measure(server.target, policy)]);
  process.stdout.write(
    `${os.cpus()[0]?.model ?? ''}, Node ${process.version}, ${rounds} rounds of ${seconds} s, ${users} users, medians; load average ${os
      .loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}\n\n| HTTP/2 | CPU a request, µs | requests/s |\n|---|---|---|\n`,
  );
  for (const [name, figures] of seen)
    process.stdout.write(
      `| ${name} | ${median(figures.map(({ cpuUs }) => cpuUs)).toFixed(1)} | ${Math.round(median(figures.map(({ rate }) => rate)))} |\n`,
    );
} finally {
  server.stop();
}
