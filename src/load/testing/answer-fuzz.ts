import { request } from 'node:http';
import { Duplex } from 'node:stream';
import { randomFrom } from '../../record/random.ts';
import { HeadMemo } from '../http1/head-memo.ts';
import { defaultReaderLimits, ResponseReader } from '../http1/response-reader.ts';

/**
 * Legal and illegal answers, mutated, given to Loadline's reader and to Node's own HTTP parser. Where only Node takes
 * an answer, Loadline is the stricter and says why; that Loadline alone takes one, or that both read different things,
 * must not happen.
 */
export type FuzzTally = {
  inputs: number;
  bothRead: number;
  bothReject: number;
  /** Loadline's reason → how often, and the first such answer. Each has its {@link explanations}. */
  stricter: Map<string, { count: number; example: string }>;
  /** Disagreements that nothing explains. */
  unexplained: { kind: string; answer: string; head: boolean; loadline: string; node: string }[];
};

/** Loadline's reason to reject what Node takes, numbers taken out → why Node takes it, and why Loadline does not. */
export const explanations: Readonly<Record<string, string>> = {
  'the answer has two Transfer-Encoding headers':
    'Node joins them to one list; one of the two may have been meant for another hop',
  'the server switched protocols unasked (101)':
    'Node hands the connection over to its caller; no plan asks for another protocol',
  'N bytes came after the end of the answer':
    'Node leaves them for the next answer; there is none on the way, so they would answer the wrong request',
  'the answer does not start with HTTP/1.': 'Node skips empty lines before the status line',
  'the status line does not end in CR LF': 'Node takes control characters in the reason phrase',
  'a chunk extension is not well formed':
    'Node takes names and values that are empty, and more after a quoted value; RFC 9112 §7.1.1 does not',
  'chunked is not the last transfer coding': 'Node takes chunked twice; RFC 9112 §6.1 forbids it',
  'an HTTP/1.0 answer has a Transfer-Encoding':
    'Node reads the chunks; RFC 9112 §6.1: such a framing is to be treated as faulty',
  'a trailer sets transfer-encoding': 'Node ignores it there; RFC 9110 §6.5.1 forbids it',
  'a trailer sets content-length': 'Node ignores it there; RFC 9110 §6.5.1 forbids it',
  'the status is not a number of three digits': 'Node takes a status below 100',
  'an interim answer closes the connection':
    'Node takes a 101 that closes as the last answer; no interim answer can be the last',
  'the Transfer-Encoding names no coding': 'Node takes empty members of the list',
  'the Transfer-Encoding holds a tab':
    'Node does not see that "chunked" with a tab is chunked, and reads to the close',
};

const corpus = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  'HTTP/1.1 200 OK\r\nDate: Mon, 23 Nov 2026 15:49:00 GMT\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n{}',
  'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n, chunked!\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\ntrailer: x-sum\r\n\r\n3;a=b\r\nabc\r\n00;last="x y"\r\nx-sum: 1\r\ny:\r\n\r\n',
  'HTTP/1.1 204 No Content\r\n\r\n',
  'HTTP/1.1 304 Not Modified\r\ncontent-length: 99\r\netag: "a"\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok',
  'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it',
  'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 1\r\n\r\na',
  'HTTP/1.0 404 Not Found\r\n\r\nto the close',
  'HTTP/1.1 500 Oops\r\nx: \xe9\xff\tb\r\nContent-Length: \t 3 \t\r\n\r\nabc',
  'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
  'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\na: b\n\n',
  'HTTP/1.1 200 OK\r\na: b\r\n folded\r\ncontent-length: 0\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
  'SSH-2.0-OpenSSH_9.2p1\r\n',
];

