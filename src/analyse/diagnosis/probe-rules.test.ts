import { describe, expect, test } from 'vitest';
import type { Endpoint, EndpointProbe } from '../../plan/plan.ts';
import type { Diagnosis, Interval } from '../analysis.ts';
import { analyseCapacity } from '../capacity/capacity.ts';
import {
  type CouplingReading,
  type KeysReading,
  noReadings,
  type ProbeReadings,
  type SingleUserReading,
  type SizesReading,
  type SoloReading,
} from '../probes/probe-readings.ts';
import { type GivenStage, planOf, stagesOf } from '../testing/given-measurements.ts';
import { simulateRun } from '../testing/simulated-run.ts';
import { diagnose } from './diagnose.ts';
import { erlangLoss } from './refusal-steps.ts';
import { togetherOf } from './shared-limit.ts';

const exact = (value: number): Interval => ({ value, low: value * 0.99, high: value * 1.01 });
const between = (low: number, high: number): Interval => ({ value: (low + high) / 2, low, high });

/** Endpoint 0 is held, 1 another of the plan, 2 the control of the probes. */
const [held, other, control] = [0, 1, 2] as const;

function endpointsOf(methods: readonly string[] = ['GET', 'GET']): readonly Endpoint[] {
  const plan = planOf({ slas: methods.map(() => null) });
  const own = plan.endpoints.map((e, i) => ({
    ...e,
    method: methods[i] ?? 'GET',
    name: `${methods[i]} /e${i}`,
  }));
  const probe: EndpointProbe = { kind: 'control', of: null };
  return [...own, ...own.slice(0, 1).map((e) => ({ ...e, method: 'GET', name: 'control', probe }))];
}

const noisy = [0.99, 1.01, 1, 0.985, 1.015, 1, 0.995, 1.005, 1.01, 0.99];
const stage = (users: number, rate: number, avg: number): GivenStage => ({
  users,
  rate,
  avg,
  blockRates: noisy.map((f) => f * rate),
  endpoints: [held, other].map(() => ({ times: { avg, p50: avg }, count: rate * 30, failed: 0 })),
});
const plateau = [stage(1, 50, 20), stage(4, 200, 20), stage(10, 200, 50), stage(40, 201, 200)];
const growing = [stage(1, 50, 20), stage(4, 200, 20), stage(10, 500, 20), stage(40, 2000, 20)];

/** Where the target runs, and how busy Loadline's own machine was. */
type Machine = {
  readonly target?: string;
  readonly machineCpu?: number | null;
  /** In the first stage, of a single user; as in the others unless given. */
  readonly alone?: number;
  readonly generatorCpuCores?: number;
  readonly cores?: number;
};

function diagnosisOf(
  readings: Partial<ProbeReadings>,
  given: readonly GivenStage[] = plateau,
  endpoints: readonly Endpoint[] = endpointsOf(),
  {
    target = 'http://api.test',
    machineCpu = null,
    alone,
    generatorCpuCores: generator = 0.2,
    cores = 4,
  }: Machine = {},
): Diagnosis {
  const measurements = stagesOf(given).map((m, i) => {
    const avg = exact(m.total.responseTime?.avg ?? 0);
    const cpu = i === 0 && alone !== undefined ? alone : machineCpu;
    return {
      ...m,
      machineCpu: cpu,
      generatorCpuCores: generator,
      total: { ...m.total, intervals: { ...m.total.intervals, avg } },
    };
  });
  const base = simulateRun({ stages: [{ users: 1, seconds: 1 }], endpoints: [], environment: { cores } });
  const [template] = base.stages;
  const plan = { ...planOf(), target, endpoints: endpoints.filter((e) => !e.probe) };
  const stages = measurements.flatMap((m) =>
    template ? [{ ...template, index: m.stage - 1, users: m.users }] : [],
  );
  const run = { ...base, plan, stages };
  return diagnose(measurements, run, analyseCapacity(measurements, plan, 1), {
    whole: { ...run, plan: { ...plan, endpoints } },
    all: measurements,
    trials: measurements.map(() => null),
    readings: { ...noReadings, ...readings },
  });
}

