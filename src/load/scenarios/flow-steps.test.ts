import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ResolvedPlan } from '../../plan/plan.ts';
import { runLoad } from '../run-load.ts';
import { endpointCounts, type MemorySink, memorySink, outcomeCounts } from '../testing/memory-sink.ts';
import { planFor } from '../testing/plan-for.ts';
import { type ShopServer, shopServer } from '../testing/shop-server.ts';

let shop: ShopServer;
beforeEach(async () => {
  shop = await shopServer();
});
afterEach(() => shop.close());

type Ran = { readonly plan: ResolvedPlan; readonly sink: MemorySink };

/** Runs until the server has seen so many requests; null: as long as the plan says. */
async function load(yaml: string, requests: number | null = null): Promise<Ran> {
  const plan = await planFor(`target: ${shop.target}\n${yaml}`);
  const sink = memorySink();
  const stop = new AbortController();
  if (requests !== null) shop.after(requests, () => stop.abort());
  await runLoad(plan, { workers: 1, seed: 7, open: () => sink, stop: stop.signal });
  return { plan, sink };
}

const faults = ({ sink }: Ran): readonly string[] =>
  sink.events.flatMap(({ kind, text }) => (kind === 'flow-fault' ? [text] : []));

/** Name of the endpoint and outcome → count. */
function counted({ plan, sink }: Ran): Record<string, number> {
  return Object.fromEntries(
    Object.entries(endpointCounts(sink)).map(([key, count]) => {
      const [index = '', outcome] = key.split(' ');
      return [`${plan.plan.endpoints[Number(index)]?.name} ${outcome}`, count];
    }),
  );
}

