/**
 * Every bench of docs/engine.md, one after the other, on a machine that does nothing else: about 35 minutes.
 * Markdown goes to stdout as the parts end; `--out NAME` writes NAME.md and NAME.json too (the tables of each part, row by
 * row). `--quick` only shows that each of them runs: its figures mean nothing.
 *
 *   node bench/all-engine.ts [--quick] [--out NAME] [parts…]
 *
 * Needs what the parts need: nginx, wrk, taskset, `npm install --prefix bench`, `node bench/peers/install.ts`.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { tablesIn } from './markdown-tables.ts';

type Part = {
  readonly name: string;
  /** Pinned by this script; the others pin their own clients. */
  readonly core?: 0;
  readonly script: string;
  readonly full: readonly string[];
  readonly quick: readonly string[];
  /** Ended as failed after so long. */
  readonly limitMinutes: number;
};

const parts: readonly Part[] = [
  { name: 'engine', script: 'engine/engine.ts', full: ['5', '5'], quick: ['1', '1'], limitMinutes: 8 },
  { name: 'peers', script: 'engine/peers.ts', full: ['5', '6'], quick: ['--quick'], limitMinutes: 20 },
  { name: 'flow', script: 'engine/flow-script.ts', full: ['5', '5'], quick: ['--quick'], limitMinutes: 8 },
  {
    name: 'open-rate',
    core: 0,
    script: 'engine/open-rate.ts',
    full: ['10', '3', '5000,20000'],
    quick: ['1', '1', '5000'],
    limitMinutes: 5,
  },
  {
    name: 'coordinated-omission',
    script: 'engine/coordinated-omission.ts',
    full: ['40', '2'],
    quick: ['10', '1'],
    limitMinutes: 5,
  },
  {
    name: 'known-latency',
    script: 'engine/known-latency.ts',
    full: ['20', '500'],
    quick: ['2', '500'],
    limitMinutes: 5,
  },
  {
    name: 'users',
    script: 'engine/ten-thousand-users.ts',
    full: ['1', '30'],
    quick: ['--quick'],
    limitMinutes: 8,
  },
  { name: 'counts', script: 'engine/counts.ts', full: ['1000000'], quick: ['10000'], limitMinutes: 5 },
  { name: 'memory', script: 'engine/memory.ts', full: ['10', '5000'], quick: ['--quick'], limitMinutes: 16 },
  { name: 'fuzz', script: 'engine/fuzz-reader.ts', full: ['1000000'], quick: ['1000'], limitMinutes: 10 },
  { name: 'start', script: 'start.ts', full: [], quick: [], limitMinutes: 3 },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, out: { type: 'string' } },
});
const unknown = positionals.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `no part ${unknown.join(', ')}; there are ${parts.map(({ name }) => name).join(', ')}\n`,
  );
  process.exit(2);
}

const environment = {
  cpu: os.cpus()[0]?.model ?? 'unknown',
  cores: os.cpus().length,
  memoryGiB: Math.round(os.totalmem() / 2 ** 30),
  system: `${os.type()} ${os.release()}`,
  node: process.version,
  quick: values.quick,
};
let markdown = '';
const say = (text: string): void => {
  markdown += text;
  process.stdout.write(text);
};
say(
  `# Engine benches\n\n${environment.cores} cores of ${environment.cpu}, ${environment.memoryGiB} GiB, ${environment.system}, Node ${environment.node}${values.quick ? ', **quick: these figures mean nothing**' : ''}\n`,
);
const results = [];
for (const part of parts) {
  if (positionals.length > 0 && !positionals.includes(part.name)) continue;
  const result = await run(part);
  results.push(result);
  say(
    `\n## ${part.name}\n\n\`${result.command}\`: ${result.seconds} s, load average before it ${result.loadBefore.join(' ')}\n\n${result.tables.length > 0 ? result.text.trim() : `\`\`\`\n${result.text.trim()}\n\`\`\``}\n`,
  );
  if (result.exitCode !== 0) {
    process.exitCode = 1;
    say(`\nIt ended with ${result.exitCode}: ${result.problem}\n`);
  }
}
if (values.out !== undefined) {
  mkdirSync(path.dirname(path.resolve(values.out)), { recursive: true });
  writeFileSync(`${values.out}.md`, markdown);
  writeFileSync(`${values.out}.json`, `${JSON.stringify({ environment, parts: results }, null, 2)}\n`);
}

async function run({ name, core, script, full, quick, limitMinutes }: Part) {
  const args = values.quick ? quick : full;
  const command = [`bench/${script}`, ...args].join(' ');
  const loadBefore = os.loadavg().map((load) => Number(load.toFixed(2)));
  const fromMs = performance.now();
  process.stderr.write(`${name} …\n`);
  const pin = core === undefined ? [] : ['taskset', '-c', String(core)];
  const node = [process.execPath, '--disable-warning=ExperimentalWarning'];
  // `timeout` ends all that a part has started.
  const child = spawn(
    'timeout',
    ['-k', '10', `${limitMinutes}m`, ...pin, ...node, path.join(import.meta.dirname, script), ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], cwd: path.join(import.meta.dirname, '..') },
  );
  let text = '';
  let problem = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    problem = (problem + chunk).slice(-1000);
  });
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
  const seconds = Math.round((performance.now() - fromMs) / 1000);
  return {
    name,
    command: `${core === undefined ? '' : `taskset -c ${core} `}node ${command}`,
    seconds,
    loadBefore,
    exitCode,
    problem: exitCode === 0 ? '' : problem,
    text,
    tables: tablesIn(text),
  };
}
