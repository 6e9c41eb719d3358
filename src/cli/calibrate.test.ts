import { describe, expect, it } from 'vitest';
import type { Calibration } from '../record/calibration.ts';
import { describeCalibration } from './calibrate.ts';

const calibration: Calibration = {
  ...{ kind: 'calibration', formatVersion: 1, measuredAt: '2026-01-01T00:00:00.000Z', loadline: '0.1.0' },
  machine: { node: 'v24.0.0', cpuModel: 'Model\u001b[31m X', cores: 8 },
  throughput: [
    { workers: 1, connections: 1, requestsPerSecond: 9876.5, cpuUsPerRequest: 23.04, generatorCores: 0.23 },
    { workers: 1, connections: 64, requestsPerSecond: 45_999, cpuUsPerRequest: 20.9, generatorCores: 0.96 },
    { workers: 7, connections: 64, requestsPerSecond: 123_456, cpuUsPerRequest: 21, generatorCores: 2.59 },
  ],
  ceilings: [
    { workers: 1, requestsPerSecond: 45_999 },
    { workers: 7, requestsPerSecond: 123_456 },
  ],
  timer: { thinkTimeMs: 20, lagMeanMs: 0.456, sendLagP99Ms: 0.1 },
  idle: { loopDelayP99Ms: 1.1, loopDelayMaxMs: 2.25 },
  otherCpuCores: 0.4,
};

describe('what a calibration says', () => {
  it('the figures, and what they mean', () => {
    expect(describeCalibration(calibration)).toBe(`Model�[31m X, 8 cores, Node v24.0.0, Loadline 0.1.0
Against a server that costs next to nothing, on the same machine:

workers  connections  requests/s  CPU a request  generator CPU
      1            1       9,877        23.0 µs     0.23 cores
      1           64      45,999        20.9 µs     0.96 cores
      7           64     123,456        21.0 µs     2.59 cores

Timers: a think time of 20 ms lasted 0.46 ms longer on average; 99 % of the requests after it started at most 0.10 ms late, the timer's grain of 1.5 ms aside.
Idle: the event loop was late by 1.10 ms (p99), 2.25 ms at most.

This machine's generator carries about 45,000 requests/s with one worker; its target must stay below half of that: 22,000/s.
This machine's generator carries at least 120,000 requests/s with 7 workers; its target must stay below half of that: 61,000/s. It used 2.59 of the 7 cores that it can: the null server, or other programs, kept it from more.`);
  });

  it('that others were at work', () => {
    expect(describeCalibration({ ...calibration, otherCpuCores: 3.14 })).toMatch(
      /\nOther programs took 3\.1 of 8 cores meanwhile, so the figures are too low\. Calibrate again when the machine is quiet\.$/,
    );
  });
});
