import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planJsonSchema } from '../plan/plan-schema.ts';
import { analyse, analysisJsonSchema } from './analyse.ts';
import { analysisSchema } from './analysis.ts';
import { recorded, runOf, stage, summary, window } from './testing/hand-made-run.ts';
import { type SimulationSpec, simulateRun } from './testing/simulated-run.ts';
import { verificationJsonSchema } from './verify/verification.ts';
import { predictionJsonSchema } from './what-if/prediction.ts';

const system: SimulationSpec = {
  stages: [
    { users: 5, seconds: 15 },
    { users: 40, seconds: 15 },
  ],
  thinkTime: { minMs: 100, maxMs: 500 },
  stations: [{ name: 'pool', servers: 3 }],
  endpoints: [
    {
      name: 'GET /a',
      visits: [{ station: 'pool', demandMs: 30 }],
      sla: { times: { p95: 200 }, errors: 0.01 },
    },
    { name: 'POST /b', visits: [{ station: 'pool', demandMs: 60 }], failures: { share: 0.05, status: 500 } },
  ],
};

test('the same run gives the same bytes', () => {
  const once = JSON.stringify(analyse(simulateRun(system)));
  expect(JSON.stringify(analyse(simulateRun(system)))).toBe(once);
});

test('counts every request that was sent, ramps and drains included', () => {
  const run = simulateRun(system);
  const started = run.stages
    .flatMap(({ data }) => (data.kind === 'windows' ? data.health : []))
    .reduce((sum, sample) => sum + sample.started, 0);
  const { requests } = analyse(run).summary;
  expect(requests.total).toBe(started);
  expect(requests.ok + requests.failed).toBe(started);
  expect(requests.failed).toBeGreaterThan(0);
});

describe('whatever a run holds, its analysis is complete and valid against the schema', () => {
  test.each([
    { name: 'simulated', run: simulateRun(system) },
    { name: 'open model', run: simulateRun({ ...system, stages: [{ ratePerSecond: 20, seconds: 12 }] }) },
    { name: 'interrupted', run: simulateRun({ ...system, interruptAfterSeconds: 4 }) },
    { name: 'interrupted at once', run: simulateRun({ ...system, interruptAfterSeconds: 0.01 }) },
    { name: 'no stage', run: runOf([]) },
    { name: 'no endpoint', run: runOf([], []) },
    { name: 'an empty stage', run: runOf([stage(recorded({ windows: [] }))]) },
    {
      name: 'only failures',
      run: runOf([stage(recorded({ windows: [window(1, [1], { outcome: 'reset' })] }))]),
    },
    { name: 'an empty summary', run: runOf([stage(summary([]))]) },
    {
      name: 'a summary without times',
      run: runOf([stage(summary([{ count: 3 }])), stage(summary([{ count: 4 }]))]),
    },
    {
      name: 'an endpoint that the plan does not know',
      run: runOf([stage(recorded({ windows: [window(1, [5], { endpoint: 7 })] }))]),
    },
    { name: 'one user, one second', run: simulateRun({ ...system, stages: [{ users: 1, seconds: 1 }] }) },
  ])('$name', ({ run }) => {
    const analysis = analyse(run, { version: '1.2.3' });
    expect(analysisSchema.safeParse(JSON.parse(JSON.stringify(analysis))).error).toBeUndefined();
    expect(analysis.tool.version).toBe('1.2.3');
    expect(analysis.stages.length).toBe(run.stages.length);
  });

  test('small random systems', () => {
    const spec = fc.record({
      seed: fc.integer(),
      stages: fc.array(
        fc.record({ users: fc.integer({ min: 1, max: 30 }), seconds: fc.constantFrom(0.3, 1, 3, 8) }),
        { minLength: 1, maxLength: 4 },
      ),
      timeoutMs: fc.constantFrom(20, 30_000),
      share: fc.constantFrom(0, 0.3, 1),
      thinkMs: fc.constantFrom(0, 50),
    });
    fc.assert(
      fc.property(spec, ({ seed, stages, timeoutMs, share, thinkMs }) => {
        const run = simulateRun({
          ...{ seed, stages, timeoutMs, thinkTime: { minMs: thinkMs, maxMs: thinkMs } },
          stations: [{ name: 'a', servers: 2 }],
          endpoints: [
            { name: 'GET /a', visits: [{ station: 'a', demandMs: 15 }], failures: { share, status: 500 } },
            { name: 'GET /b', weight: 0.01, visits: [], delayMs: 2 },
          ],
        });
        return analysisSchema.safeParse(JSON.parse(JSON.stringify(analyse(run)))).success;
      }),
      { numRuns: 25 },
    );
  });
});

describe('published schemas are those of the code (npm run schemas)', () => {
  test.each([
    { file: 'analysis.schema.json', schema: analysisJsonSchema() },
    { file: 'plan.schema.json', schema: planJsonSchema() },
    { file: 'prediction.schema.json', schema: predictionJsonSchema() },
    { file: 'verification.schema.json', schema: verificationJsonSchema() },
  ])('$file', ({ file, schema }) => {
    const published: unknown = JSON.parse(
      readFileSync(new URL(`../../schema/${file}`, import.meta.url), 'utf8'),
    );
    expect(published).toEqual(JSON.parse(JSON.stringify(schema)));
  });
});
