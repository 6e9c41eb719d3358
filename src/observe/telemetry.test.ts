import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Observation } from '../plan/plan.ts';
import type { RunEvent } from '../record/run.ts';
import { telemetryFailures, telemetryOf } from '../record/telemetry.ts';
import { ProcessTree } from './process-tree.ts';
import { reachSources, Telemetry } from './telemetry.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function serving(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return `http://localhost:${port}/metrics`;
}

function observing(urls: readonly string[], processes: readonly number[] = []): Observation {
  const prometheus = urls.map((url) => ({
    url,
    everyMs: 1000,
    headers: { authorization: 'Bearer t' },
    metrics: {},
  }));
  return { prometheus, processes, serverTiming: false };
}

const tls = { verify: true, ca: null };

/** Looks until so many events came. */
async function eventsOf(observation: Observation, wanted: number): Promise<readonly RunEvent[]> {
  const pages = await reachSources(observation, tls, async () => {});
  const telemetry = new Telemetry(observation, pages);
  const events: RunEvent[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  ends.push(() => telemetry.stop());
  telemetry.start(
    () => 250,
    (event) => {
      events.push(event);
      if (events.length >= wanted) resolve();
    },
  );
  await promise;
  telemetry.stop();
  return events;
}

test('a metrics page is read, once more each second, over one connection', async () => {
  const sockets = new Set<unknown>();
  let asked = 0;
  const url = await serving((request, response) => {
    sockets.add(request.socket);
    asked += 1;
    expect(request.headers.authorization).toBe('Bearer t');
    response.end(`process_cpu_seconds_total ${asked}\nnodejs_eventloop_lag_p99_seconds 0.02\n`);
  });
  const events = await eventsOf(observing([url]), 2);
  expect(telemetryOf({ events })).toEqual([
    {
      atMs: 250,
      source: { kind: 'prometheus', index: 0 },
      readings: { cpuSeconds: 1, eventLoopDelayP99Ms: 20 },
    },
    {
      atMs: 250,
      source: { kind: 'prometheus', index: 0 },
      readings: { cpuSeconds: 2, eventLoopDelayP99Ms: 20 },
    },
  ]);
  expect(sockets.size).toBe(1);
});

describe('a source that can not be read is told once, and the others are read', () => {
  const rows: readonly { name: string; listener: RequestListener; because: string }[] = [
    {
      name: 'another status',
      listener: (_, response) => response.writeHead(404).end(),
      because: 'it answered 404',
    },
    {
      name: 'another page',
      listener: (_, response) => response.end('<html>'),
      because: 'it holds no metric that Loadline knows',
    },
    {
      name: 'an endless page',
      listener: (_, response) => {
        const more = (): void => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
        };
        response.on('drain', more);
        more();
      },
      because: 'its answer is larger than 8 MiB',
    },
    { name: 'no answer', listener: () => {}, because: 'no answer within 1000 ms' },
  ];
  test.each(rows)('$name', async ({ listener, because }) => {
    const good = await serving((_, response) => response.end('process_cpu_seconds_total 1\n'));
    const bad = await serving(listener);
    const events = await eventsOf(observing([bad, good]), 4);
    expect(telemetryFailures({ events })).toEqual([{ source: { kind: 'prometheus', index: 0 }, because }]);
    expect(telemetryOf({ events }).length).toBe(3);
  });
});

test('nobody is asked who may not be', async () => {
  let asked = 0;
  const url = await serving((_, response) => {
    asked += 1;
    response.end();
  });
  const refused = reachSources(observing([url]), tls, async ({ origin, hostname, addresses }) => {
    throw new Error(`${origin} ${hostname} ${addresses.includes('127.0.0.1')}`);
  });
  await expect(refused).rejects.toThrow(`${new URL(url).origin} localhost true`);
  expect(asked).toBe(0);
});

describe.runIf(process.platform === 'linux')('a process', () => {
  /** A parent whose child computes until both are told not to. */
  async function burning(): Promise<ChildProcess> {
    const script = `const one = require('node:child_process').spawn(process.execPath, ['-e', 'for (;;);']);
      process.on('SIGTERM', () => { one.kill('SIGKILL'); process.exit(); });`;
    const parent = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
    ends.push(() => parent.kill('SIGTERM'));
    await once(parent, 'spawn');
    return parent;
  }

  test('its child that computes is counted', async () => {
    const { pid = 0 } = await burning();
    const tree = new ProcessTree(pid);
    let readings = tree.read();
    while ((readings.cpuSeconds ?? 0) < 0.6) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      const next = tree.read();
      expect(next.cpuSeconds).toBeGreaterThanOrEqual(readings.cpuSeconds ?? 0);
      readings = next;
    }
    // Two Node.js processes.
    expect(readings.rssBytes).toBeGreaterThan(40 * 1024 * 1024);
  });

  test('that is not there is told once', async () => {
    const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
    await once(child, 'exit');
    const { pid = 0 } = child;
    const events = await eventsOf(observing([], [pid]), 1);
    expect(telemetryFailures({ events })).toEqual([
      { source: { kind: 'process', index: 0 }, because: `process ${pid} is not running` },
    ]);
  });
});
