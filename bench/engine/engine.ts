/**
 * CPU a request and rate of one Loadline worker beside wrk, autocannon and hey: 64 connections, a small JSON answer
 * from nginx; and of the same worker with ten weighted endpoints, templated paths and JSON bodies. Client on core 0, nginx on core 1, the clients in turn, several rounds; medians, and ratios round by round.
 *
 *   node bench/engine/engine.ts [rounds=5] [seconds=5]
 *
 * Needs nginx, wrk and taskset (apt-get install nginx-light wrk util-linux) and `npm install --prefix bench`;
 * hey (go install github.com/rakyll/hey@latest) is measured if it is in the PATH.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startNginx } from './nginx.ts';

const rounds = Number(process.argv[2] ?? 5);
const seconds = Number(process.argv[3] ?? 5);
const here = import.meta.dirname;
const connections = 64;

type Figures = { requests: number; cpuSeconds: number; seconds: number };
type Client = { name: string; run: (url: string) => Figures };

function loadline(name: string, scenario: 'one' | 'warm' | 'ten'): Client {
  return {
    name,
    run: (url) => {
      const client = path.join(here, 'loadline-client.ts');
      const args = [client, url, String(connections), String(seconds), scenario];
      const out = execFileSync(
        'taskset',
        ['-c', '0', process.execPath, '--disable-warning=ExperimentalWarning', ...args],
        { encoding: 'utf8' },
      );
      const figures: unknown = JSON.parse(out);
      if (!isFigures(figures)) throw new Error(`loadline printed ${out}`);
      return figures;
    },
  };
}

const peers: Client[] = [
  loadline('loadline', 'one'),
  loadline('loadline, warmed up', 'warm'),
  loadline('loadline, ten endpoints', 'ten'),
  {
    name: 'wrk',
    run: (url) => {
      const out = timed(['taskset', '-c', '0', 'wrk', '-t1', `-c${connections}`, `-d${seconds}s`, url]);
      const match = /(\d+) requests in ([\d.]+)s/.exec(out.text);
      if (match === null) throw new Error(`wrk printed ${out.text}`);
      return { requests: Number(match[1]), seconds: Number(match[2]), cpuSeconds: out.cpuSeconds };
    },
  },
  {
    name: 'autocannon',
    run: (url) => {
      const cli = path.join(here, '../node_modules/autocannon/autocannon.js');
      if (!existsSync(cli)) throw new Error('autocannon is not installed: npm install --prefix bench');
      const out = timed([
        'taskset',
        '-c',
        '0',
        process.execPath,
        cli,
        '-c',
        String(connections),
        '-d',
        String(seconds),
        '-j',
        '-n',
        url,
      ]);
      const parsed: unknown = JSON.parse(
        out.text.slice(out.text.indexOf('{'), out.text.lastIndexOf('}') + 1),
      );
      const total = (parsed as { requests?: { total?: number }; duration?: number }).requests?.total ?? 0;
      return {
        requests: total,
        seconds: (parsed as { duration?: number }).duration ?? seconds,
        cpuSeconds: out.cpuSeconds,
      };
    },
  },
  {
    name: 'hey',
    run: (url) => {
      const out = timed(['taskset', '-c', '0', 'hey', '-z', `${seconds}s`, '-c', String(connections), url]);
      const [, total] = /Total:\s+([\d.]+) secs/.exec(out.text) ?? [];
      const [, answered] = /\[200\]\s+(\d+) responses/.exec(out.text) ?? [];
      if (total === undefined || answered === undefined) throw new Error(`hey printed ${out.text}`);
      return { requests: Number(answered), seconds: Number(total), cpuSeconds: out.cpuSeconds };
    },
  },
];
const clients = peers.filter(({ name }) => installed(name));

function installed(name: string): boolean {
  if (name !== 'hey' && name !== 'wrk') return true;
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    process.stdout.write(`${name} is not installed\n`);
    return false;
  }
}

/** Runs a command; its CPU as the shell's `times` tells of its children. */
function timed(command: readonly string[]): { text: string; cpuSeconds: number } {
  const script = `${command.map((word) => `'${word}'`).join(' ')} 2>/dev/null; echo; times`;
  const text = execFileSync('sh', ['-c', script], { encoding: 'utf8', maxBuffer: 1 << 26 });
  const lines = text.trimEnd().split('\n');
  const children = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s/.exec(lines.at(-1) ?? '');
  if (children === null) throw new Error(`no times in ${text}`);
  const [, userMinutes, user, systemMinutes, system] = children.map(Number);
  const cpuSeconds = (userMinutes ?? 0) * 60 + (user ?? 0) + (systemMinutes ?? 0) * 60 + (system ?? 0);
  return { text: lines.slice(0, -2).join('\n'), cpuSeconds };
}

function isFigures(value: unknown): value is Figures {
  return (
    typeof value === 'object' &&
    value !== null &&
    'requests' in value &&
    'cpuSeconds' in value &&
    'seconds' in value
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

const nginx = await startNginx(1);
try {
  const url = `${nginx.url}/`;
  const seen = new Map<string, Figures[]>(clients.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    // The first round warms up; the order turns, so that no client always follows the same one.
    const turned = clients.map((_, index) => clients[(index + round) % clients.length]);
    for (const client of turned) {
      if (client === undefined) continue;
      const figures = client.run(url);
      if (round > 0) seen.get(client.name)?.push(figures);
    }
  }
  const cpu = (f: Figures): number => (f.cpuSeconds / f.requests) * 1e6;
  const rate = (f: Figures): number => f.requests / f.seconds;
  process.stdout.write(
    `${os.cpus()[0]?.model ?? ''}, Node ${process.version}, ${rounds} rounds of ${seconds} s, ${connections} connections, medians; load average ${os
      .loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}\n\n`,
  );
  process.stdout.write(
    '| client | CPU a request, µs | requests/s | CPU ÷ wrk | rate ÷ wrk | loadline CPU ÷ this |\n|---|---|---|---|---|---|\n',
  );
  for (const { name } of clients) {
    const runs = seen.get(name) ?? [];
    /** Of the same round. */
    const ratio = (of: string, to: string, figure: (f: Figures) => number): string => {
      const [above, below] = [seen.get(of) ?? [], seen.get(to) ?? []];
      return median(
        above.map((run, index) => {
          const other = below[index];
          return other === undefined ? Number.NaN : figure(run) / figure(other);
        }),
      ).toFixed(2);
    };
    process.stdout.write(
      `| ${name} | ${median(runs.map(cpu)).toFixed(1)} | ${Math.round(median(runs.map(rate)))} | ${ratio(name, 'wrk', cpu)} | ${ratio(name, 'wrk', rate)} | ${ratio('loadline', name, cpu)} |\n`,
    );
  }
} finally {
  await nginx.stop();
}