const pieces = [
  ...['\r\n', '\n', '\r', '\0', ' ', '\t', ':', ';', ',', '=', '"', '\x7f', '\x80', '\xa0', '\xff', '-', '+'],
  ...[
    '0',
    '1',
    '9',
    'a',
    'F',
    '0x',
    '00',
    '0\r\n',
    '1\r\na\r\n',
    '\r\n\r\n',
    ';x',
    ';x="y"',
    ' ;',
    'ffffffffffffffff',
  ],
  ...['HTTP/1.1 ', 'HTTP/1.0', 'HTTP/2', 'http', '200', '204', '304', '100', '101', '1000', '099'],
  ...[
    'content-length',
    'Content-Length: 3\r\n',
    'transfer-encoding: chunked\r\n',
    'Transfer-Encoding: gzip\r\n',
  ],
  ...[
    'chunked',
    'chunked, ',
    ', chunked',
    'identity',
    'connection: close\r\n',
    'keep-alive',
    'upgrade',
    'x: y\r\n',
  ],
  ...['content-length : 1\r\n', 'trailer: a\r\n', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
];

function pick<T>(from: readonly T[], random: () => number, otherwise: T): T {
  return from[Math.floor(random() * from.length)] ?? otherwise;
}

function mutated(random: () => number): string {
  let text = pick(corpus, random, '');
  for (let n = Math.floor(random() * 4); n > 0; n -= 1) {
    const at = Math.floor(random() * (text.length + 1));
    const length = 1 + Math.floor(random() * (random() < 0.7 ? 3 : 20));
    const [before, after] = [text.slice(0, at), text.slice(at)];
    switch (Math.floor(random() * 7)) {
      case 0:
        text = before + after.slice(length);
        break;
      case 1:
      case 2:
        text = before + pick(pieces, random, '') + after;
        break;
      case 3:
        text = before + pick(pieces, random, '') + after.slice(length);
        break;
      case 4:
        text = before + String.fromCharCode(Math.floor(random() * 256)) + after.slice(1);
        break;
      case 5:
        text = before + after.slice(0, length) + after;
        break;
      default: {
        // Two answers' lines in one.
        const lines = `${text}`.split('\r\n');
        const other = pick(corpus, random, '').split('\r\n');
        lines.splice(
          Math.floor(random() * (lines.length + 1)),
          Math.floor(random() * 2),
          pick(other, random, ''),
        );
        text = lines.join('\r\n');
      }
    }
  }
  return text;
}

type Verdict = { readonly read: string | null; readonly why: string };

/** What Loadline's reader makes of the answer, followed by the connection's close; cut at the given places. */
function verdictOf(reader: ResponseReader, bytes: Buffer, head: boolean, cuts: readonly number[]): Verdict {
  reader.begin(head, true);
  let from = 0;
  let state: ReturnType<ResponseReader['feed']> = 'more';
  for (const to of [...cuts, bytes.length]) {
    if (to <= from || state !== 'more') continue;
    // The engine reads into a buffer of its own, from its start.
    const chunk = Buffer.from(new ArrayBuffer(to - from));
    bytes.copy(chunk, 0, from, to);
    state = reader.feed(chunk, to - from);
    from = to;
  }
  if (state === 'more') state = reader.close();
  if (state === 'done')
    return { read: JSON.stringify([reader.status, reader.body().toString('latin1')]), why: '' };
  return { read: null, why: state === 'more' ? 'the answer is cut off' : reader.problem };
}

class Feed extends Duplex {
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    done();
  }
}

/** What Node's parser makes of it. */
function nodeVerdict(bytes: Buffer, head: boolean): Promise<Verdict> {
  const { promise, resolve } = Promise.withResolvers<Verdict>();
  const feed = new Feed();
  const rejected = (error: NodeJS.ErrnoException | null): void =>
    resolve({ read: null, why: error?.code ?? error?.message ?? 'cut off' });
  const asked = request({ createConnection: () => feed, method: head ? 'HEAD' : 'GET', host: 'fuzz.test' });
  asked.on('error', rejected);
  // It closes before the end of an answer that the close completes is told.
  asked.on('close', () => setImmediate(rejected, null));
  asked.on('response', (answer) => {
    let body = '';
    answer.setEncoding('latin1');
    answer.on('data', (text: string) => {
      body += text;
    });
    answer.on('error', rejected);
    answer.on('aborted', () => rejected(null));
    answer.on('end', () => {
      if (answer.complete) resolve({ read: JSON.stringify([answer.statusCode, body]), why: '' });
      else rejected(null);
    });
  });
  feed.on('error', () => {});
  asked.end();
  feed.push(bytes);
  feed.push(null);
  return promise;
}

/** How many answers are under way in Node's parser at once. */
const atOnce = 64;

export async function fuzzAnswers(inputs: number, seed: number): Promise<FuzzTally> {
  const random = randomFrom(seed);
  const tally: FuzzTally = { inputs: 0, bothRead: 0, bothReject: 0, stricter: new Map(), unexplained: [] };
  // One reader and one memo for all: what an answer leaves behind must not change how the next is read.
  const used = new ResponseReader(defaultReaderLimits, new HeadMemo());
  const one = async (): Promise<void> => {
    const answer = mutated(random);
    const bytes = Buffer.from(answer, 'latin1');
    const head = random() < 0.1;
    const cuts = [random(), random()].map((share) => Math.floor(share * bytes.length)).sort((a, b) => a - b);
    const ours = verdictOf(new ResponseReader(), bytes, head, []);
    const again = verdictOf(used, bytes, head, []);
    const inPieces = verdictOf(used, bytes, head, cuts);
    const node = await nodeVerdict(bytes, head);
    tally.inputs += 1;
    const odd = (kind: string, loadline: Verdict, other: Verdict): void => {
      const [first, second] = [loadline, other].map(({ read, why }) => read ?? why);
      tally.unexplained.push({ kind, answer, head, loadline: first ?? '', node: second ?? '' });
    };
    if (again.read !== ours.read) odd('a reader used again reads otherwise', again, ours);
    // Bytes after the end are seen only if they come in the same read: a later one finds the connection idle.
    else if (inPieces.read !== ours.read && !ours.why.includes('after the end'))
      odd('in pieces it reads otherwise', inPieces, ours);
    else if (ours.read !== null && node.read === null) odd('only Loadline takes it', ours, node);
    else if (ours.read !== null && ours.read !== node.read) odd('both take it, differently', ours, node);
    else if (ours.read !== null) tally.bothRead += 1;
    else if (node.read === null) tally.bothReject += 1;
    else {
      const reason = ours.why.replace(/^\d+(?= bytes)/, 'N');
      if (explanations[reason] === undefined) odd('only Node takes it', ours, node);
      const known = tally.stricter.get(reason);
      if (known === undefined) tally.stricter.set(reason, { count: 1, example: answer });
      else known.count += 1;
    }
  };
  while (tally.inputs < inputs)
    await Promise.all(Array.from({ length: Math.min(atOnce, inputs - tally.inputs) }, one));
  return tally;
}
