import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a user of the shop's server did, by its session. */
export type ShopServer = {
  readonly target: string;
  /** Every request as it came: method, path and query. */
  readonly requests: string[];
  /** Session → its requests in their order. */
  readonly sessions: Map<string, string[]>;
  /** Calls back when so many requests have come. */
  after(requests: number, enough: () => void): void;
  close(): void;
};

/**
 * An API with a login: it gives a session as a cookie and a token in JSON, wants both from then on, and answers anything
 * else with 401. `/items` gives a list, `/items/{id}` an item, `POST /orders` takes one, `/broken` fails, `/evil` gives
 * a token that would split a request.
 */
export async function shopServer(): Promise<ShopServer> {
  const requests: string[] = [];
  const sessions = new Map<string, string[]>();
  let awaited = { requests: Number.POSITIVE_INFINITY, enough: () => {} };
  const server = createServer((request, response) => {
    const line = `${request.method} ${request.url}`;
    requests.push(line);
    if (requests.length === awaited.requests) awaited.enough();
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => answer(request, response, line, body));
  });

  function answer(request: IncomingMessage, response: ServerResponse, line: string, body: string): void {
    const json = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    if (line === 'POST /login') {
      const session = `s${sessions.size + 1}`;
      sessions.set(session, [`login ${body}`]);
      response.setHeader('set-cookie', `session=${session}; Path=/`);
      json(200, { auth: { token: `t-${session}` }, role: sessions.size % 2 === 1 ? 'admin' : 'reader' });
      return;
    }
    if (line === 'GET /evil') {
      json(200, { token: 'a\r\nx-evil: 1\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n' });
      return;
    }
    if (line.startsWith('GET /open')) {
      const { 'x-token': token = null, 'x-evil': evil = null } = request.headers;
      json(200, { token, evil, at: request.url });
      return;
    }
    const session = /(?:^|; )session=(s\d+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
    const seen = sessions.get(session);
    if (seen === undefined || request.headers.authorization !== `Bearer t-${session}`) {
      json(401, { error: 'who are you' });
      return;
    }
    seen.push(body === '' ? line : `${line} ${body}`);
    if (line === 'GET /items') json(200, { items: [{ id: 'a b' }, { id: 'c/d' }], count: 2 });
    else if (line.startsWith('GET /items/')) {
      response.setHeader('etag', '"v7"');
      json(200, { id: decodeURIComponent(line.slice('GET /items/'.length)), stock: seen.length });
    } else if (line === 'POST /orders') json(201, { order: { id: seen.length } });
    else if (line === 'GET /empty') json(200, {});
    else json(500, { error: 'broken' });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    target: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    sessions,
    after: (count, enough) => {
      awaited = { requests: count, enough };
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
