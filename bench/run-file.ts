/**
 * Run file: rows written per second, and size and reading of one hour of ten endpoints with 20 requests a second each.
 * `node bench/run-file.ts [seconds] [endpoints] [requests per endpoint and second]`
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { headerOf, secondOf } from '../src/record/run.fixture.ts';
import { createRunFile, readRun } from '../src/record/run-file.ts';

const argument = (index: number, otherwise: number): number => Number(process.argv[index] ?? otherwise);
const seconds = argument(2, 3600);
const endpoints = argument(3, 10);
const perEndpoint = argument(4, 20);

const folder = mkdtempSync(join(tmpdir(), 'loadline-bench-'));
try {
  const writer = createRunFile(join(folder, 'hour.loadline'), headerOf(endpoints));
  writer.startStage({ index: 0, users: 400, askedRatePerSecond: null, spawnRate: 10, startMs: 0 });
  let rows = 0;
  const commitsMs: number[] = [];
  for (let second = 0; second < seconds; second += 1) {
    const record = secondOf(0, second, endpoints, perEndpoint);
    const from = performance.now();
    writer.writeSecond(record);
    commitsMs.push(performance.now() - from);
    rows += record.windows.length + record.fine.length + record.health.length;
  }
  writer.finishStage(0, { steadyToMs: seconds * 1000, endMs: seconds * 1000, state: 'complete' });
  writer.finish('complete');
  writer.close();
  const writtenMs = commitsMs.reduce((sum, ms) => sum + ms, 0);
  commitsMs.sort((a, b) => a - b);
  const at = (q: number): string => (commitsMs[Math.floor(q * (commitsMs.length - 1))] ?? 0).toFixed(2);

  const heapBefore = memoryBytes();
  const from = performance.now();
  const run = readRun(writer.path);
  const readMs = performance.now() - from;
  const held = memoryBytes() - heapBefore;

  console.log(
    `${seconds} seconds × ${endpoints} endpoints × ${perEndpoint} requests, one transaction a second`,
  );
  console.log(
    `written   ${Math.round(rows / (writtenMs / 1000))} rows/s; a second's transaction p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
  );
  console.log(
    `size      ${(statSync(writer.path).size / 1e6).toFixed(1)} MB, ${Math.round(statSync(writer.path).size / rows)} bytes a row`,
  );
  console.log(
    `read      ${Math.round(readMs)} ms, ${(held / 1e6).toFixed(0)} MB held for ${run.stages.length} stage`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function memoryBytes(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
