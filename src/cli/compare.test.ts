import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparisonSchema } from '../analyse/compare/comparison.ts';
import { simulateRun } from '../analyse/testing/simulated-run.ts';
import type { Run } from '../record/run.ts';
import { main } from './main.ts';
import { storeRun } from './testing/stored-run.ts';

let folder = '';
const stored = (name: string) => path.join('.loadline', 'runs', `${name}.loadline`);

function shop(seed: number, slowMs: number, change: Partial<Run> = {}): Run {
  const run = simulateRun({
    seed,
    stages: [{ users: 10, seconds: 20 }],
    thinkTime: { minMs: 20, maxMs: 60 },
    endpoints: [
      { name: 'GET /fast', weight: 3, delayMs: 2, visits: [{ station: 'cpu', demandMs: 1 }] },
      { name: 'GET /slow', delayMs: slowMs, visits: [{ station: 'cpu', demandMs: 2 }] },
    ],
    stations: [{ name: 'cpu', servers: 8, discipline: 'ps' }],
  });
  return { ...run, ...change };
}

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'loadline-compare-'));
  const store = (name: string, run: Run) => storeRun(run, path.join(folder, stored(name)));
  for (const [i, minute] of ['00', '20', '40'].entries()) {
    store(`old-${i + 1}`, shop(10 + i, 8, { startedAt: `2026-02-10T12:${minute}:00.000Z` }));
    store(`new-${i + 1}`, shop(20 + i, 16, { startedAt: `2026-02-10T12:${Number(minute) + 10}:00.000Z` }));
  }
  const { plan, ...other } = shop(30, 8);
  store('other-plan', { ...other, plan: { ...plan, headers: { accept: 'text/html' } } });
  const ill = shop(40, 8);
  store('ill', {
    ...ill,
    stages: ill.stages.map((stage) =>
      stage.data.kind === 'summary'
        ? stage
        : {
            ...stage,
            data: { ...stage.data, health: stage.data.health.map((own) => ({ ...own, cpuCores: 1 })) },
          },
    ),
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function loadline(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const texts = { stdout: '', stderr: '' };
  out.on('data', (text) => {
    texts.stdout += String(text);
  });
  err.on('data', (text) => {
    texts.stderr += String(text);
  });
  // The command asks its streams to be written to, and whether they are a terminal: these are none.
  const stream = (through: PassThrough): NodeJS.WriteStream =>
    Object.assign(Object.create(process.stdout), {
      isTTY: false,
      columns: 80,
      write: through.write.bind(through),
    });
  const code = await main(args, { cwd: folder, env: {}, stdout: stream(out), stderr: stream(err) });
  return { code, ...texts };
}

describe('loadline compare', () => {
  it('a regression: exit code 1, the summary on standard output, progress beside it', async () => {
    const { code, stdout, stderr } = await loadline('compare', 'old-1', 'new-1');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Comparison: simulated\n✗ Regressed\. It got worse: .*GET \/slow/);
    expect(stdout).toContain('One run a side');
    expect(stderr).toBe(`reading ${stored('old-1')}\nreading ${stored('new-1')}\ncomparing 1 with 1\n`);
    expect(stdout).not.toContain('\u001b');
  });

  it('a path will do, and the other way round it improved', async () => {
    const { code, stdout } = await loadline('compare', stored('new-1'), stored('old-1'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/✓ Improved/);
  });

  it('sets of runs, as they are made in turns', async () => {
    const sets = ['compare', '--before', 'old-1', 'old-2', 'old-3', '--after', 'new-1', 'new-2', 'new-3'];
    const { code, stdout } = await loadline(...sets);
    expect(code).toBe(1);
    expect(stdout).not.toMatch(/One run a side|not interleaved/);
  });

  it('reports in the formats asked for, and where', async () => {
    const { code, stdout } = await loadline(
      'compare',
      'old-1',
      'old-2',
      '--format',
      'md,html',
      '--out',
      'there',
    );
    expect(code).toBe(0);
    expect(stdout).toContain(
      `Report   ${path.join('there', 'comparison.md')}\nReport   ${path.join('there', 'comparison.html')}\n`,
    );
    expect(readFileSync(path.join(folder, 'there', 'comparison.md'), 'utf8')).toMatch(
      /^# Comparison: simulated\n/,
    );
    expect(existsSync(path.join(folder, 'there', 'comparison.json'))).toBe(false);
    await loadline('compare', 'old-1', 'old-2', '--format', 'json', '--quiet');
    expect(
      existsSync(path.join(folder, '.loadline', 'comparisons', 'old-1-vs-old-2', 'comparison.json')),
    ).toBe(true);
  });

  it('JSON on standard output is nothing but JSON, and follows its schema', async () => {
    const { stdout } = await loadline('compare', 'old-1', 'new-1', '--json', '-');
    expect(comparisonSchema.parse(JSON.parse(stdout)).verdict).toBe('regressed');
  });

  it.each([
    ['never', 'old-1', 'new-1', 0],
    ['regressed', 'old-1', 'new-1', 1],
    ['regressed', 'old-1', 'old-1', 0],
    ['inconclusive', 'old-1', 'new-1', 1],
  ])('--fail-on %s: %s %s: %d', async (failOn, before, after, expected) => {
    expect((await loadline('compare', before, after, '--fail-on', failOn, '--quiet')).code).toBe(expected);
  });

  it('another plan: exit code 2, and in what; with --anyway what both have', async () => {
    const refused = await loadline('compare', 'old-1', 'other-plan');
    expect(refused.code).toBe(2);
    expect(refused.stdout).toBe('');
    expect(refused.stderr).toMatch(/the plans differ.*\n {2}- The plan's headers\.\n.*--anyway/);
    const anyway = await loadline('compare', 'old-1', 'other-plan', '--anyway');
    expect(anyway.code).toBe(0);
    expect(anyway.stdout).toContain("The plans differ. The plan's headers.");
  });

  it('nothing valid is left: exit code 3', async () => {
    const { code, stdout } = await loadline('compare', 'old-1', 'ill');
    expect(code).toBe(3);
    expect(stdout).toContain('Nothing could be compared: no stage is usable on both sides.');
    expect(stdout).toMatch(/The generator failed its checks\s+in every block of time\./);
  });

  it.each([
    ['one run', ['old-1'], /expected two runs, received 1/],
    ['three runs', ['old-1', 'old-2', 'old-3'], /expected two runs, received 3/],
    ['one set', ['--before', 'old-1', 'old-2'], /--before goes with --after/],
    ['a run beside sets', ['new-1', '--before', 'old-1', '--after', 'old-2'], /new-1 is neither/],
    ['a run that is not there', ['old-1', 'nothing'], /there is no run nothing/],
    ['a format that is none', ['old-1', 'old-2', '--format', 'pdf'], /there is no format "pdf"/],
    ['an unknown verdict', ['old-1', 'old-2', '--fail-on', 'maybe'], /regressed, inconclusive, never/],
  ])('%s: exit code 2', async (_, args, message) => {
    const { code, stdout, stderr } = await loadline('compare', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('--help tells of sets and exit codes', async () => {
    const { code, stdout } = await loadline('compare', '--help');
    expect(code).toBe(0);
    expect(stdout).toContain('loadline compare --before old-1 old-2 old-3 --after new-1 new-2 new-3');
    expect(stdout).toContain('2 the plans differ');
  });
});
