import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { identify } from '../process-identity.ts';
import { describeWithPrograms } from '../test-programs.ts';
import { type GatedServer, startGatedServer } from './gated-server.fixture.ts';
import { type Balancer, startHaproxy } from './haproxy.ts';
import type { BalancerLimits } from './haproxy-config.ts';
import { notedProcesses, stackStateIn } from './state.ts';

const plain: BalancerLimits = { maxInFlight: 10, queueTimeoutMs: 20_000, rateLimit: null, keepAlive: true };

describeWithPrograms({ haproxy: 'haproxy' }, 'HAProxy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loadline-haproxy-'));
  const undo: (() => Promise<void>)[] = [];
  const unwind = async () => {
    for (const each of undo.splice(0).toReversed()) await each();
  };
  afterEach(unwind);
  afterAll(() => rmSync(folder, { recursive: true }));

  const newState = () => stackStateIn(mkdtempSync(join(folder, 'stack-')));

  async function behind(
    limits: Partial<BalancerLimits> = {},
    count = 1,
  ): Promise<{ balancer: Balancer; servers: readonly [GatedServer, ...GatedServer[]]; ask: typeof ask }> {
    const state = newState();
    const first = await startGatedServer('api-1');
    const others = await Promise.all(
      Array.from({ length: count - 1 }, (_, index) => startGatedServer(`api-${index + 2}`)),
    );
    const servers = [first, ...others] as const;
    for (const each of servers) undo.push(each.stop);
    const balancer = await startHaproxy(state, {
      limits: { ...plain, ...limits },
      servers: servers.map(({ port }, index) => ({ name: `api-${index + 1}`, port })),
      port: 0,
    });
    undo.push(balancer.stop);
    const ask = async (path: string, init?: RequestInit) => {
      // Unless told, a connection of its own: an idle one stays with the worker before a reload.
      const answer = await fetch(`${balancer.url}${path}`, { headers: { connection: 'close' }, ...init });
      const { status, headers } = answer;
      return { status, text: await answer.text(), retryAfter: headers.get('retry-after'), headers };
    };
    return { balancer, servers, ask };
  }

  /** Waits for what HAProxy counts; the test's own time limit ends it. */
  async function until(isTrue: () => Promise<boolean> | boolean): Promise<void> {
    while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  test('answers in the name of its servers, in turn, and tells that it did', async () => {
    const { balancer, ask } = await behind({}, 2);
    const answers = [await ask('/a'), await ask('/a'), await ask('/a'), await ask('/a')];
    expect(answers.map(({ text }) => text).toSorted()).toEqual(['api-1', 'api-1', 'api-2', 'api-2']);
    expect(answers.map(({ text, headers }) => headers.get('x-served-by') === text)).toEqual(
      Array(4).fill(true),
    );
    expect(answers[0]?.headers.get('via')).toBe('1.1 haproxy');
    expect(await balancer.read()).toEqual({
      requests: 4,
      queued: 0,
      servers: [
        { name: 'api-1', status: 'UP', inFlight: 0, queued: 0 },
        { name: 'api-2', status: 'UP', inFlight: 0, queued: 0 },
      ],
    });
    const metrics = await (await fetch(balancer.metricsUrl)).text();
    expect(metrics).toContain('haproxy_server_http_responses_total{proxy="api",server="api-2",code="2xx"} 2');
    expect((await fetch(new URL('/', balancer.metricsUrl))).status).toBe(404);
  });

  test('lets so many in, queues the next, and answers all of them', async () => {
    const { balancer, servers, ask } = await behind({ maxInFlight: 2 });
    servers[0].shut();
    const answers = Promise.all(Array.from({ length: 7 }, () => ask('/a')));
    await until(async () => (await balancer.read()).queued === 5);
    expect((await balancer.read()).servers[0]).toMatchObject({ inFlight: 2 });
    expect(servers[0].arrived).toHaveLength(2);
    servers[0].open();
    expect((await answers).map(({ status }) => status)).toEqual(Array(7).fill(200));
    expect(servers[0].arrived).toHaveLength(7);
  });

  test('who waits longer than the queue allows: 503 with Retry-After, and the instance never saw it', async () => {
    const { servers, ask } = await behind({ maxInFlight: 1, queueTimeoutMs: 100 });
    servers[0].shut();
    const first = ask('/first');
    await until(() => servers[0].arrived.length === 1);
    const second = await ask('/second');
    expect([second.status, second.retryAfter, JSON.parse(second.text)]).toEqual([
      503,
      '1',
      { error: 'no-instance-free', message: 'no instance came free in time', faults: [] },
    ]);
    servers[0].open();
    expect((await first).status).toBe(200);
    expect(servers[0].arrived).toEqual(['GET /first']);
  });

  test('a client above its rate: so many pass, the others get 429 with Retry-After', async () => {
    const { servers, ask } = await behind({ rateLimit: 5 });
    const begin = performance.now();
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask('/a')));
    const seconds = (performance.now() - begin) / 1000;
    const passed = answers.filter(({ status }) => status === 200).length;
    // A slow machine may spread them over more than one period.
    expect(passed).toBeGreaterThanOrEqual(5);
    expect(passed).toBeLessThanOrEqual(5 * Math.ceil(1 + seconds));
    expect(passed).toBe(servers[0].arrived.length);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(30 - passed);
    expect([refused[0]?.retryAfter, JSON.parse(refused[0]?.text ?? '')]).toEqual([
      '1',
      { error: 'rate-limited', message: 'more than 5 requests per second of one client', faults: [] },
    ]);
    // Those who were refused do not count: who comes back is let in.
    await until(async () => (await ask('/a')).status === 200);
  });

  test('keeps what is static, and answers 304 by itself', async () => {
    const { servers, ask } = await behind();
    const first = await ask('/static/a');
    const second = await ask('/static/a');
    // Or `fetch` would ask for what no cache keeps, as it does with conditions.
    const conditional = { 'if-none-match': '"e"', 'cache-control': 'public', pragma: 'none' };
    const same = await ask('/static/a', { headers: conditional });
    expect([first, second, same].map(({ status, text }) => [status, text])).toEqual([
      [200, 'api-1'],
      [200, 'api-1'],
      [304, ''],
    ]);
    expect([first, second].map(({ headers }) => headers.get('x-balancer-cache'))).toEqual([null, 'hit']);
    await ask('/posts');
    await ask('/posts');
    expect(servers[0].arrived).toEqual(['GET /static/a', 'GET /posts', 'GET /posts']);
  });

  test.each([
    { keepAlive: true, connection: null },
    { keepAlive: false, connection: 'close' },
  ])(
    'keep-alive $keepAlive towards the client: connection $connection',
    async ({ keepAlive, connection }) => {
      const { ask } = await behind({ keepAlive });
      const { headers } = await ask('/a', { headers: {} });
      expect(headers.get('connection') === 'close' ? 'close' : null).toBe(connection);
    },
  );

  test('an instance that died: a read that it held is asked of another, a write is not', async () => {
    const { servers, ask } = await behind({}, 2);
    for (const each of servers) each.shut();
    const answers = Promise.all([ask('/read'), ask('/write', { method: 'POST', body: 'x' })]);
    await until(() => servers.every(({ arrived }) => arrived.length === 1));
    const write = servers.findIndex(({ arrived }) => arrived[0] === 'POST /write');
    servers[1 - write]?.breakOff();
    await until(() => servers[write]?.arrived.length === 2 || servers[1 - write]?.arrived.length === 2);
    for (const each of servers) each.breakOff();
    const [, written] = await answers;
    expect([written.status, JSON.parse(written.text)]).toEqual([
      502,
      { error: 'bad-gateway', message: 'the instance broke off', faults: [] },
    ]);
    expect(servers.flatMap(({ arrived }) => arrived).filter((each) => each === 'POST /write')).toHaveLength(
      1,
    );
    expect((await ask('/read')).status).toBe(200);
  });

  test('a server is taken out when it has answered what it holds, comes back elsewhere, and is removed', async () => {
    const { balancer, servers, ask } = await behind({}, 2);
    const [first, second] = servers;
    first.shut();
    const held = [ask('/a'), ask('/a')];
    await until(() => first.arrived.length === 1);
    let isOut = false;
    const out = balancer.takeOut('api-1').then(() => {
      isOut = true;
    });
    await until(async () => (await balancer.read()).servers[0]?.status === 'DRAIN');
    expect((await ask('/b')).text).toBe('api-2');
    expect([isOut, first.arrived]).toEqual([false, ['GET /a']]);
    first.open();
    await out;
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200]);

    // A reload meanwhile does not bring it back.
    await balancer.reload();
    expect((await balancer.read()).servers.map(({ status }) => status)).toEqual(['MAINT', 'UP']);

    const third = await startGatedServer('api-1 again');
    undo.push(third.stop);
    await balancer.bringBack({ name: 'api-1', port: third.port });
    expect([(await ask('/c')).text, (await ask('/c')).text].toSorted()).toEqual(['api-1 again', 'api-2']);
    await balancer.takeOut('api-2');
    await balancer.remove('api-2');
    await balancer.add({ name: 'api-3', port: second?.port ?? 0 });
    expect((await balancer.read()).servers.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'api-1 UP',
      'api-3 UP',
    ]);
    await balancer.reload();
    expect([(await ask('/c')).text, (await ask('/c')).text].toSorted()).toEqual(['api-1 again', 'api-2']);
  });

  test('a reload loses no request: the former worker answers what it holds', async () => {
    const { balancer, servers, ask } = await behind();
    servers[0].shut();
    const held = ask('/held');
    await until(() => servers[0].arrived.length === 1);
    await balancer.reload();
    const next = ask('/next');
    await until(() => servers[0].arrived.length === 2);
    servers[0].open();
    expect([(await held).text, (await next).text]).toEqual(['api-1', 'api-1']);
  });

  test('is noted on disk, and its worker ends with it', async () => {
    const { balancer, ask } = await behind();
    const state = newState();
    const taken = startHaproxy(state, {
      limits: plain,
      servers: [],
      port: Number(new URL(balancer.url).port),
    });
    await expect(taken).rejects.toMatchObject({
      code: 'port-taken',
      remedy: 'choose another `--port`, or 0',
    });
    const [noted] = notedProcesses(state.folder);
    expect(noted && identify(noted.pid)).toBeUndefined();

    process.kill(balancer.pid, 'SIGKILL');
    await until(() =>
      ask('/a').then(
        () => false,
        () => true,
      ),
    );
  });

  test.each(['api 1', 'api\n  server', '', 'API', 'a'.repeat(32)])(
    '%j is not the name of a server',
    async (name) => {
      const state = newState();
      const started = startHaproxy(state, { limits: plain, servers: [{ name, port: 1 }], port: 0 });
      await expect(started).rejects.toMatchObject({ code: 'bad-instance' });
    },
  );
});
