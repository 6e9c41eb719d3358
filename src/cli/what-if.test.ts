import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulateRun } from '../analyse/testing/simulated-run.ts';
import { verificationSchema } from '../analyse/verify/verification.ts';
import { predictionSchema } from '../analyse/what-if/prediction.ts';
import type { Run } from '../record/run.ts';
import { main } from './main.ts';
import { storeRun } from './testing/stored-run.ts';
import { stagesOf } from './verify.ts';

let folder = '';

function shop(pool: number, seed: number): Run {
  return simulateRun({
    seed,
    name: '<b>shop</b>',
    stages: [1, 10, 40].map((users) => ({ users, seconds: 20, spawnRate: 20 })),
    stations: [{ name: 'pool', servers: pool }],
    endpoints: [
      { name: 'GET /a', delayMs: 5, visits: [{ station: 'pool', demandMs: 20 }] },
      { name: 'GET /b', delayMs: 10, visits: [{ station: 'pool', demandMs: 30 }] },
    ],
  });
}

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'loadline-what-if-'));
  const store = (name: string, run: Run) =>
    storeRun(run, path.join(folder, '.loadline', 'runs', `${name}.loadline`));
  store('before', shop(4, 1));
  store('fixed', shop(40, 2));
  store('same', shop(4, 3));
  store(
    'arrivals',
    simulateRun({
      stages: [{ ratePerSecond: 30, seconds: 10 }],
      endpoints: [{ name: 'GET /a', delayMs: 5, visits: [] }],
    }),
  );
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
      columns: 100,
      write: through.write.bind(through),
    });
  const code = await main(args, { cwd: folder, env: {}, stdout: stream(out), stderr: stream(err) });
  return { code, ...texts };
}

const read = (file: string) => readFileSync(path.join(folder, file), 'utf8');

describe('what-if', () => {
  it('prints measured and predicted beside each other, the models and what is assumed', async () => {
    const { code, stdout } = await loadline(
      'what-if',
      'before',
      '--pool',
      '8',
      '--pool-now',
      '4',
      '--instances',
      '2',
    );
    expect(code).toBe(0);
    expect(stdout).toContain('What if: a pool of 8 and 2 instances');
    expect(stdout).toMatch(/users +rate +predicted +gain +average +predicted/);
    expect(stdout).toContain('operational bound of a pool: gain ≤ min(m′/m, N/((R₁ + Z)·X), next resource)');
    expect(stdout).toContain('m′/m = 8/4 = 2 ×');
    expect(stdout).not.toContain('\u001b');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('writes Markdown, HTML and JSON where asked; what the plan is called is escaped', async () => {
    const { code } = await loadline(
      'what-if',
      'before',
      '--cache-hit',
      '80%',
      '--format',
      'md,html',
      '--out',
      'out',
      '--json',
      'p.json',
      '--quiet',
    );
    expect(code).toBe(0);
    const prediction = predictionSchema.parse(JSON.parse(read('p.json')));
    expect(prediction.change).toEqual({ cacheHit: 0.8 });
    expect(prediction.curve.map((p) => p.users)).toEqual([1, 10, 40]);
    expect(read('out/what-if.md')).toContain('| Users | Requests/s measured | predicted |');
    const html = read('out/what-if.html');
    expect(html).toContain('&lt;b&gt;shop&lt;/b&gt;');
    expect(html).not.toContain('<b>shop</b>');
    expect(html).toContain('chart-load-curve-wide');
  });

  it('says when a run holds no basis, with exit code 3', async () => {
    const { code, stdout } = await loadline('what-if', 'arrivals', '--instances', '2');
    expect(code).toBe(3);
    expect(stdout).toContain('Not enough evidence: The run holds no stage of users');
    expect(stdout).toContain('Needed: a run with load.users, or loadline diagnose PLAN');
  });

  it.each([
    [['before'], 'nothing is to be changed'],
    [['before', '--pool', 'many'], '--pool: expected a number such as 50, received "many"'],
    [['before', '--cache-hit', '80'], 'cache hits: expected a share from 0 to 1'],
    [['before', '--think-time', 'long'], '--think-time: expected a duration such as 500ms, received "long"'],
    [['before', '--pool', '5', '--format', 'pdf'], '--format: there is no format "pdf"'],
    [['nowhere', '--pool', '5'], 'there is no run nowhere'],
  ])('%j is refused', async (args, message) => {
    const { code, stderr } = await loadline('what-if', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('verify', () => {
  it('a fix that worked: what was found is gone, what was predicted came true', async () => {
    const { code, stdout } = await loadline(
      'verify',
      'before',
      '--against',
      'fixed',
      '--pool',
      '40',
      '--pool-now',
      '4',
      '--out',
      'verified',
    );
    expect(code).toBe(0);
    expect(stdout).toContain('✓ The symptoms are gone.');
    expect(stdout).toContain('✓ came true: throughput at 40 users');
    const verification = verificationSchema.parse(JSON.parse(read('verified/verification.json')));
    expect(verification.verdict).toBe('fixed');
    expect(read('verified/verification.md')).toContain(
      '| Prediction | Predicted | Came to | Verdict | Model |',
    );
    expect(read('verified/verification.html')).toContain('&lt;b&gt;shop&lt;/b&gt;');
  });

  it('a fix that did nothing: exit code 1', async () => {
    const { code, stdout } = await loadline('verify', 'before', '--against', 'same', '--format', 'terminal');
    expect(code).toBe(1);
    expect(stdout).toContain('✗ What was found stands.');
    expect(existsSync(path.join(folder, '.loadline/reports/same'))).toBe(false);
  });

  it('measures the same stages again', () => {
    expect(stagesOf(shop(4, 1))).toEqual({
      users: [1, 10, 40],
      spawnRate: [20, 20, 20],
      durationMs: [20_000, 20_000, 20_000],
    });
  });

  it('needs a plan to measure, or a run', async () => {
    const { code, stderr } = await loadline('verify', 'before');
    expect(code).toBe(2);
    expect(stderr).toContain('verify measures again, and needs to know what: --plan PLAN');
  });
});
