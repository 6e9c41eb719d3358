/**
 * 10,000 users, each with a connection of its own, thinking 1 to 3 s (uniform) between their requests, by one worker on
 * core 0; nginx on core 1. What does a user cost in memory, and is the throughput that which so many users must give?
 *
 * A user's cycle is its think time and its response time, so N users make X = N/(Z + R) requests a second (the
 * interactive response-time law), Z and R as they were measured.
 *
 * Memory a user: resident memory with 10,000 users less that with 100, ÷ 9,900, each in a process of its own, means
 * over the steady part. 10,000 such users also make 100 times the requests, and the JavaScript heap grows with them: so
 * 100 users that think a hundredth, and make as many requests a second, are measured too, and the growth beside them
 * is what a user alone costs.
 *
 *   node bench/engine/ten-thousand-users.ts [--quick] [rounds=1] [seconds=30]
 *
 * Needs nginx and taskset; open files (`ulimit -n`) for 10,100 in each of the two processes, and as many ephemeral ports
 * (`sysctl net.ipv4.ip_local_port_range`).
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { jsonFigures } from './json-figures.ts';
import { startNginx } from './nginx.ts';
import { environmentLine } from './rounds.ts';

const quick = process.argv.includes('--quick');
const numbers = process.argv.slice(2).filter((argument) => argument !== '--quick');
const rounds = Number(numbers[0] ?? 1);
const seconds = Number(numbers[1] ?? (quick ? 3 : 30));
const settleSeconds = quick ? 3 : 10;
const [few, many] = [100, 10_000];

const names = [
  'users',
  'openConnections',
  'ratePerSecond',
  'thinkMs',
  'responseMs',
  'failed',
  'rssBytes',
] as const;

requireLimits();
const nginx = await startNginx(1);
try {
  process.stdout.write(`${environmentLine()}, ${rounds} rounds, steady part of ${seconds} s\n\n`);
  process.stdout.write(
    '| users | think time | round | requests/s | Z, ms | R, ms | X·(Z + R)/N − 1 | failed | resident, MiB | KiB a user beside it |\n|---|---|---|---|---|---|---|---|---|---|\n',
  );
  for (let round = 1; round <= rounds; round += 1) {
    const crowd = measure(many, '1s..3s');
    row(round, '1s..3s', crowd, '');
    for (const think of ['1s..3s', '10ms..30ms']) {
      const beside = measure(few, think);
      const kib = (crowd.rssBytes - beside.rssBytes) / (many - few) / 1024;
      row(round, think, beside, `${kib.toFixed(1)}`);
    }
  }
} finally {
  await nginx.stop();
}

function row(round: number, think: string, figures: Figures, kib: string): void {
  const { users, ratePerSecond, thinkMs, responseMs, failed, rssBytes } = figures;
  const off = (ratePerSecond * (thinkMs + responseMs)) / 1000 / users - 1;
  process.stdout.write(
    `| ${users} | ${think} | ${round} | ${ratePerSecond.toFixed(1)} | ${thinkMs.toFixed(2)} | ${responseMs.toFixed(2)} | ${(off * 100).toFixed(2)} % | ${failed} | ${(rssBytes / 2 ** 20).toFixed(1)} | ${kib} |\n`,
  );
}

type Figures = ReturnType<typeof measure>;

function measure(users: number, thinkTime: string): Readonly<Record<(typeof names)[number], number>> {
  const client = path.join(import.meta.dirname, 'users-client.ts');
  const args = [client, nginx.url, users, thinkTime, settleSeconds, seconds].map(String);
  const out = execFileSync('taskset', ['-c', '0', process.execPath, ...args], { encoding: 'utf8' });
  const figures = jsonFigures(out, names);
  if (figures.users !== users || figures.openConnections !== users)
    throw new Error(`${users} users with a connection each were asked for: ${out}`);
  return figures;
}

/** Says what is needed instead of measuring refused connections. */
function requireLimits(): void {
  const needed = many + 100;
  const files = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  if (files !== 'unlimited' && Number(files) < needed)
    throw new Error(`${needed} open files are needed, ${files} are allowed: ulimit -n ${needed}`);
  const range = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
    .trim()
    .split(/\s+/)
    .map(Number);
  const ports = (range[1] ?? 0) - (range[0] ?? 0);
  if (ports < needed)
    throw new Error(`${needed} ephemeral ports are needed, there are ${ports}: net.ipv4.ip_local_port_range`);
}
