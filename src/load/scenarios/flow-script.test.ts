import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPlan } from '../../plan/load-plan.ts';
import type { Plan, ResolvedPlan } from '../../plan/plan.ts';
import { FlowFaultError, runLoad } from '../run-load.ts';
import { type MemorySink, memorySink, outcomeCounts } from '../testing/memory-sink.ts';
import { type ShopServer, shopServer } from '../testing/shop-server.ts';

let shop: ShopServer;
beforeEach(async () => {
  shop = await shopServer();
});
afterEach(() => shop.close());

type Load = {
  readonly users?: number;
  readonly rate?: number;
  /** The run is stopped when the server has seen so many. */
  readonly requests?: number;
  /** Or after so long. */
  readonly durationMs?: number;
};

/** Runs one flow of the fixture. */
async function load(name: string, options: Load = {}, sink = memorySink()): Promise<MemorySink> {
  const stop = new AbortController();
  if (options.durationMs === undefined) shop.after(options.requests ?? 40, () => stop.abort());
  const plan = await planOf(name, options);
  await runLoad(plan, { workers: 1, seed: 7, open: () => sink, stop: stop.signal });
  return sink;
}

async function planOf(name: string, { users = 1, rate, durationMs = 60_000 }: Load): Promise<ResolvedPlan> {
  const file = fileURLToPath(new URL('../testing/flows.fixture.ts', import.meta.url));
  const resolved = await loadPlan(file, { env: {}, cwd: '/', overrides: { target: shop.target } });
  const { plan, flows = [], endpoints } = resolved;
  const closed: Plan['load'] = {
    kind: 'closed',
    stages: [{ durationMs, users, spawnRate: 1000 }],
    thinkTime: { kind: 'uniform', minMs: 0, maxMs: 0 },
  };
  return {
    ...resolved,
    plan: {
      ...plan,
      load:
        rate === undefined
          ? closed
          : { kind: 'open', stages: [{ durationMs, ratePerSecond: rate }], arrivals: 'uniform' },
    },
    // The fixture's own endpoints are for the flow without requests: alone they are as good as never sent.
    flows: flows.filter((flow) => flow.name === name).map((flow) => ({ ...flow, weight: 1e9 })),
    endpoints: endpoints.map((endpoint) => ({ ...endpoint, weight: 1e-9 })),
  };
}

const texts = (sink: MemorySink): readonly string[] =>
  sink.events.flatMap(({ kind, text }) => (kind === 'flow-fault' ? [text] : []));
const words = (): readonly string[] =>
  shop.requests.flatMap((line) => {
    const word = /^GET \/open\/say\/(.*)$/.exec(line)?.[1];
    return word === undefined ? [] : [decodeURIComponent(word)];
  });

