import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResolvedPlan } from '../plan/plan.ts';
import type { Window } from '../record/run.ts';
import { runLoad } from './run-load.ts';
import { planFor } from './testing/plan-for.ts';

const pem = (name: string): string =>
  readFileSync(new URL(`../../test/tls/${name}.pem`, import.meta.url), 'utf8');
let port = 0;
let served = 0;
const server = createServer({ key: pem('key'), cert: pem('cert') }, (_request, response) => {
  served += 1;
  response.end('secret');
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function load(plan: ResolvedPlan): Promise<Window[]> {
  const windows: Window[] = [];
  const nothing = (): void => {};
  const open = () => ({
    startStage: nothing,
    updateStage: nothing,
    finishStage: nothing,
    event: nothing,
    writeSecond: (record: { readonly windows: readonly Window[] }) => void windows.push(...record.windows),
  });
  await runLoad(plan, { workers: 1, seed: 1, open });
  return windows;
}

const planText = (tls: string): string =>
  `{ target: 'https://localhost:${port}', ${tls} endpoints: [GET /], load: { users: 2, spawnRate: 100, duration: 300ms } }`;

describe('TLS', () => {
  it('refuses a certificate that nobody vouches for, and says what to do', async () => {
    await expect(load(await planFor(planText('')))).rejects.toThrow(/certificate was not accepted/);
  });

  it('loads when told not to verify, one handshake a user', async () => {
    served = 0;
    const windows = await load(await planFor(planText('tls: { verify: false },')));
    const total = windows.reduce((sum, { count }) => sum + count, 0);
    expect(windows.every(({ outcome }) => outcome === 'ok')).toBe(true);
    expect(total).toBe(served);
    expect(windows.reduce((sum, { connect }) => sum + connect.count, 0)).toBe(2);
  });

  it('loads when given the authority', async () => {
    const plan = { ...(await planFor(planText(''))), ca: pem('cert') };
    expect((await load(plan)).every(({ outcome }) => outcome === 'ok')).toBe(true);
  });
});
