import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../record/random.ts';
import type { Cause, Diagnosis } from '../analysis.ts';
import { analyseCapacity } from '../capacity/capacity.ts';
import { measure } from '../measure/measure.ts';
import { type SimulatedEndpoint, type SimulationSpec, simulateRun } from '../testing/simulated-run.ts';
import { diagnose } from './diagnose.ts';
import { rules } from './rules/all.ts';

function diagnosisOf(spec: SimulationSpec): Diagnosis {
  const run = simulateRun(spec);
  const measurements = measure(run);
  return diagnose(measurements, run, analyseCapacity(measurements, run.plan, run.seed));
}

const found = (d: Diagnosis) => d.findings.map((f) => f.cause);
const open = (d: Diagnosis) => d.undecided.map((u) => u.causes);

/** Users of each stage; `seconds` of steady load. */
const ladder = (users: readonly number[], seconds = 20) =>
  users.map((n) => ({ users: n, seconds, spawnRate: n }));
const at = (name: string, demandMs: number, delayMs: number): SimulatedEndpoint => ({
  name,
  delayMs,
  visits: [{ station: 'db', demandMs }],
});
const endpoints = [at('GET /a', 4, 1), at('GET /b', 8, 2), at('GET /c', 20, 2), at('POST /d', 15, 12)];
const health: SimulatedEndpoint = { name: 'GET /health', delayMs: 3, visits: [] };
const roomy = [{ name: 'db', servers: 64 }];
const thinkTime = { minMs: 100, maxMs: 300 };
const base = { endpoints, stations: roomy, thinkTime } satisfies Partial<SimulationSpec>;

describe('causes that a passive ladder can name', () => {
  const rows: readonly [string, Cause, SimulationSpec][] = [
    [
      '429 beyond 40 requests per second',
      'rate-limit',
      { ...base, stages: ladder([4, 20, 40]), limit: { kind: 'rate', perSecond: 40, status: 429 } },
    ],
    [
      'all stations stand still for 400 ms every 3 s',
      'periodic-stalls',
      { ...base, stages: ladder([10, 40]), stall: { everyMs: 3000, lengthMs: 400 } },
    ],
    [
      'demands grow by 4 % a second',
      'drift',
      { ...base, stages: ladder([10, 20, 30], 40), driftPerSecond: 0.04 },
    ],
    [
      'each request pays 6 ms for its connection',
      'no-keep-alive',
      { ...base, stages: ladder([10, 20]), keepAlive: false, connectMs: 6 },
    ],
    [
      'one user: a write takes six times a read',
      'slow-writes',
      {
        ...base,
        stages: ladder([1, 10]),
        thinkTime: { minMs: 0, maxMs: 20 },
        endpoints: [at('GET /a', 10, 1), at('PUT /b', 60, 2)],
      },
    ],
    [
      'the generator has no CPU left',
      'generator',
      { ...base, stages: ladder([10, 20]), health: { cpuCores: 0.97, loopUtilization: 0.99 } },
    ],
  ];
  test.each(rows)('%s → %s', (_, cause, spec) => {
    const diagnosis = diagnosisOf(spec);
    expect(found(diagnosis)).toEqual([cause]);
    const [finding] = diagnosis.findings;
    expect(finding?.evidence.length).toBeGreaterThan(0);
    expect(finding?.disproof).not.toBe('');
    for (const { stages } of finding?.evidence ?? []) expect(stages.length).toBeGreaterThan(0);
  });
});

describe('figures of the findings', () => {
  test('the limit of a rate limiter', () => {
    const [finding] = diagnosisOf({
      ...base,
      stages: ladder([4, 20, 40]),
      limit: { kind: 'rate', perSecond: 40, status: 429 },
    }).findings;
    expect(finding?.estimates['limit (requests/s)']?.value).toBeCloseTo(40, 0);
  });

  test('period and length of stalls', () => {
    const [finding] = diagnosisOf({
      ...base,
      stages: ladder([20, 60]),
      stall: { everyMs: 3000, lengthMs: 400 },
    }).findings;
    expect(finding?.estimates['period (ms)']?.value).toBeCloseTo(3000, -2);
    const length = finding?.estimates['length (ms)']?.value ?? 0;
    expect(length).toBeGreaterThanOrEqual(300);
    expect(length).toBeLessThanOrEqual(500);
    expect(finding?.remedy).toContain('by the clock');
  });
});