describe('a flow that is a function', () => {
  it('logs in once, reads answers, and is counted as the server counts', async () => {
    const sink = await load('buy', { users: 3, requests: 60 });
    expect(Object.keys(outcomeCounts(sink))).toEqual(['ok']);
    expect(outcomeCounts(sink).ok).toBe(shop.requests.length);
    expect(shop.sessions.size).toBe(3);
    for (const [session, lines] of shop.sessions) {
      expect(lines.length).toBeGreaterThan(6);
      expect(lines.slice(0, 5)).toEqual([
        'login {"name":"red"}',
        'GET /items',
        'GET /items/c%2Fd',
        `POST /orders {"item":"c/d","version":"\\"v7\\"","who":"${session}","none":[null,null],"colour":"red"}`,
        'GET /items',
      ]);
    }
    expect(texts(sink)).toEqual([]);
  });

  it('of the open model comes as a new user with each arrival', async () => {
    const sink = await load('buy', { rate: 100, requests: 100 });
    expect(Object.keys(outcomeCounts(sink))).toEqual(['ok']);
    expect(shop.sessions.size).toBeGreaterThan(10);
    // The last ones may have been cut by the stage's end.
    expect([...shop.sessions.values()].slice(0, 10).map((lines) => lines.length)).toEqual(Array(10).fill(4));
    expect(shop.requests.filter((line) => line === 'POST /login').length).toBe(shop.sessions.size);
  });

  it('a check that does not hold makes its request a failure before it is counted', async () => {
    const sink = await load('checks');
    const counts = outcomeCounts(sink);
    const passes = words().length;
    expect(new Set(words())).toEqual(new Set(['false 200 false true']));
    expect(passes).toBeGreaterThan(1);
    // The last pass may have been cut anywhere.
    expect(Math.abs((counts.expectation ?? 0) - 2 * passes)).toBeLessThanOrEqual(2);
    expect((counts.ok ?? 0) + (counts.expectation ?? 0)).toBe(shop.requests.length);
    expect(texts(sink)).toEqual([]);
  });

  it('a check that throws is a failed request, and the function gets what was thrown', async () => {
    const sink = await load('check throws');
    expect(new Set(words())).toEqual(new Set(['RangeError: no such thing']));
    expect(outcomeCounts(sink).expectation).toBeGreaterThan(1);
    expect(texts(sink)[0]).toMatch(
      /^flow "check throws": RangeError: no such thing \(flows\.fixture\.ts, line \d+\)$/,
    );
  });

  it('a failed request is an answer that is not ok', async () => {
    await load('failures');
    expect(new Set(words())).toEqual(new Set(['false 401']));
  });

  it('keeps its memory and what it did once, and gives each pass its row', async () => {
    await load('keeps');
    expect(words().slice(0, 4)).toEqual(['1 1 a1b1c1', '2 2 a1b1c1', '3 3 a1b1c1', '4 1 a1b1c1']);
  });

  it('values stand before data, for one request only', async () => {
    await load('values');
    expect(shop.requests.slice(0, 7)).toEqual([
      'GET /open/say/drawn',
      'GET /open/say/given',
      'GET /open/say/drawn',
      'GET /open/table',
      'GET /open/mine',
      'GET /open/table',
      'GET /open/say/drawn',
    ]);
  });

  it('sends texts, JSON and bytes as bodies, or the declared one', async () => {
    const sink = await load('bodies');
    expect([...shop.sessions.values()].flat().slice(0, 5)).toEqual([
      'login a text',
      'login ["ü",{"a":1}]',
      'login by',
      'login ',
      'login a text',
    ]);
    expect(texts(sink)[0]).toMatch(/^flow "bodies": FlowFault: POST \/login: a function is no body/);
  });

  it("without requests of its own sends the plan's, by name and by path", async () => {
    const sink = await load('planned');
    expect(shop.requests.slice(0, 3)).toEqual(['GET /open', 'GET /open/r1', 'GET /open']);
    expect(texts(sink)).toEqual([]);
  });

  it('waits for something else as think time, and no request is late for it', async () => {
    let thinkSumMs = 0;
    const sink = memorySink();
    const writeSecond: MemorySink['writeSecond'] = (record) => {
      for (const health of record.health) thinkSumMs += health.thinkSumMs;
      sink.writeSecond(record);
    };
    await load('foreign', { requests: 6 }, { ...sink, writeSecond });
    // Each pass but the first came after 50 ms, less the grain of Node's timers.
    expect(thinkSumMs).toBeGreaterThanOrEqual((shop.requests.length - 1) * 48);
  });

  it('pauses as think time', async () => {
    const before = performance.now();
    await load('pauses', { requests: 12 });
    expect(performance.now() - before).toBeGreaterThan(6 * 29);
  });
});

