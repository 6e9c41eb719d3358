/**
 * `npm run scoreboard`: lets the diagnosis judge systems whose faults are known, and writes how often it was right to
 * docs/scoreboard.md. Each system is a line of docs/scoreboard.jsonl as soon as it is done, and is not run again under
 * the same rules: stop it whenever you like. `--help` tells its options.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { parseDuration } from '../src/plan/quantity.ts';
import { kinds, systemOf } from '../test/ground-truth/catalogue.ts';
import { type GroundTruthSystem, type Half, halfOf } from '../test/ground-truth/system.ts';
import { latest, renderPage } from './scoreboard/page.ts';
import { frozenIn, recordsIn, type SystemRecord } from './scoreboard/record.ts';
import { runSystem } from './scoreboard/run-system.ts';
import { falselyAccused, hitOf } from './scoreboard/score.ts';

const root = path.resolve(import.meta.dirname, '..');
const shortSystems: readonly (readonly [string, number])[] = [
  ['pool', 1],
  ['healthy-tail', 1],
  ['healthy-slow', 1],
  ['rate-limit', 1],
];

const usage = `npm run scoreboard -- [options]

  --hours 2             begins no system after so long (default: 1)
  --half dev|held-out   which half of the seeds (default: dev); held-out freezes the rules
  --only pool,drift     these kinds
  --seeds 5             so many systems of each kind (default: 6)
  --from 4              none with a lower seed (default: 1): those that rules were changed after are no test of them
  --budget 60s          of each diagnosis (default: 60s)
  --results FILE        in place of docs/scoreboard.jsonl; the page is written beside it
  --short               a few systems for CI; exit code 1 on a false accusation
  --simulated           measures the methods on simulated systems, for the page's last part
  --page                only writes the page
`;

const { values: options } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    hours: { type: 'string', default: '1' },
    half: { type: 'string', default: 'dev' },
    only: { type: 'string' },
    seeds: { type: 'string', default: '6' },
    from: { type: 'string', default: '1' },
    budget: { type: 'string' },
    results: { type: 'string', default: path.join(root, 'docs', 'scoreboard.jsonl') },
    short: { type: 'boolean', default: false },
    simulated: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
  },
});
if (options.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const budget = options.budget ?? (options.short ? '30s' : '60s');
const budgetMs = parseDuration(budget);
if (budgetMs === null) throw new Error(`--budget: ${budget} is no duration`);
if (options.half !== 'dev' && options.half !== 'held-out') throw new Error('--half is dev or held-out');
const half: Half = options.half;
const results = options.short
  ? path.join(os.tmpdir(), `scoreboard-short-${process.pid}.jsonl`)
  : options.results;
const simulatedFile = path.join(path.dirname(results), 'scoreboard-simulated.md');
const until = performance.now() + Number(options.hours) * 3_600_000;

let stopped = false;
process.once('SIGINT', () => {
  stopped = true;
  process.stderr.write('this system is finished first\n');
});

if (options.simulated) writeSimulated();
else if (!options.page) await runAll();
if (options.short) judgeShort();
else writePage();

async function runAll(): Promise<void> {
  if (half === 'held-out' && !options.short) freeze(rulesVersion());
  for (const system of systems()) {
    if (stopped || performance.now() > until) return;
    if (done(rulesVersion().rules).has(system.id)) continue;
    const measured = await runSystem(system, {
      budget,
      budgetMs: budgetMs ?? 0,
      compares: !options.short,
    }).catch((error: unknown) => {
      process.stderr.write(`${system.id}: ${error instanceof Error ? error.message : String(error)}\n`);
      return null;
    });
    if (measured === null) continue;
    // Rules that were changed meanwhile: those that the system ended with.
    const record: SystemRecord = { ...measured, ...rulesVersion() };
    appendFileSync(results, `${JSON.stringify(record)}\n`);
    tell(record);
    if (!options.short) writePage();
  }
}

function* systems(): Generator<GroundTruthSystem> {
  if (options.short) {
    for (const [kind, seed] of shortSystems) yield systemOf(kind, seed);
    return;
  }
  const chosen = options.only === undefined ? kinds : options.only.split(',');
  let seed = Number(options.from) - 1;
  for (let n = 0; n < Number(options.seeds); n += 1) {
    do seed += 1;
    while (halfOf(seed) !== half);
    for (const kind of chosen) yield systemOf(kind, seed);
  }
}

function done(rules: string): ReadonlySet<string> {
  return new Set(readRecords().flatMap((one) => (one.rules === rules ? [one.id] : [])));
}

function readResults(): string {
  return existsSync(results) ? readFileSync(results, 'utf8') : '';
}

function readRecords(): readonly SystemRecord[] {
  return recordsIn(readResults());
}

function rulesVersion(): { readonly commit: string; readonly rules: string } {
  const git = (...args: readonly string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--', 'src/analyse');
  if (changed !== '' && half === 'held-out' && !options.short)
    throw new Error(`the held-out half is run by committed rules only; changed are:\n${changed}`);
  return {
    commit: git('rev-parse', 'HEAD'),
    rules: changed === '' ? git('rev-parse', 'HEAD:src/analyse') : `${git('rev-parse', 'HEAD:src/analyse')}+`,
  };
}

/** From here on the held-out half belongs to these rules; results by others do not count any more. */
function freeze(version: { readonly commit: string; readonly rules: string }): void {
  if (frozenIn(readResults())?.rules === version.rules) return;
  appendFileSync(results, `${JSON.stringify({ kind: 'freeze', ...version })}\n`);
}