describe('a flow of steps', () => {
  it('logs in once, carries token, cookie and values, and counts what the server counted', async () => {
    const ran = await load(
      `
flows:
  - name: buy
    data: { colour: [red] }
    steps:
      - { request: POST /login, once: true, body: { name: '{colour}' }, extract: { token: json $.auth.token } }
      - { request: GET /items, headers: &auth { authorization: 'Bearer {token}' }, extract: { item: 'json $.items[1].id', count: json $.count } }
      - { request: 'GET /items/{item}', headers: *auth, extract: { version: header etag, stock: 'regex "stock":(\\d+)', who: cookie session } }
      - { request: POST /orders, headers: *auth, expect: { status: 201 }, body: { item: '{item}', version: '{version}', who: '{who}', stock: '{stock}', count: '{count}' } }
load: { users: 3, spawnRate: 1000, duration: 60s }
`,
      100,
    );
    expect(Object.keys(outcomeCounts(ran.sink))).toEqual(['ok']);
    const seen: Record<string, number> = {};
    for (const line of shop.requests) seen[line] = (seen[line] ?? 0) + 1;
    const counts = counted(ran);
    expect(seen).toEqual({
      'POST /login': counts['POST /login ok'],
      'GET /items': counts['GET /items ok'],
      'GET /items/c%2Fd': counts['GET /items/{item} ok'],
      'POST /orders': counts['POST /orders ok'],
    });
    expect(counts['POST /login ok']).toBe(3);
    expect(counts['POST /orders ok']).toBeGreaterThan(10);
    for (const [session, lines] of shop.sessions) {
      expect(lines.slice(0, 5)).toEqual([
        'login {"name":"red"}',
        'GET /items',
        'GET /items/c%2Fd',
        `POST /orders {"item":"c/d","version":"\\"v7\\"","who":"${session}","stock":"3","count":"2"}`,
        'GET /items',
      ]);
    }
    expect(faults(ran)).toEqual([]);
  });

  it('an answer without a value that must be there has failed, and its pass is over; one with a default goes on', async () => {
    const ran = await load(
      `
flows:
  - name: needs
    steps:
      - { request: GET /open, extract: { missing: json $.nothing } }
      - GET /open/{missing}
  - name: defaults
    steps:
      - { request: GET /open/default, extract: { missing: { json: $.nothing, default: none } } }
      - { request: 'GET /open/2/{missing}' }
load: { users: 2, spawnRate: 1000, duration: 60s }
`,
      60,
    );
    const counts = counted(ran);
    expect(Object.keys(counts).sort()).toEqual([
      'GET /open expectation',
      'GET /open/2/{missing} ok',
      'GET /open/default ok',
    ]);
    expect(new Set(shop.requests)).toEqual(new Set(['GET /open', 'GET /open/default', 'GET /open/2/none']));
  });

  it('a login that failed is made again, and nothing comes after it', async () => {
    const ran = await load(
      `
flows:
  - name: refused
    steps:
      - { request: GET /login, once: true }
      - GET /items
load: { users: 1, duration: 60s }
`,
      20,
    );
    const counts = counted(ran);
    expect(Object.keys(counts)).toEqual(['GET /login status']);
    expect(counts['GET /login status']).toBeGreaterThan(1);
  });

  it('branches by value and by chance, repeats, and pauses', async () => {
    const before = performance.now();
    const ran = await load(
      `
flows:
  - name: branching
    data: { kind: { list: [a, b, c], order: sequential } }
    steps:
      - { if: { kind: [a, b] }, then: [ { if: { kind: a }, then: [GET /open/a], else: [GET /open/b] } ], else: [GET /open/c] }
      - { repeat: 2, steps: [ { repeat: 3, steps: [GET /open/six] }, GET /open/two ] }
      - { repeat: 0, steps: [GET /open/never] }
      - { chance: 0%, then: [GET /open/never], else: [GET /open/always] }
      - { chance: 100%, then: [GET /open/always] }
      - { think: 20ms }
load: { users: 1, duration: 60s }
`,
      40,
    );
    expect(Object.keys(outcomeCounts(ran.sink))).toEqual(['ok']);
    const [first, ...others] = ['a', 'b', 'c'].map((kind) =>
      [kind, 'six', 'six', 'six', 'two', 'six', 'six', 'six', 'two', 'always', 'always'].map(
        (name) => `GET /open/${name}`,
      ),
    );
    const threePasses = [first, ...others].flat();
    expect(shop.requests.slice(0, 33)).toEqual(threePasses);
    // Three pauses lie between the first request and the 34th; timers may be a ms early.
    expect(performance.now() - before).toBeGreaterThan(3 * 19);
  });

  it('repeats between two numbers, each as often as the others', async () => {
    await load(
      `
flows:
  - { name: some, steps: [GET /open/begin, { repeat: 0..2, steps: [GET /open/x] }] }
load: { users: 4, spawnRate: 1000, duration: 60s }
`,
      2000,
    );
    // One user's passes can't be told from another's, but the mean of 0, 1 and 2 is 1.
    const passes = shop.requests.filter((line) => line === 'GET /open/begin').length;
    const repeats = shop.requests.length - passes;
    expect(passes).toBeGreaterThan(200);
    // 5 standard errors of the mean: σ² = 2/3.
    expect(Math.abs(repeats / passes - 1)).toBeLessThan(
      (5 * Math.sqrt(2 / 3)) / Math.sqrt(passes) + 4 / passes,
    );
  });

  it('a pass without a request is held up, and told of', async () => {
    const ran = await load(`
flows:
  - { name: idle, steps: [{ chance: 0%, then: [GET /items] }] }
load: { users: 1, duration: 350ms }
`);
    expect(shop.requests).toEqual([]);
    expect(faults(ran)).toEqual(['flow "idle": a pass without a request or a pause was held up for 100 ms']);
  });

  it('repeats of repeats of nothing let the worker breathe', async () => {
    const ran = await load(`
flows:
  - name: deep
    steps:
      - { repeat: 10000, steps: [{ repeat: 10000, steps: [{ repeat: 10000, steps: [{ chance: 0%, then: [GET /items] }] }] }] }
load: { users: 2, spawnRate: 1000, duration: 300ms }
`);
    expect(ran.sink.ended).toEqual([{ state: 'complete' }]);
    expect(shop.requests).toEqual([]);
  });

  it('shares the mix with single requests and other flows, and each keeps what is its own', async () => {
    const ran = await load(
      `
endpoints: [{ request: GET /open, weight: 2 }]
flows:
  - { name: one, steps: [{ request: POST /login, once: true, extract: { token: json $.auth.token } }, { request: GET /items, headers: { authorization: 'Bearer {token}' } }] }
  - { name: two, weight: 2, steps: [{ request: GET /open/once, once: true }, GET /open/two] }
load: { users: 2, spawnRate: 1000, duration: 60s }
`,
      600,
    );
    const counts = counted(ran);
    expect(Object.keys(outcomeCounts(ran.sink))).toEqual(['ok']);
    expect([counts['POST /login ok'], counts['GET /open/once ok']]).toEqual([2, 2]);
    const passes =
      (counts['GET /open ok'] ?? 0) + (counts['GET /items ok'] ?? 0) + (counts['GET /open/two ok'] ?? 0);
    const share = (counts['GET /items ok'] ?? 0) / passes;
    expect(Math.abs(share - 0.2)).toBeLessThan(5 * Math.sqrt(0.16 / passes));
  });

  it('of the open model is one arrival a pass, a new user each', async () => {
    const ran = await load(
      `
flows:
  - { name: visit, steps: [{ request: POST /login, once: true, extract: { token: json $.auth.token } }, { request: GET /items, headers: { authorization: 'Bearer {token}' } }] }
load: { rate: 40, arrivals: uniform, duration: 60s }
`,
      60,
    );
    const counts = counted(ran);
    expect(Object.keys(outcomeCounts(ran.sink))).toEqual(['ok']);
    expect(counts['POST /login ok']).toBe(shop.sessions.size);
    // The last ones may have been cut by the run's end.
    expect([...shop.sessions.values()].slice(0, 20).map((lines) => lines.length)).toEqual(Array(20).fill(2));
  });
});

it('what a target answers can split no request', async () => {
  const ran = await load(
    `
flows:
  - name: hostile
    steps:
      - { request: GET /evil, extract: { token: json $.token } }
      - { request: 'GET /open/{token}?t={token}', headers: { x-token: '{token}' }, expect: { json: { $.evil: null, $.token: exists } } }
load: { users: 1, duration: 60s }
`,
    30,
  );
  expect(Object.keys(outcomeCounts(ran.sink))).toEqual(['ok']);
  expect(shop.requests.filter((line) => line.includes('/smuggled HTTP'))).toEqual([]);
  expect(new Set(shop.requests.map((line) => line.slice(0, 15)))).toEqual(
    new Set(['GET /evil', 'GET /open/a%0D%']),
  );
});
