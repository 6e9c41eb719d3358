import { Agent, request } from 'node:http';

/** One request of the witness, by its begin in milliseconds since the witness began. */
export interface Seen {
  readonly kind: 'read' | 'write';
  readonly atMs: number;
  readonly tookMs: number;
  /** The status, or why there was no answer. */
  readonly outcome: number | string;
}

/** A write that was answered 201: it must be there afterwards. */
export interface Accepted {
  readonly id: number;
  readonly title: string;
}

export interface Testimony {
  readonly seen: readonly Seen[];
  readonly accepted: readonly Accepted[];
}

const readsPerSecond = 40;
const writesPerSecond = 20;
const answerLimitMs = 10_000;
const bodyLimitBytes = 256 * 1024;
const readPaths = ['/posts', '/posts?userId=3', '/users/1', '/albums', '/comments?postId=7', '/users'];

export const askedPerSecond = readsPerSecond + writesPerSecond;

/**
 * Clients of an open model: requests begin at even distances, whatever became of those before, and none is sent again.
 * Every write has a title of its own. Bounded by `seconds` times 60 requests; none begins once it is interrupted.
 */
export async function witness(url: string, seconds: number, interrupted?: AbortSignal): Promise<Testimony> {
  const agent = new Agent({ keepAlive: true, maxSockets: 500 });
  const mark = Math.random().toString(36).slice(2);
  const seen: Seen[] = [];
  const accepted: Accepted[] = [];
  const pending: Promise<void>[] = [];
  const startedAt = performance.now();
  const total = Math.round(seconds * askedPerSecond);
  for (let number = 0; number < total && interrupted?.aborted !== true; number += 1) {
    const waitMs = (number * 1000) / askedPerSecond - (performance.now() - startedAt);
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    // Two reads, then a write.
    const kind = number % 3 === 2 ? 'write' : 'read';
    const title = `${mark} ${number}`;
    const atMs = performance.now() - startedAt;
    const asked =
      kind === 'write'
        ? send(agent, url, 'POST', '/posts', JSON.stringify({ title, body: 'a witness', userId: 1 }))
        : send(agent, url, 'GET', readPaths[number % readPaths.length] ?? '/posts');
    pending.push(
      asked.then(({ outcome, text }) => {
        seen.push({ kind, atMs, tookMs: performance.now() - startedAt - atMs, outcome });
        const id = kind === 'write' && outcome === 201 ? Number(/"id":(\d+)/.exec(text)?.[1]) : Number.NaN;
        if (Number.isInteger(id)) accepted.push({ id, title });
      }),
    );
  }
  await Promise.all(pending);
  agent.destroy();
  return { seen: seen.sort((a, b) => a.atMs - b.atMs), accepted };
}

/** Those accepted writes that are not there, or hold another title. */
export async function missingOf(url: string, accepted: readonly Accepted[]): Promise<readonly Accepted[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const missing: Accepted[] = [];
  for (const each of accepted) {
    const { outcome, text } = await send(agent, url, 'GET', `/posts/${each.id}`);
    if (outcome !== 200 || !text.includes(JSON.stringify(each.title))) missing.push(each);
  }
  agent.destroy();
  return missing;
}

function send(
  agent: Agent,
  url: string,
  method: string,
  path: string,
  body?: string,
): Promise<{ outcome: number | string; text: string }> {
  return new Promise((resolve) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const asked = request(new URL(path, url), { agent, method, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        if (text.length < bodyLimitBytes) text += chunk;
      });
      answer.on('end', () => resolve({ outcome: answer.statusCode ?? 0, text }));
      answer.on('error', fail);
    });
    const fail = (error: NodeJS.ErrnoException) =>
      resolve({ outcome: error.code ?? error.message, text: '' });
    asked.setTimeout(answerLimitMs, () => asked.destroy(new Error('no answer in 10 s')));
    asked.on('error', fail);
    asked.end(body);
  });
}
