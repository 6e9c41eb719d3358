import net from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { isLoopback, mayLoad, TargetNotAllowedError } from './permission.ts';
import { reachTarget } from './target.ts';
import { planFor } from './testing/plan-for.ts';

describe('what is this machine', () => {
  const rows: readonly [string, boolean][] = [
    ['127.0.0.1', true],
    ['127.255.255.254', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['128.0.0.1', false],
    ['126.255.255.255', false],
    ['0.0.0.0', false],
    ['10.0.0.1', false],
    ['192.0.2.1', false],
    ['::', false],
    ['::2', false],
    ['fe80::1', false],
    ['::ffff:10.0.0.1', false],
    ['localhost', false],
    ['', false],
  ];
  test.each(rows)('%s: %s', (address, loopback) => {
    expect(isLoopback(address)).toBe(loopback);
  });
});

describe('what may be loaded', () => {
  const origin = 'https://staging.example.com';
  const rows: readonly { name: string; addresses: string[]; allow?: string[]; may: boolean }[] = [
    { name: 'this machine', addresses: ['127.0.0.1', '::1'], may: true },
    { name: 'a name that leads elsewhere', addresses: ['192.0.2.1'], may: false },
    { name: 'a name that leads here and elsewhere', addresses: ['127.0.0.1', '192.0.2.1'], may: false },
    { name: 'a name that leads nowhere', addresses: [], may: false },
    { name: 'the allowed origin', addresses: ['192.0.2.1'], allow: ['http://a.example', origin], may: true },
    { name: 'another port', addresses: ['192.0.2.1'], allow: [`${origin}:8443`], may: false },
    { name: 'another scheme', addresses: ['192.0.2.1'], allow: ['http://staging.example.com'], may: false },
    { name: 'a longer name', addresses: ['192.0.2.1'], allow: [`${origin}.evil.example`], may: false },
  ];
  test.each(rows)('$name: $may', ({ addresses, allow, may }) => {
    expect(mayLoad({ origin, hostname: 'staging.example.com', addresses }, allow)).toBe(may);
  });

  test('the refusal says what happened and how to allow it', () => {
    const error = new TargetNotAllowedError({
      origin: 'http://api.example',
      hostname: 'api.example',
      addresses: ['127.0.0.1', '192.0.2.1'],
    });
    expect(error.message).toBe(
      'http://api.example is not on this machine (api.example is 192.0.2.1), and the plan does not allow it; nothing was sent',
    );
    expect(error.hint).toBe(
      'If it is yours to load, write allow: ["http://api.example"] in the plan, or give --yes-i-may-load-this-target.',
    );
  });
});

describe('a target elsewhere', () => {
  afterEach(() => vi.restoreAllMocks());

  // 192.0.2.0/24 belongs to nobody (RFC 5737); every connection is caught all the same.
  async function reached(extra: string, confirm?: () => Promise<boolean>): Promise<string[]> {
    const connected: string[] = [];
    vi.spyOn(net, 'connect').mockImplementation((options: unknown) => {
      const { host, port } = options as { host: string; port: number };
      connected.push(`${host} ${port}`);
      throw new Error('caught');
    });
    const plan = await planFor(
      `target: http://192.0.2.1:8080\nendpoints: [GET /]\nload: { users: 1 }\n${extra}`,
    );
    await expect(reachTarget(plan, confirm)).rejects.toThrow(
      extra === '' && !(await confirm?.()) ? TargetNotAllowedError : /caught/,
    );
    return connected;
  }

  test('is refused before any connection', async () => {
    expect(await reached('')).toEqual([]);
  });
  test('is refused when the person does not confirm', async () => {
    expect(await reached('', async () => false)).toEqual([]);
  });
  test('is connected to when the plan allows it, at the address that was looked up', async () => {
    expect(await reached("allow: ['http://192.0.2.1:8080']")).toEqual(['192.0.2.1 8080']);
  });
  test('is connected to when it is confirmed', async () => {
    expect(await reached('', async () => true)).toEqual(['192.0.2.1 8080']);
  });
});