const single = (
  endpoint: number,
  mean: Interval,
  more: Partial<SingleUserReading> = {},
): SingleUserReading => ({
  endpoint,
  stage: 1,
  count: 60,
  mean,
  p50: mean,
  firstByte: null,
  connect: null,
  serverCloses: 0,
  bytes: 500,
  slowMode: null,
  ...more,
});
const solo = (parallelism: Interval): SoloReading => ({
  endpoint: held,
  stages: [4],
  saturation: exact(parallelism.value * 50),
  single: exact(20),
  knee: parallelism,
  parallelism,
  errors: 0,
  because: null,
});
/** Held: 20 ms alone, 60 ms under its load. */
const coupled = (probed: number, idle: number, loaded: Interval): CouplingReading => {
  const added = {
    value: loaded.value - idle,
    low: (loaded.low ?? 0) - idle,
    high: (loaded.high ?? 0) - idle,
  };
  const part = (value: number | null, by: number) => (value ?? 0) / by;
  const by = (interval: Interval, n: number) => ({
    value: interval.value / n,
    low: part(interval.low, n),
    high: part(interval.high, n),
  });
  return {
    held,
    probed,
    stage: 4,
    idle: exact(idle),
    loaded,
    added,
    heldAdded: exact(40),
    share: by(added, 40),
    factor: by(loaded, 3 * idle),
    tellsApart: idle <= 20 / 3 || idle >= 60,
  };
};
const probed = (parallelism: Interval, others: readonly CouplingReading[]): Partial<ProbeReadings> => ({
  single: [single(held, exact(20)), single(other, exact(5)), single(control, exact(1))],
  solo: [solo(parallelism)],
  coupling: others,
});
const found = (d: Diagnosis) => d.findings.map((f) => f.cause);
const open = (d: Diagnosis) => d.undecided.map((u) => u.causes);

describe('what a neighbour of the held endpoint shows', () => {
  const rows: readonly [string, CouplingReading, string][] = [
    ['as much time', coupled(other, 5, between(44, 46)), 'same-time'],
    ['as large a factor', coupled(other, 5, between(14, 16)), 'same-factor'],
    ['nothing', coupled(other, 5, between(4.9, 5.1)), 'free'],
    ['half the time: one of two waits', coupled(other, 5, between(24, 26)), 'part-of-the-time'],
    ['as long alone: time and factor look alike', coupled(other, 20, between(58, 62)), 'slowed'],
    ['noise', coupled(other, 5, between(4, 50)), 'unclear'],
    ['thin data', { ...coupled(other, 5, exact(45)), share: null }, 'unclear'],
  ];
  test.each(rows)('%s', (_, reading, expected) => expect(togetherOf(reading)).toBe(expected));
});

