import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { type Calibration, calibrationFile, storeCalibration, storedCeiling } from './calibration.ts';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(path.join(os.tmpdir(), 'loadline-calibration-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const machine = { node: 'v24.0.0', cpuModel: 'A', cores: 2 };
function calibration(ceilings: Record<number, number>, on = machine): Calibration {
  return {
    ...{ kind: 'calibration', formatVersion: 1, measuredAt: '2026-01-01T00:00:00.000Z', loadline: '0.1.0' },
    ...{ machine: on, throughput: [], otherCpuCores: 0 },
    ceilings: Object.entries(ceilings).map(([workers, requestsPerSecond]) => ({
      workers: Number(workers),
      requestsPerSecond,
    })),
    timer: { thinkTimeMs: 20, lagMeanMs: 0.5, sendLagP99Ms: 0.1 },
    idle: { loopDelayP99Ms: 1, loopDelayMaxMs: 2 },
  };
}

describe('a stored ceiling', () => {
  const rows: { name: string; stored: Calibration[]; workers?: number; ceiling: number | null }[] = [
    { name: 'is found', stored: [calibration({ 1: 45_000 })], ceiling: 45_000 },
    { name: 'of other workers is not', stored: [calibration({ 1: 45_000 })], workers: 2, ceiling: null },
    {
      name: 'is the most that was carried',
      stored: [calibration({ 1: 20_000 }), calibration({ 1: 45_000 }), calibration({ 1: 30_000 })],
      ceiling: 45_000,
    },
    {
      name: 'is that of the newest Loadline',
      stored: [{ ...calibration({ 1: 45_000 }), loadline: '0.0.9' }, calibration({ 1: 30_000 })],
      ceiling: 30_000,
    },
    {
      name: 'outlives a later one of other workers',
      stored: [calibration({ 1: 40_000, 3: 90_000 }), calibration({ 1: 41_000, 2: 70_000 })],
      workers: 3,
      ceiling: 90_000,
    },
    ...(
      [
        ['Node', { node: 'v26.0.0' }],
        ['CPU', { cpuModel: 'B' }],
        ['number of cores', { cores: 4 }],
      ] as const
    ).map(([what, other]) => ({
      name: `of another ${what} is not this machine's`,
      stored: [calibration({ 1: 45_000 }, { ...machine, ...other })],
      ceiling: null,
    })),
  ];
  test.each(rows)('$name', ({ stored, workers = 1, ceiling }) => {
    const file = calibrationFile(cwd);
    for (const one of stored) storeCalibration(file, one);
    expect(storedCeiling(file, machine, workers)).toBe(ceiling);
    expect(readdirSync(path.dirname(file))).toEqual(['calibration.json']);
  });

  it('is unknown where no file is', () => {
    expect(storedCeiling(calibrationFile(cwd), machine, 1)).toBeNull();
  });

  const broken = ['', '{', '[]', 'null', '{"kind":"calibrations","entries":3}', '{"entries":[]}'];
  test.each(broken)('is unknown where the file is %j, which the next calibration replaces', (text) => {
    const file = path.join(cwd, 'calibration.json');
    writeFileSync(file, text);
    expect(storedCeiling(file, machine, 1)).toBeNull();
    storeCalibration(file, calibration({ 1: 5 }));
    expect(storedCeiling(file, machine, 1)).toBe(5);
  });

  it('is read beside entries that are not as they should be', () => {
    const file = path.join(cwd, 'calibration.json');
    const entries = [calibration({ 1: 7 }), { kind: 'calibration' }, 3];
    writeFileSync(file, JSON.stringify({ kind: 'calibrations', entries }));
    expect(storedCeiling(file, machine, 1)).toBe(7);
  });

  it('leaves no more than a hundred entries', () => {
    const file = path.join(cwd, 'calibration.json');
    for (let cores = 1; cores <= 103; cores += 1)
      storeCalibration(file, calibration({ 1: cores }, { ...machine, cores }));
    expect(JSON.parse(readFileSync(file, 'utf8')).entries).toHaveLength(100);
    expect(storedCeiling(file, { ...machine, cores: 3 }, 1)).toBeNull();
    expect(storedCeiling(file, { ...machine, cores: 4 }, 1)).toBe(4);
  });
});