function writePage(): void {
  const text = readResults();
  const page = path.join(path.dirname(results), 'scoreboard.md');
  writeFileSync(
    page,
    renderPage({
      records: recordsIn(text),
      frozen: frozenIn(text),
      kinds,
      simulated: existsSync(simulatedFile) ? readFileSync(simulatedFile, 'utf8') : null,
    }),
  );
}

const campaigns: readonly (readonly [string, string, ...string[]])[] = [
  ['Whole diagnoses', 'bench/diagnosis-accuracy.ts', '4'],
  ['The search for the breaking point', 'bench/search-accuracy.ts', '40'],
  ['The knee of a ladder', 'bench/knee-accuracy.ts', '80'],
  ['Predicted effects', 'bench/what-if-accuracy.ts', '10'],
  ['Comparisons', 'bench/compare-accuracy.ts', '100'],
];

/** What was measured so far is written after each campaign. */
function writeSimulated(): void {
  const { rules } = rulesVersion();
  const parts = [
    `No server runs here: queues with a known truth, judged by the same code. Rules: \`${rules.slice(0, 10)}\`.\n`,
  ];
  for (const [title, file, ...args] of campaigns) {
    process.stderr.write(`${file} ${args.join(' ')} …\n`);
    const told = execFileSync(process.execPath, [file, ...args], { cwd: root, encoding: 'utf8' }).trim();
    parts.push(`### ${title}\n\n\`node ${[file, ...args].join(' ')}\`\n\n${told}\n`);
    writeFileSync(simulatedFile, parts.join('\n'));
    writePage();
  }
}

function tell(record: SystemRecord): void {
  const said =
    record.answers === null
      ? `no analysis: ${record.trouble}`
      : `${hitOf(record, record.answers.tool)}: ${record.answers.tool.verdict} ${record.answers.tool.found.map(({ cause }) => cause).join(', ')}`;
  process.stderr.write(
    `${record.id} (${record.stack}, ${Math.round(record.diagnosisMs / 1000)} s) ${said}\n`,
  );
}

function judgeShort(): void {
  const records = latest(readRecords(), null);
  const wrong = records.filter(
    (one) => one.answers === null || falselyAccused(one, one.answers.tool).length > 0,
  );
  process.stdout.write(
    `${records.length} systems, ${wrong.length} with a false accusation or without an analysis (${results})\n`,
  );
  if (records.length < shortSystems.length || wrong.length > 0) process.exitCode = 1;
}