describe('a full something', () => {
  const free = coupled(control, 1, between(0.98, 1.03));
  const waits = coupled(other, 5, between(44, 46));
  const rows: readonly [string, Partial<ProbeReadings>, readonly string[], readonly (readonly string[])[]][] =
    [
      ['four places, the control free', probed(between(3.8, 4.2), [waits, free]), ['connection-pool'], []],
      [
        'no whole number of places',
        probed(between(2.3, 2.7), [waits, free]),
        [],
        [['connection-pool', 'lock-contention']],
      ],
      ['one place, the control free', probed(between(0.95, 1.05), [waits, free]), ['lock-contention'], []],
      [
        'one or more: not known',
        probed(between(1, 2.4), [waits, free]),
        [],
        [['connection-pool', 'lock-contention']],
      ],
      [
        'the control waits as long, one at once',
        probed(between(0.95, 1.05), [waits, coupled(control, 1, between(40, 42))]),
        ['single-threaded'],
        [],
      ],
      [
        'the control waits as long, four at once: workers, or processors',
        probed(between(3.8, 4.2), [waits, coupled(control, 1, between(40, 42))]),
        [],
        [['single-threaded', 'connection-pool', 'cpu-saturation']],
      ],
      [
        'all by the same factor',
        probed(between(3.8, 4.2), [
          coupled(other, 5, between(14, 16)),
          coupled(control, 1, between(2.9, 3.1)),
        ]),
        ['cpu-saturation'],
        [],
      ],
      [
        'a control that shows nothing',
        probed(between(3.8, 4.2), [waits, coupled(control, 1, between(0.5, 30))]),
        [],
        [['connection-pool', 'single-threaded', 'lock-contention', 'cpu-saturation']],
      ],
    ];
  test.each(rows)('%s', (_, readings, causes, undecided) => {
    const diagnosis = diagnosisOf(readings);
    expect(found(diagnosis)).toEqual(causes);
    expect(open(diagnosis)).toEqual(undecided);
    for (const finding of diagnosis.findings) {
      expect(finding.evidence.length).toBeGreaterThan(3);
      expect(finding.excluded.length).toBe(3);
      expect(finding.disproof).not.toBe('');
    }
  });

  test('the size of the pool, if the interval holds one whole number', () => {
    const sizeOf = (m: Interval) => diagnosisOf(probed(m, [waits, free])).findings[0]?.estimates.size?.value;
    expect(sizeOf(between(3.8, 4.2))).toBe(4);
    expect(sizeOf(between(3.8, 5.2))).toBeUndefined();
  });

  test('no queue in the ladder: nothing is accused, whatever one endpoint reaches alone', () => {
    const diagnosis = diagnosisOf(probed(between(3.8, 4.2), [waits, free]), growing);
    expect(found(diagnosis)).toEqual([]);
    expect(diagnosis.verdict).toBe('none');
  });

  test('a limit that the mix does not fill is not what the mix meets', () => {
    const readings = probed(between(39, 41), [waits, free]);
    expect(found(diagnosisOf(readings))).toEqual([]);
    expect(diagnosisOf(readings).verdict).toBe('unknown');
  });

  test('more workers of the generator bring more: the target is not blamed', () => {
    const workers = [{ stages: [4, 5], ratio: between(1.15, 1.3) }];
    expect(found(diagnosisOf({ ...probed(between(3.8, 4.2), [waits, free]), workers }))).toEqual([
      'generator',
    ]);
    const same = [{ stages: [4, 5], ratio: between(0.95, 1.15) }];
    expect(found(diagnosisOf({ ...probed(between(3.8, 4.2), [waits, free]), workers: same }))).toEqual([
      'connection-pool',
    ]);
  });

  test('large answers: it may be the line', () => {
    // Shared fairly between the senders, a line shows a whole number of places as well.
    for (const m of [between(3.8, 4.2), between(3.9, 4.1)]) {
      const readings = probed(m, [waits, free]);
      const of = (bytes: number) => ({
        ...readings,
        single: (readings.single ?? []).map((r) => ({ ...r, bytes })),
      });
      expect(found(diagnosisOf(of(200_000)))).toEqual([]);
      expect(found(diagnosisOf(of(2_000)))).toEqual(['connection-pool']);
    }
  });

  test('a quota of the processor fills up on a machine that has time left', () => {
    const local = { target: 'http://127.0.0.1:3000', machineCpu: 0.3 };
    const by = (reading: CouplingReading) =>
      found(diagnosisOf(probed(between(3.8, 4.2), [reading, free]), plateau, endpointsOf(), local));
    expect(by(coupled(other, 5, between(14, 16)))).toEqual(['cpu-saturation']);
    expect(by(waits)).toEqual(['connection-pool']);
  });

  test('all by the same factor: a processor, but not on an idle machine, nor with less than one at work', () => {
    const slowed = [coupled(other, 5, between(14, 16)), coupled(control, 1, between(2.9, 3.1))];
    const by = (m: Interval, machineCpu: number) => {
      const local = { target: 'http://127.0.0.1:3000', machineCpu };
      return diagnosisOf(probed(m, slowed), plateau, endpointsOf(), local);
    };
    expect(found(by(between(1.8, 2.2), 0.95))).toEqual(['cpu-saturation']);
    expect(found(by(between(1.8, 2.2), 0.5))).toEqual([]);
    expect(open(by(between(1.8, 2.2), 0.5))[0]).toContain('cpu-saturation');
    expect(found(by(between(0.7, 0.9), 0.95))).toEqual([]);
    expect(open(by(between(0.7, 0.9), 0.95))[0]).toContain('lock-contention');
  });

  test('no processor of the machine has time left, and the target took it: whatever waits, and for what', () => {
    const full = { target: 'http://127.0.0.1:3000', machineCpu: 0.98, alone: 0.4 };
    const by = (machine: Machine, m = between(3.8, 4.2), trivial = free) =>
      found(diagnosisOf(probed(m, [waits, trivial]), plateau, endpointsOf(), machine));
    expect(by(full)).toEqual(['cpu-saturation']);
    expect(by(full, between(3.8, 4.2), coupled(control, 1, between(0.5, 30)))).toEqual(['cpu-saturation']);
    expect(by({ ...full, machineCpu: 0.93 })).toEqual(['connection-pool']);
    expect(by({ ...full, target: 'http://api.test' })).toEqual(['connection-pool']);
    // Something else fills it, or the generator does.
    expect(by({ ...full, alone: 0.9 })).toEqual(['connection-pool']);
    expect(by({ ...full, generatorCpuCores: 1 })).toEqual(['connection-pool']);
    // One thread, and more than two processors work on.
    expect(by(full, between(0.95, 1.05))).toEqual(['lock-contention']);
    expect(by({ ...full, cores: 2 })).toEqual(['connection-pool']);
  });

  test('a fall of the throughput is no plateau, proven or not', () => {
    const falling = [stage(1, 50, 20), stage(4, 200, 20), stage(10, 230, 43), stage(40, 190, 210)];
    const diagnosis = diagnosisOf(probed(between(3.8, 4.2), [waits, free]), falling);
    expect(found(diagnosis)).toEqual([]);
    expect(open(diagnosis)[0]).toEqual(['contention-collapse']);
  });

  test('writes to one row are slow, spread ones are not', () => {
    const rate = (one: number, spread: number): Partial<ProbeReadings> => ({
      rows: [
        {
          endpoint: held,
          oneRow: { rate: exact(one), mean: exact(20) },
          spread: { rate: exact(spread), mean: exact(20) },
        },
      ],
    });
    expect(found(diagnosisOf(rate(50, 200)))).toEqual(['lock-contention']);
    expect(found(diagnosisOf(rate(50, 60)))).toEqual([]);
    expect(found(diagnosisOf(rate(50, 200), growing))).toEqual([]);
  });
});

