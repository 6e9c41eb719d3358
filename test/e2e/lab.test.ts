import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Lab, LabError, spawnLab } from '../../lab/src/index.ts';
import { type Analysis, analysisSchema } from '../../src/analyse/analysis.ts';
import { readRun } from '../../src/record/run-file.ts';
import { folder, loadline, root, runFiles, start, until } from './loadline.ts';

/** The real lab, in its own process; null where it can't start. */
const lab = await startLab();

async function startLab(): Promise<Lab | null> {
  try {
    return await spawnLab({ profile: 'tuned' });
  } catch (error) {
    if (!(error instanceof LabError) || process.env.LOADLINE_REQUIRE_SERVICES === '1') throw error;
    return null;
  }
}

const named =
  lab === null
    ? 'the command line against the lab (skipped: needs PostgreSQL, install it with `npm ci`)'
    : 'the command line against the lab';

async function served(url: string): Promise<number> {
  const stats: unknown = await (await fetch(`${url}/_lab/stats`)).json();
  if (typeof stats !== 'object' || stats === null || !('requests' in stats))
    throw new Error(`stats are ${JSON.stringify(stats)}`);
  const { requests } = stats;
  if (typeof requests !== 'object' || requests === null || !('total' in requests))
    throw new Error(`stats are ${JSON.stringify(stats)}`);
  return Number(requests.total);
}

function analysisIn(file: string): Analysis {
  return analysisSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

describe.skipIf(lab === null)(named, () => {
  const url = lab?.url ?? '';
  const plan = path.join(root, 'examples/jsonplaceholder.yaml');
  let dir = folder();
  beforeEach(() => {
    dir = folder();
  });
  afterEach(() => dir.remove());
  afterAll(async () => lab?.stop());

  it('runs, records, analyses and reports; counts what the server counted', async () => {
    const before = await served(url);
    const { code, stdout, stderr } = await loadline(
      [
        'run',
        plan,
        '--target',
        url,
        '--users',
        '2,5',
        '--spawn-rate',
        '20',
        '--duration',
        '3s',
        '--out',
        'out',
        '--json',
        'a.json',
      ],
      dir.path,
    );
    const after = await served(url);
    const analysis = analysisIn(path.join(dir.path, 'a.json'));
    expect([0, 1, 3], stderr).toContain(code);
    expect(analysis.summary.requests.total).toBe(after - before);
    expect(analysis.summary.requests).toEqual({ total: after - before, ok: after - before, failed: 0 });
    expect(analysis.stages.map(({ users }) => users)).toEqual([2, 5]);
    expect(analysis.endpoints).toHaveLength(10);
    expect(stdout).toContain(analysis.summary.target);
    expect(stdout + stderr).not.toContain('\u001b');
    for (const name of ['report.html', 'report.md', 'analysis.json', 'junit.xml']) {
      expect(readFileSync(path.join(dir.path, 'out', name), 'utf8').length).toBeGreaterThan(500);
    }
    const [run = ''] = runFiles(dir.path);
    expect(readRun(run)).toMatchObject({ state: 'complete', seed: 1 });

    const listed = await loadline(['runs'], dir.path);
    expect(listed.stdout).toContain(path.basename(run));
    const again = await loadline(['analyse', 'latest', '--json', 'b.json'], dir.path);
    expect(again.code).toBe(code);
    expect(analysisIn(path.join(dir.path, 'b.json')).endpoints).toEqual(analysis.endpoints);
    for (const to of ['one', 'two'])
      await loadline(['report', 'latest', '--format', 'html,md,json,junit', '--out', to], dir.path);
    for (const name of ['report.html', 'report.md', 'analysis.json', 'junit.xml']) {
      expect(readFileSync(path.join(dir.path, 'one', name))).toEqual(
        readFileSync(path.join(dir.path, 'two', name)),
      );
    }
  });

  it('ends in good order on Ctrl-C: exit 130, nothing lost, what was measured is analysed', async () => {
    const before = await served(url);
    const running = start(
      ['run', plan, '--target', url, '--users', '5', '--duration', '60s', '--json', 'a.json'],
      dir.path,
    );
    await until(() => /in flight/.test(running.stderr()), 'progress');
    running.child.kill('SIGINT');
    const { code } = await running.ended;
    const analysis = analysisIn(path.join(dir.path, 'a.json'));
    expect(code).toBe(130);
    expect(analysis.run.state).toBe('interrupted');
    expect(analysis.summary.requests.total).toBe((await served(url)) - before);
    expect(analysis.summary.requests.total).toBeGreaterThan(0);
  });

  it('leaves a file that opens and is analysed after kill -9', async () => {
    const running = start(['run', plan, '--target', url, '--users', '5', '--duration', '60s'], dir.path);
    await until(() => /in flight/.test(running.stderr()), 'progress');
    running.child.kill('SIGKILL');
    await running.ended;
    const [run = ''] = runFiles(dir.path);
    expect(readRun(run).state).toBe('cut');
    const { code } = await loadline(['analyse', run, '--json', 'a.json'], dir.path);
    expect([0, 1, 3]).toContain(code);
    expect(analysisIn(path.join(dir.path, 'a.json')).summary.requests.total).toBeGreaterThan(0);
  });
});
