/**
 * CPU a request and rate of Loadline beside the generators that people choose from: wrk, autocannon, hey, oha, vegeta,
 * k6, Locust (FastHttpUser), Artillery. 64 kept connections to nginx with a small JSON answer, each sending again as
 * soon as its answer is there. Client on core 0, nginx on core 1, the clients in turn, several rounds; medians, and
 * ratios round by round.
 *
 *   node bench/engine/peers.ts [--quick] [rounds=5] [seconds=6]
 *
 * Needs nginx, wrk and taskset (apt-get install nginx-light wrk util-linux), `npm install --prefix bench` and
 * `node bench/peers/install.ts`; a peer that isn't there is said and left out.
 *
 * Requests and connections are nginx's count. CPU is user and system time of the client's processes from their start to
 * their end, for all alike, so their starts are in it (of Artillery some seconds): the last but one column leaves them
 * out, by the difference to a run of a third of the time, (CPU − CPU of the short run) ÷ (requests − its requests), which
 * leaves out what a first second costs the compilers as well. The rate is requests ÷ the seconds that were asked for,
 * without the start.
 */
import path from 'node:path';
import { startNginx } from './nginx.ts';
import { type Peer, peers } from './peer-commands.ts';
import {
  type Client,
  cpuUs,
  environmentLine,
  type Figures,
  inTurn,
  median,
  rateOf,
  ratio,
} from './rounds.ts';
import { timedOnCore0 } from './timed-command.ts';

const quick = process.argv.includes('--quick');
const numbers = process.argv.slice(2).filter((argument) => argument !== '--quick');
const rounds = Number(numbers[0] ?? (quick ? 1 : 5));
const seconds = Number(numbers[1] ?? (quick ? 3 : 6));
const shortSeconds = Math.max(1, Math.round(seconds / 3));
const connections = 64;

const loadline: Peer = {
  name: 'loadline',
  version: 'this',
  command: (url, users, duration) => [
    process.execPath,
    path.join(import.meta.dirname, 'loadline-client.ts'),
    url,
    String(users),
    String(duration),
  ],
  reach: null,
};
/** Name → figures of the run that warmed up. */
const short = new Map<string, Figures>();

const nginx = await startNginx(1);
try {
  const clientOf = ({ name, command, env }: Peer): Client => ({
    name,
    run: async (warmingUp) => {
      const duration = warmingUp ? shortSeconds : seconds;
      const before = await nginx.counted();
      const { cpuSeconds } = timedOnCore0(command(`${nginx.url}/`, connections, duration), {
        limitSeconds: duration + 60,
        ...(env === undefined ? {} : { env: env(duration) }),
      });
      const after = await nginx.counted();
      const figures: Figures = {
        requests: after.requests - before.requests,
        connections: after.connections - before.connections,
        cpuSeconds,
        seconds: duration,
      };
      if (warmingUp) short.set(name, figures);
      return figures;
    },
  });
  const missing = peers.filter(({ version }) => version === null).map(({ name }) => name);
  if (missing.length > 0) process.stdout.write(`Not installed: ${missing.join(', ')}.\n\n`);
  const all = [loadline, ...peers.filter(({ version }) => version !== null)];
  const seen = await inTurn(all.map(clientOf), rounds);
  process.stdout.write(
    `${environmentLine()}, ${rounds} rounds of ${seconds} s, ${connections} connections, medians\n\n`,
  );
  const loadlineRuns = seen.get(loadline.name) ?? [];
  process.stdout.write(
    '| client | version | CPU a request, µs | requests/s | connections opened | CPU ÷ wrk | rate ÷ wrk | loadline CPU ÷ this | start left out: CPU a request, µs | loadline CPU ÷ this | to reach |\n|---|---|---|---|---|---|---|---|---|---|---|\n',
  );
  for (const { name, version, reach } of all) {
    const runs = seen.get(name);
    if (runs === undefined) continue;
    const beyond = cpuUsBeyondStart(name, runs);
    const cells = [
      name,
      version,
      median(runs.map(cpuUs)).toFixed(1),
      Math.round(median(runs.map(rateOf))),
      median(runs.flatMap((run) => run.connections ?? [])),
      ratio(seen, name, 'wrk', cpuUs).toFixed(2),
      ratio(seen, name, 'wrk', rateOf).toFixed(2),
      ratio(seen, 'loadline', name, cpuUs).toFixed(2),
      beyond.toFixed(1),
      (cpuUsBeyondStart(loadline.name, loadlineRuns) / beyond).toFixed(2),
      reach === null ? '' : `≤ ${reach}`,
    ];
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
  }
} finally {
  await nginx.stop();
}

/** NaN: the rate changed so much between the runs that their difference tells nothing. */
function cpuUsBeyondStart(name: string, runs: readonly Figures[]): number {
  const start = short.get(name);
  if (start === undefined) return Number.NaN;
  const beyond = runs.map(({ requests, cpuSeconds }) => ({
    requests: requests - start.requests,
    cpuSeconds: cpuSeconds - start.cpuSeconds,
    seconds: seconds - start.seconds,
  }));
  // Of a steady rate the longer run has three times the requests.
  const steady = beyond.every(({ requests }) => requests > start.requests);
  return steady ? median(beyond.map(cpuUs)) : Number.NaN;
}