describe('cost per row', () => {
  const sizes = (perRow: Interval | null, means: readonly number[]): SizesReading => ({
    endpoint: held,
    parameter: 'limit',
    points: [1, 10, 50, 100].map((rows, i) => ({ rows, bytes: rows * 100, mean: exact(means[i] ?? 0) })),
    perRow,
    perByteUs: exact(0.01),
    fixed: exact(5),
    because: null,
  });
  const rows: readonly [string, SizesReading, readonly string[]][] = [
    ['a millisecond each', sizes(exact(1), [6, 15, 55, 105]), ['n-plus-one']],
    ['less than a round trip each', sizes(exact(0.02), [5, 5.2, 6, 7]), []],
    ['a small part of the time', sizes(exact(0.5), [105, 110, 130, 155]), []],
    ['the interval holds nothing', sizes(between(-0.5, 2.5), [6, 15, 55, 105]), []],
    ['not known', sizes(null, [6, 15, 55, 105]), []],
  ];
  test.each(rows)('%s', (_, reading, expected) => {
    const mean = reading.points.at(-1)?.mean ?? exact(1);
    expect(found(diagnosisOf({ sizes: [reading], single: [single(held, mean)] }, growing))).toEqual(expected);
  });
});

describe('no cache', () => {
  const keys = (more: Partial<KeysReading> = {}): KeysReading => ({
    endpoint: held,
    sameKey: exact(20),
    otherKeys: exact(20),
    ratio: between(0.95, 1.05),
    conditional: null,
    identicalBodies: true,
    hasValidators: false,
    hasAge: false,
    ...more,
  });
  const readings = (key: KeysReading): Partial<ProbeReadings> => ({
    ...probed(between(3.8, 4.2), [coupled(other, 5, between(44, 46)), coupled(control, 1, exact(1))]),
    keys: [key],
  });

  test('much of the bottleneck: a cause, after the bottleneck itself', () => {
    expect(found(diagnosisOf(readings(keys())))).toEqual(['connection-pool', 'no-cache']);
  });

  test('no bottleneck: an opportunity, and the target is healthy', () => {
    const diagnosis = diagnosisOf(readings(keys()), growing);
    expect(open(diagnosis)).toEqual([['no-cache']]);
    expect(diagnosis.verdict).toBe('none');
  });

  const rows: readonly [string, KeysReading][] = [
    ['the same key comes faster', keys({ sameKey: exact(2), ratio: between(0.09, 0.11) })],
    ['as fast or not: not known', keys({ ratio: between(0.6, 1.4) })],
    ['other bodies each time', keys({ identicalBodies: false })],
    ['an Age', keys({ hasAge: true })],
    ['304', keys({ hasValidators: true, conditional: { notModified: 1, mean: exact(1) } })],
  ];
  test.each(rows)('%s: nothing', (_, key) => {
    const diagnosis = diagnosisOf(readings(key));
    expect([...found(diagnosis), ...open(diagnosis).flat()]).not.toContain('no-cache');
  });
});

