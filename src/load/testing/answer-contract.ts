import { expect, it } from 'vitest';
import type { WireMessage } from '../engine.ts';
import { type ContractBench, type ContractSubject, text } from './contract-bench.ts';
import { fieldsSeen } from './contract-server.ts';

/** What every engine makes of requests and answers. */
export function answerContract(
  subject: ContractSubject,
  { once, serve, engineFor, caller }: ContractBench,
): void {
  it('tells status, body, fields and times of an answer', async () => {
    const { exchange, client, engine } = await once((_request, response) => {
      response.writeHead(418, { 'x-a': 'one', 'set-cookie': ['a=1', 'b=2'] });
      response.end('short and stout');
    });
    expect([exchange.failure, exchange.status, exchange.problem]).toEqual([null, 418, '']);
    expect(text(client)).toBe('short and stout');
    expect([client.headers('x-a'), client.headers('set-cookie'), client.headers('x-b')]).toEqual([
      ['one'],
      ['a=1', 'b=2'],
      [],
    ]);
    expect(client.setsCookies).toBe(true);
    const { startMs, connectedMs, firstByteMs, endMs } = exchange;
    const times = [startMs, connectedMs, firstByteMs, endMs];
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(startMs).toBeGreaterThan(0);
    expect(exchange.bytesIn).toBeGreaterThan('short and stout'.length);
    expect(exchange.bytesOut).toBeGreaterThan('/'.length);
    expect([engine.openConnections, engine.connectErrors]).toEqual([
      subject.connections === 'fresh' ? 0 : 1,
      0,
    ]);
  });

  it('keeps no body that was not asked for, and forgets the answer before', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/cookie') response.setHeader('set-cookie', 'a=1');
      response.end('body');
    });
    const { send } = caller(engineFor(server));
    const first = await send({ path: '/cookie' }, { keepBody: true, keepHead: true });
    expect([text(first.client), first.client.setsCookies]).toEqual(['body', true]);
    const second = await send();
    expect([text(second.client), second.client.setsCookies]).toEqual(['', false]);
  });

  const bodyless: [string, Partial<WireMessage>, number][] = [
    ['an answer to HEAD', { method: 'HEAD' }, 200],
    ['204', {}, 204],
    ['304', {}, 304],
  ];
  for (const [what, message, status] of bodyless)
    it(`takes ${what} for complete without a body`, async () => {
      const { exchange, client } = await once((_request, response) => {
        response.writeHead(status, message.method === 'HEAD' ? { 'content-length': '10' } : {}).end();
      }, message);
      expect([exchange.failure, exchange.status, text(client)]).toEqual([null, status, '']);
    });

  it('passes over informational answers', async () => {
    const { exchange, client } = await once((_request, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      response.end('after the hints');
    });
    expect([exchange.status, text(client)]).toEqual([200, 'after the hints']);
  });

  it('takes trailers for no part of the body', async () => {
    const { exchange, client } = await once((_request, response) => {
      response.writeHead(200, { trailer: 'x-sum' });
      response.write('body');
      response.addTrailers({ 'x-sum': '4' });
      response.end();
    });
    expect([exchange.failure, text(client)]).toEqual([null, 'body']);
  });

  it('sends what it was given', async () => {
    const body = Buffer.from([0, 1, 13, 10, 255, 254, 65]);
    const headers = { 'x-one': 'é', cookie: 'a=1; b=2', 'content-type': 'application/octet-stream' };
    const { client } = await once(
      (request, response) => {
        const parts: Buffer[] = [];
        request.on('data', (part: Buffer) => parts.push(part));
        request.on('end', () =>
          response.end(
            JSON.stringify({
              ...fieldsSeen(request),
              method: request.method,
              url: request.url,
              body: Buffer.concat(parts).toString('hex'),
            }),
          ),
        );
      },
      { method: 'POST', authority: 'who.test:81', path: '/a%20b?c=d&e', headers, body },
    );
    expect(JSON.parse(client.body().toString())).toEqual({
      authority: 'who.test:81',
      fields: { ...headers, 'content-length': '7' },
      method: 'POST',
      url: '/a%20b?c=d&e',
      body: body.toString('hex'),
    });
  });

  it('sends and takes large bodies, and keeps their first MiB', async () => {
    const body = Buffer.alloc(3 * 2 ** 20, 'abc');
    const { exchange, client } = await once(
      (request, response) => {
        let bytes = 0;
        request.on('data', (part: Buffer) => {
          bytes += part.length;
        });
        request.on('end', () => {
          response.setHeader('x-took', String(bytes));
          response.end(body);
        });
      },
      { method: 'PUT', body },
    );
    expect([exchange.failure, client.headers('x-took')]).toEqual([null, [String(body.length)]]);
    expect(client.body().equals(body.subarray(0, 2 ** 20))).toBe(true);
    expect(exchange.bytesIn).toBeGreaterThan(body.length);
    expect(exchange.bytesOut).toBeGreaterThan(body.length);
  });

  it('gives a body up that is longer than 64 MiB', async () => {
    const part = Buffer.alloc(2 ** 20);
    const { exchange } = await once((_request, response) => {
      const more = (): void => {
        if (response.destroyed || response.writableEnded) return;
        if (response.write(part)) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    });
    expect([exchange.failure, exchange.status]).toEqual(['oversized', 200]);
    expect(exchange.bytesIn).toBeGreaterThan(64 * 2 ** 20);
  });
}
