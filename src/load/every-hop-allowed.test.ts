import net from 'node:net';
import tls from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TargetNotAllowedError } from './permission.ts';
import { reachTarget } from './target.ts';
import { planTo, type Wanted } from './testing/plan-to.ts';

afterEach(() => vi.restoreAllMocks());

describe('who may be loaded', () => {
  const rows: readonly { name: string; target: string; wanted: Wanted; refused: string | null }[] = [
    {
      name: 'connect to this machine, the target being elsewhere',
      target: 'http://staging.example.com',
      wanted: { to: '127.0.0.1:1' },
      refused: null,
    },
    {
      name: 'connect elsewhere, the target being here',
      target: 'http://127.0.0.1',
      wanted: { to: '192.0.2.1:8080' },
      refused: 'http://192.0.2.1:8080',
    },
    {
      name: 'connect elsewhere, the target being allowed',
      target: 'https://staging.example.com',
      wanted: { to: '192.0.2.1:8443', allow: ['https://staging.example.com'] },
      refused: 'https://192.0.2.1:8443',
    },
    {
      name: 'connect to what is allowed',
      target: 'https://staging.example.com',
      wanted: { to: '192.0.2.1:443', allow: ['https://192.0.2.1'] },
      refused: null,
    },
    {
      name: 'a socket of this machine',
      target: 'http://staging.example.com',
      wanted: { to: 'unix:/nowhere/s' },
      refused: null,
    },
    {
      name: 'a proxy elsewhere',
      target: 'http://127.0.0.1',
      wanted: { proxy: 'http://192.0.2.1:3128' },
      refused: 'http://192.0.2.1:3128',
    },
    {
      name: 'an allowed proxy elsewhere',
      target: 'http://127.0.0.1',
      wanted: { proxy: 'http://me:pass@192.0.2.1:3128', allow: ['http://192.0.2.1:3128'] },
      refused: null,
    },
    {
      name: 'a target behind a proxy of this machine',
      target: 'http://staging.example.com',
      wanted: { proxy: 'http://127.0.0.1:1' },
      refused: 'http://staging.example.com',
    },
    {
      name: 'an address behind a proxy of this machine',
      target: 'http://10.0.0.1',
      wanted: { proxy: 'http://127.0.0.1:1' },
      refused: 'http://10.0.0.1',
    },
    {
      name: 'a name that looks like this machine',
      target: 'http://localhost.example.com',
      wanted: { proxy: 'http://127.0.0.1:1' },
      refused: 'http://localhost.example.com',
    },
    ...['http://localhost:3000', 'http://api.localhost', 'http://127.0.0.9', 'http://[::1]'].map(
      (target) => ({
        name: `${target} behind a proxy of this machine`,
        target,
        wanted: { proxy: 'http://127.0.0.1:1' },
        refused: null,
      }),
    ),
    {
      name: 'an allowed target behind a proxy of this machine',
      target: 'http://staging.example.com',
      wanted: { proxy: 'http://127.0.0.1:1', allow: ['http://staging.example.com'] },
      refused: null,
    },
  ];

  // 192.0.2.0/24 belongs to nobody (RFC 5737); every connection is caught all the same.
  it.each(rows)('$name: refused is $refused', async ({ target, wanted, refused }) => {
    const connect = vi.spyOn(net, 'connect').mockImplementation(() => {
      throw new Error('caught');
    });
    vi.spyOn(tls, 'connect').mockImplementation(() => net.connect(1) as never);
    const plan = await planTo(target, wanted);
    const asked: string[] = [];
    const error: unknown = await reachTarget(plan, async ({ origin }) => {
      asked.push(origin);
      return false;
    }).catch((thrown: unknown) => thrown);
    if (refused === null) {
      expect(error).toMatchObject({ message: expect.stringMatching(/caught/) });
      expect(asked).toEqual([]);
    } else {
      expect(error).toBeInstanceOf(TargetNotAllowedError);
      expect(error).toMatchObject({ message: expect.stringContaining(`${refused} is not on this machine`) });
      expect(asked).toEqual([refused]);
      expect(connect).not.toHaveBeenCalled();
    }
    const confirmed: unknown = await reachTarget(plan, async () => true).catch((thrown: unknown) => thrown);
    expect(confirmed).toMatchObject({ message: expect.stringMatching(/caught/) });
  });
});