describe('writes and dependencies, by one user', () => {
  const writes = (ms: Interval) =>
    found(
      diagnosisOf(
        { single: [single(held, ms), single(other, exact(10)), single(control, exact(1))] },
        growing,
        endpointsOf(['POST', 'GET']),
      ),
    );
  test('slow writes', () => {
    expect(writes(exact(60))).toEqual(['slow-writes']);
    expect(writes(between(25, 45))).toEqual([]);
    const quick = (ms: number) => {
      const readings = {
        single: [single(held, exact(ms)), single(other, exact(0.3)), single(control, exact(0.2))],
      };
      return found(diagnosisOf(readings, growing, endpointsOf(['POST', 'GET'])));
    };
    expect(quick(2.8)).toEqual(['slow-writes']);
    expect(quick(1.8)).toEqual([]);
  });

  const calls = (ms: Interval, given = growing) =>
    found(
      diagnosisOf({ single: [single(held, ms), single(other, exact(10)), single(control, exact(1))] }, given),
    );
  test('a slow dependency is slow for one user and at every load alike', () => {
    expect(calls(exact(800))).toEqual(['slow-dependency']);
    expect(calls(exact(60))).toEqual([]);
    expect(calls(exact(800), plateau)).toEqual([]);
  });
});

test("Erlang's loss formula, as tabulated", () => {
  expect(erlangLoss(1, 1)).toBeCloseTo(0.5, 10);
  expect(erlangLoss(5, 3)).toBeCloseTo(0.1101, 4);
  expect(erlangLoss(10, 10)).toBeCloseTo(0.2146, 4);
});