describe('what a passive ladder cannot tell stays open', () => {
  test('a pool, with an endpoint beside it: no thread; and no processor if that endpoint is as long', () => {
    const diagnosis = diagnosisOf({
      ...base,
      stages: ladder([5, 20, 80]),
      endpoints: [...endpoints, { ...health, delayMs: 15 }],
      stations: [{ name: 'db', servers: 2 }],
    });
    expect(diagnosis.verdict).toBe('unknown');
    expect(open(diagnosis)).toEqual([['connection-pool', 'lock-contention']]);
    expect(diagnosis.undecided[0]?.excluded.map((e) => e.cause)).toEqual([
      'single-threaded',
      'cpu-saturation',
    ]);
    expect(diagnosis.undecided[0]?.endpoints).not.toContain('GET /health');
    expect(diagnosis.undecided[0]?.excluded[0]?.because).toContain('if the same process serves it');
  });

  test('a short endpoint beside it excludes the thread only: a full processor would hardly delay it', () => {
    const diagnosis = diagnosisOf({
      ...base,
      stages: ladder([5, 20, 80]),
      endpoints: [...endpoints, { ...health, delayMs: 0.5 }],
      stations: [{ name: 'db', servers: 2, discipline: 'ps' }],
    });
    expect(open(diagnosis)).toEqual([['cpu-saturation', 'connection-pool', 'lock-contention']]);
  });

  test('one queue before all endpoints: nothing is excluded by the same added delay', () => {
    const diagnosis = diagnosisOf({
      ...base,
      stages: ladder([5, 20, 80]),
      stations: [{ name: 'db', servers: 2 }],
    });
    expect(diagnosis.verdict).toBe('unknown');
    expect(open(diagnosis)).toEqual([
      ['connection-pool', 'single-threaded', 'lock-contention', 'cpu-saturation'],
    ]);
  });

  test('a processor shared in time slices: the same factor, nothing excluded', () => {
    const diagnosis = diagnosisOf({
      ...base,
      stages: ladder([5, 20, 80]),
      endpoints: [at('GET /a', 4, 0), at('GET /b', 8, 0), at('GET /c', 20, 0)],
      stations: [{ name: 'db', servers: 2, discipline: 'ps' }],
    });
    expect(diagnosis.verdict).toBe('unknown');
    expect(open(diagnosis)).toEqual([
      ['cpu-saturation', 'single-threaded', 'connection-pool', 'lock-contention'],
    ]);
  });

  test('fast 503s at a constant rate and a constant number in flight: limiter or shedding', () => {
    for (const limit of [
      { kind: 'rate', perSecond: 40, status: 503 },
      { kind: 'in-flight', max: 2, status: 503 },
    ] as const) {
      const diagnosis = diagnosisOf({ ...base, stages: ladder([4, 40, 80]), limit });
      expect(diagnosis.verdict).toBe('unknown');
      expect(open(diagnosis)).toEqual([['rate-limit', 'load-shedding']]);
    }
  });

  test('connections are closed, and connecting costs next to nothing: an opportunity, the target is healthy', () => {
    const diagnosis = diagnosisOf({ ...base, stages: ladder([5, 20]), keepAlive: false, connectMs: 0.3 });
    expect(diagnosis.verdict).toBe('none');
    expect(open(diagnosis)).toEqual([['no-keep-alive']]);
  });
});

