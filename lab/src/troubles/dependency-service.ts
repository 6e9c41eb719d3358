import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ConnectionPool, openPool } from '../connection-pool.ts';
import { isObject } from '../document.ts';
import { LabError } from '../lab-error.ts';

// The register of accesses: an HTTP service in a process of its own. Before it answers, an entry is received, checked
// and booked in so many steps, each committed durably before the next; entries that are here together share a commit.

interface Assignment {
  readonly databaseUrl: string;
  readonly commits: number;
}

interface Entry {
  readonly resource: string;
  readonly entity: number | null;
  /** The commits that it is in or past. */
  step: number;
  readonly answer: (status: number) => void;
}

const mostWaiting = 1000;
const mostTogether = 500;
const bodyLimitBytes = 1024;

const waiting: Entry[] = [];
let isWorking = false;

const { databaseUrl, commits } = await readAssignment();
process.stdin.on('close', () => process.exit()).resume();
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
try {
  const pool = await openPool({ connectionString: databaseUrl, size: 1, commit: 'grouped' });
  serve(pool);
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  process.stdout.write(
    `${JSON.stringify({ code: error.code, message: error.message, remedy: error.remedy })}\n`,
  );
}

function serve(pool: ConnectionPool): void {
  const server = createServer(async (request, response) => {
    const entry = request.method === 'POST' ? entryOf(await bodyOf(request)) : undefined;
    const answer = (status: number) => {
      response.writeHead(status, status === 503 ? { 'retry-after': '1' } : {}).end();
    };
    if (entry === undefined) return answer(400);
    if (waiting.length >= mostWaiting) return answer(503);
    waiting.push({ ...entry, step: 0, answer });
    await work(pool);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
  });
}

/** Commits one step of everything that is here, again and again: who comes during a commit joins the next. */
async function work(pool: ConnectionPool): Promise<void> {
  if (isWorking) return;
  isWorking = true;
  const entered: Entry[] = [];
  while (entered.length + waiting.length > 0) {
    entered.push(...waiting.splice(0, mostTogether - entered.length));
    for (const entry of entered) entry.step += 1;
    const isBooked = await book(pool, entered).then(
      () => true,
      () => false,
    );
    const done = isBooked ? entered.filter(({ step }) => step === commits) : [...entered];
    for (const entry of done) {
      entered.splice(entered.indexOf(entry), 1);
      entry.answer(isBooked ? 204 : 500);
    }
  }
  isWorking = false;
}

async function book(pool: ConnectionPool, entries: readonly Entry[]): Promise<void> {
  await pool.hold((connection) =>
    connection.query(
      `INSERT INTO accesses (step, resource, entity)
         SELECT * FROM unnest($1::integer[], $2::text[], $3::integer[])`,
      [
        entries.map(({ step }) => step),
        entries.map(({ resource }) => resource),
        entries.map(({ entity }) => entity),
      ],
    ),
  );
}

function entryOf(body: unknown): Pick<Entry, 'resource' | 'entity'> | undefined {
  if (!isObject(body) || typeof body.resource !== 'string' || body.resource.includes('\0')) return undefined;
  const { resource, entity } = body;
  if (entity === null) return { resource, entity };
  return typeof entity === 'number' && Number.isInteger(entity) && entity > 0 && entity < 2 ** 31
    ? { resource, entity }
    : undefined;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > bodyLimitBytes) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The first line of standard input; the rest stays open until the API ends. */
async function readAssignment(): Promise<Assignment> {
  const line = await new Promise<string>((resolve) => {
    let text = '';
    process.stdin.setEncoding('utf8').on('data', function read(chunk: string) {
      text += chunk;
      if (!text.includes('\n')) return;
      process.stdin.off('data', read);
      resolve(text);
    });
    process.stdin.once('close', () => process.exit());
  });
  return JSON.parse(line) as Assignment;
}
