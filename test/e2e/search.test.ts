import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { analysisSchema } from '../../src/analyse/analysis.ts';
import { committed, configOf } from '../ground-truth/draft.ts';
import type { Route, Step } from '../ground-truth/server-config.ts';
import { type StartedServer, startServer } from '../ground-truth/start-server.ts';
import { folder, loadline, runFiles } from './loadline.ts';

/** A pool of two connections to a process of its own; `/fast` needs none. */
const wait: Step = { do: 'query', query: committed(20) };
const route = (path: string, steps: readonly Step[]): Route => ({
  ...{ method: 'GET', path, steps, rowBytes: 20, rows: null, cached: false },
});
const routes = [route('/slow', [wait]), route('/fast', [{ do: 'compute', ms: 0.1 }])];

let dir: ReturnType<typeof folder>;
let server: StartedServer;

beforeEach(async () => {
  dir = folder();
  server = await startServer(
    configOf({ stack: 'node', causes: [], serve: () => ({ routes }) }, { routes, pool: 2 }),
  );
  writeFileSync(
    path.join(dir.path, 'plan.yaml'),
    `target: ${server.url}
endpoints:
  - { request: GET /slow, sla: 200ms }
  - GET /fast
load: { users: 20, duration: 5s }
`,
  );
});
afterEach(async () => {
  await server.stop();
  dir.remove();
});

async function searched(args: readonly string[]) {
  const { code, stderr } = await loadline([...args, '--json', 'a.json'], dir.path);
  expect([0, 1, 3], stderr).toContain(code);
  expect(runFiles(dir.path)).toHaveLength(1);
  return analysisSchema.parse(JSON.parse(readFileSync(path.join(dir.path, 'a.json'), 'utf8')));
}

describe('searches through the real command line', () => {
  it('find: a ladder and rates, and how to make it again', async () => {
    const analysis = await searched(['find', 'plan.yaml', '--budget', '20s']);
    expect(analysis.stages.length).toBeGreaterThan(2);
    expect(analysis.methodology.reproduce).toContain('loadline find plan.yaml');
    expect(analysis.capacity.search).toBeDefined();
  });

  it('diagnose: a ladder and probes with their reasons; nothing that is not there is named', async () => {
    const analysis = await searched(['diagnose', 'plan.yaml', '--budget', '30s']);
    expect(analysis.probes?.stages.map(({ kind }) => kind)).toContain('single-user');
    expect(analysis.probes?.stages.every(({ because }) => because !== '')).toBe(true);
    const found = analysis.diagnosis.findings.map(({ cause }) => cause);
    expect(found.filter((cause) => !['connection-pool', 'no-cache', 'generator'].includes(cause))).toEqual(
      [],
    );
  });
});
