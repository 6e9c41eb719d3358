import http from 'node:http';
import https from 'node:https';
import net from 'node:net';

/** Where a page stands, its name looked up once. */
export type PageAddress = {
  readonly url: string;
  /** Those that were looked up and allowed: a name may lead elsewhere the next time. */
  readonly addresses: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: { readonly verify: boolean; readonly ca: string | null };
};

const mostBytes = 8 * 1024 * 1024;

/** The text of a page, over a connection that is kept by `agent`. Rejects after `timeoutMs`, beyond 8 MiB, and if it is no 200. */
export function fetchPage(
  { url, addresses, headers, tls }: PageAddress,
  agent: http.Agent,
  timeoutMs: number,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const until = AbortSignal.timeout(timeoutMs);
  const { protocol } = new URL(url);
  const options: https.RequestOptions = {
    agent,
    headers: { accept: 'text/plain;version=0.0.4', 'user-agent': 'loadline', ...headers },
    lookup: (name, wanted, answer) => {
      const all = addresses.map((address) => ({ address, family: net.isIP(address) }));
      const [first] = all;
      if (first === undefined) answer(new Error(`${name} has no address`), '', 4);
      else if (wanted.all === true) answer(null, all);
      else answer(null, first.address, first.family);
    },
    ...(protocol === 'https:'
      ? { rejectUnauthorized: tls.verify, ...(tls.ca === null ? {} : { ca: tls.ca }) }
      : {}),
  };
  const hear = (answer: http.IncomingMessage): void => {
    const fail = (why: string): void => {
      request.destroy();
      reject(new Error(why));
    };
    if (answer.statusCode !== 200) {
      fail(`it answered ${answer.statusCode}`);
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    answer.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > mostBytes) fail('its answer is larger than 8 MiB');
      else chunks.push(chunk);
    });
    answer.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    answer.on('error', reject);
  };
  const request = (protocol === 'https:' ? https : http).request(url, options, hear);
  request.on('error', reject);
  until.addEventListener(
    'abort',
    () => {
      reject(new Error(`no answer within ${timeoutMs} ms`));
      request.destroy();
    },
    { once: true },
  );
  request.end();
  return promise;
}

/** An agent that keeps one connection. */
export function pageAgent(url: string): http.Agent {
  const options = { keepAlive: true, maxSockets: 1 };
  return url.startsWith('https:') ? new https.Agent(options) : new http.Agent(options);
}
