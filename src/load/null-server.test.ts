import { describe, expect, it } from 'vitest';
import { calibrate } from './calibrate.ts';
import { startNullServer } from './null-server.ts';

describe('the null server', () => {
  it('answers every request alike, on the loopback interface, and is gone when it is closed', async () => {
    const server = await startNullServer(2);
    try {
      expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      for (const init of [{}, { method: 'POST', body: 'a\r\n\r\nb' }]) {
        const answer = await fetch(`${server.url}/any/path?x=1`, init);
        expect([answer.status, await answer.text()]).toEqual([200, 'ok']);
      }
    } finally {
      await server.close();
    }
    await expect(fetch(server.url)).rejects.toThrow();
  });
});

describe('calibrate', () => {
  it('measures one worker and the asked number, at each number of connections', async () => {
    const told: string[] = [];
    const figures = await calibrate({ workers: 2, durationMs: 100, onProgress: (text) => told.push(text) });
    expect(figures?.throughput.map((one) => [one.workers, one.connections])).toEqual([
      ...[1, 8, 64, 256].map((connections) => [1, connections]),
      ...[8, 64, 256].map((connections) => [2, connections]),
    ]);
    expect(Math.max(...(figures?.throughput.map((one) => one.requestsPerSecond) ?? []))).toBeGreaterThan(0);
    expect(figures?.ceilings).toEqual(
      [1, 2].map((workers) => ({
        workers,
        requestsPerSecond: Math.max(
          ...(figures?.throughput ?? [])
            .filter((one) => one.workers === workers)
            .map((one) => one.requestsPerSecond),
        ),
      })),
    );
    expect(figures?.timer.thinkTimeMs).toBe(20);
    expect(told).toEqual([
      'throughput with 1 worker',
      'throughput with 2 workers',
      'timers',
      'the idle event loop',
    ]);
  });

  it('gives nothing when it is stopped', async () => {
    expect(await calibrate({ workers: 1, durationMs: 100, stop: AbortSignal.abort() })).toBeNull();
  });
});