describe('a function that is wrong', () => {
  it('throws: the pass is over, its requests are counted, and it is told a few times', async () => {
    const sink = await load('throwing');
    const counts = outcomeCounts(sink);
    expect(counts).toEqual({ ok: shop.requests.length });
    expect(texts(sink)[0]).toMatch(
      /^flow "throwing": Error: sums do not add\\u000aup \(flows\.fixture\.ts, line \d+\)$/,
    );
    expect(texts(sink)[1]).toMatch(/\(10 times by now\)$/);
    expect(texts(sink).length).toBeLessThan(6);
  });

  it('throws at once: its user is held up', async () => {
    const sink = await load('throwing at once', { durationMs: 350 });
    expect(texts(sink)).toEqual(['flow "throwing at once": it threw at once']);
  });

  it('does nothing: its user is held up, and it is told', async () => {
    const sink = await load('idle', { durationMs: 350 });
    expect(texts(sink)).toEqual(['flow "idle": a pass without a request or a pause was held up for 100 ms']);
  });

  it('asks for what is not declared: the run stops, even if it hides the error', async () => {
    const failed = await load('undeclared').catch((error) => error);
    expect(failed).toBeInstanceOf(FlowFaultError);
    expect(failed.message).toBe(
      'flow "undeclared": GET /opne is not declared: add it to the flow\'s requests, so that it is counted, and give its values as { values: { … } } (declared: GET /open)',
    );
  });

  it('makes two requests at once: the pass ends when the first is answered', async () => {
    const sink = await load('parallel');
    expect(outcomeCounts(sink)).toEqual({ ok: shop.requests.length });
    expect(shop.requests.length).toBeGreaterThan(1);
    expect(texts(sink)[0]).toMatch(
      /^flow "parallel": FlowFault: a user does one thing at a time: await the request before the next call/,
    );
  });

  it.each([
    ['not awaited', 'it ended while a request was under way: await it'],
    ['late', 'its user was called after it had ended: await every call'],
    ['stray', 'a promise was rejected and nobody awaited it: Error: nobody awaits me'],
    [
      'stale',
      "FlowFault: an answer can be read until the user's next request: read its text(), json(), header() and cookie() before that",
    ],
    [
      'missing',
      'FlowFault: GET /open/say/{word}: it needs a value for {word}: give it as { values: { word: … } }',
    ],
  ])('%s: %s', async (name, text) => {
    const sink = await load(name);
    expect(sink.ended).toEqual([{ state: 'interrupted' }]);
    expect(outcomeCounts(sink)).toEqual({ ok: shop.requests.length });
    expect(texts(sink)[0]?.replace(/ \(flows\.fixture\.ts, line \d+\)$/, '')).toBe(`flow "${name}": ${text}`);
  });

  it('outlives its stage: nothing comes of it, and the next stage does not see it', async () => {
    const plan = await planOf('outlives', {});
    const stage = { users: 1, spawnRate: 1000 };
    const load: Plan['load'] = {
      kind: 'closed',
      stages: [
        { ...stage, durationMs: 100 },
        { ...stage, durationMs: 800 },
      ],
      thinkTime: { kind: 'uniform', minMs: 0, maxMs: 0 },
    };
    const sink = memorySink();
    await runLoad({ ...plan, plan: { ...plan.plan, load } }, { workers: 1, seed: 7, open: () => sink });
    expect(sink.ended).toEqual([{ state: 'complete' }, { state: 'complete' }]);
    expect(words()).toEqual([]);
    expect(texts(sink)).toEqual([]);
    expect(outcomeCounts(sink)).toEqual({ ok: shop.requests.length });
    expect(shop.requests.length).toBeGreaterThan(2);
  });

  it('cannot send more than one request with one', async () => {
    const sink = await load('hostile');
    expect(Object.keys(outcomeCounts(sink))).toEqual(['ok']);
    expect(shop.requests.filter((line) => line === 'GET /smuggled' || line === 'GET /open')).toEqual([]);
    expect(words().slice(0, 5)).toEqual([
      'GET /open: the header x-token must be a text of printable Latin-1 characters on one line',
      expect.stringMatching(/^GET \/open: "xa\\r\\nx-evil.* is no header name$/),
      'GET /open: Loadline writes the header content-length itself',
      'GET /open: Loadline writes the header transfer-encoding itself',
      'a\r\nx-evil: 1\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n',
    ]);
  });
});