describe('no accusation', () => {
  const rows: readonly [string, Diagnosis['verdict'], SimulationSpec][] = [
    ['healthy', 'none', { ...base, stages: ladder([5, 20, 40]) }],
    [
      'slow and healthy',
      'none',
      {
        ...base,
        stages: ladder([10, 20, 40], 40),
        endpoints: [at('GET /slow', 400, 900), at('POST /slow', 700, 1500)],
      },
    ],
    [
      'a constant share of failures at every load',
      'unknown',
      {
        ...base,
        stages: ladder([5, 20, 40]),
        endpoints: [{ ...at('GET /a', 4, 1), failures: { share: 0.03, status: 500 } }],
      },
    ],
    [
      'every request of an endpoint failed, and it promises nothing about failures: its promised time was missed',
      'unknown',
      {
        ...base,
        stages: ladder([5, 20, 40]),
        readiness: { errors: 0.6 },
        endpoints: [
          at('GET /a', 4, 1),
          {
            ...at('GET /b', 4, 1),
            failures: { share: 1, status: 500 },
            sla: { times: { p95: 500 }, errors: null },
          },
        ],
      },
    ],
    ['one stage: nothing to compare with', 'unknown', { ...base, stages: ladder([20]) }],
    [
      'a server that is cold at each begin',
      'none',
      { ...base, stages: ladder([10, 20, 40], 30), warmUp: { factor: 4, seconds: 2 } },
    ],
    [
      'writes three times slower, but not with one user',
      'none',
      { ...base, stages: ladder([10, 20]), endpoints: [at('GET /a', 10, 1), at('PUT /b', 60, 2)] },
    ],
  ];
  test.each(rows)('%s → %s', (_, verdict, spec) => {
    const diagnosis = diagnosisOf(spec);
    expect(found(diagnosis)).toEqual([]);
    expect(diagnosis.verdict).toBe(verdict);
  });

  test.each(['exponential', 'heavy', 'uniform', 'constant'] as const)(
    'healthy systems with %s times, by many seeds',
    (distribution) => {
      const wrong: string[] = [];
      for (let seed = 1; seed <= 12; seed += 1) {
        const random = randomFrom(seed * 7919);
        const scale = [2, 20, 150, 800][Math.floor(random() * 4)] ?? 2;
        const top = [20, 40][Math.floor(random() * 2)] ?? 20;
        const diagnosis = diagnosisOf({
          seed,
          stages: ladder(random() < 0.5 ? [2, top / 2, top] : [1, 2, 5, 10, top], 15),
          thinkTime: { minMs: 200, maxMs: 200 + Math.floor(random() * 1500) },
          stations: [{ name: 'db', servers: 400, discipline: random() < 0.5 ? 'ps' : 'fifo' }],
          endpoints: Array.from({ length: 1 + Math.floor(random() * 6) }, (_, i) => ({
            name: `${i % 4 === 3 ? 'POST' : 'GET'} /e${i}`,
            weight: 1 + Math.floor(random() * 4),
            delayMs: scale * (0.3 + random() * 2),
            delayDistribution: distribution,
            visits: [{ station: 'db', demandMs: scale * (0.1 + random() * 0.4), distribution }],
          })),
        });
        if (diagnosis.findings.length > 0) wrong.push(`seed ${seed}: ${diagnosis.statement}`);
      }
      expect(wrong).toEqual([]);
    },
  );
});

describe('a generator that was the limit', () => {
  test('in every stage: invalid, and the target is not blamed', () => {
    const diagnosis = diagnosisOf({
      ...base,
      stages: ladder([5, 20, 80]),
      stations: [{ name: 'db', servers: 1 }],
      health: { cpuCores: 0.97, loopUtilization: 0.99 },
    });
    expect(diagnosis.verdict).toBe('invalid');
    expect(found(diagnosis)).toEqual(['generator']);
    expect(diagnosis.undecided).toEqual([]);
  });
});

describe('a generator that was the limit in the last stage', () => {
  test('what is open in the others is told', () => {
    const run = simulateRun({
      ...base,
      stages: ladder([5, 20, 80, 160]),
      stations: [{ name: 'db', servers: 1 }],
    });
    const stages = run.stages.map((stage, i) =>
      i === 3 && stage.data.kind === 'windows'
        ? {
            ...stage,
            data: { ...stage.data, health: stage.data.health.map((h) => ({ ...h, cpuCores: 0.97 })) },
          }
        : stage,
    );
    const measurements = measure({ ...run, stages });
    const capacity = analyseCapacity(measurements, run.plan, run.seed);
    expect(diagnose(measurements, { ...run, stages }, capacity).statement).toBe(
      'The load generator was the limit in stage 4 (160 users). In the others 1 observation could not be traced to one cause; the target is not blamed.',
    );
  });
});

test('a run without stages is no error', () => {
  const run = { ...simulateRun({ ...base, stages: ladder([2], 5) }), stages: [] };
  const diagnosis = diagnose([], run, analyseCapacity([], run.plan, 1));
  expect(diagnosis.findings).toEqual([]);
  expect(['invalid', 'unknown']).toContain(diagnosis.verdict);
});

test('the same run gives the same diagnosis', () => {
  const spec = { ...base, stages: ladder([5, 20, 80]), stations: [{ name: 'db', servers: 2 }] };
  expect(JSON.stringify(diagnosisOf(spec))).toBe(JSON.stringify(diagnosisOf(spec)));
});

test('every rule says what it can name', () => {
  for (const rule of rules) expect(rule.causes.length).toBeGreaterThan(0);
});
