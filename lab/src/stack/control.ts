import { chmodSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { isObject } from '../document.ts';
import { LabError } from '../lab-error.ts';

/** What a supervisor does when it is asked over its socket; each answers what is sent back as JSON. */
export type Orders = Readonly<Record<string, () => Promise<unknown>>>;

/** 108 bytes for the name of a socket on Linux, 104 on macOS, its end included. */
const socketNameLimit = 103;
const answerLimitMs = 120_000;

/** Takes orders on a socket in the stack's folder, which only its user reaches. Answers how to end. */
export async function serveControl(folder: string, orders: Orders): Promise<() => Promise<void>> {
  const server = createServer((asked, answer) => {
    const order = orders[(asked.url ?? '').slice(1)];
    const send = (status: number, body: unknown) => {
      answer.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      answer.end(JSON.stringify(body ?? null));
    };
    asked.resume();
    if (order === undefined) send(404, faultOf(new LabError('no-such-order', 'no such order', 'see --help')));
    else
      order().then(
        (body) => send(200, body),
        (error: unknown) => send(500, faultOf(error)),
      );
  });
  const socket = socketIn(folder);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  chmodSync(socket, 0o600);
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    });
}

/**
 * Gives an order to the supervisor of a folder and answers what it sent back.
 *
 * @throws LabError as the supervisor worded it, or `no-answer`.
 */
export async function giveOrder(folder: string, order: string): Promise<unknown> {
  const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const asked = request(
      { socketPath: socketIn(folder), path: `/${order}`, method: 'POST', timeout: answerLimitMs },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      },
    );
    asked.on('timeout', () => asked.destroy(new Error(`no answer in ${answerLimitMs / 1000} s`)));
    asked.on('error', (error) =>
      reject(
        new LabError(
          'no-answer',
          `the supervisor does not answer: ${error.message}`,
          'try `lab down`',
          error,
        ),
      ),
    );
    asked.end();
  });
  const body: unknown = JSON.parse(text);
  if (status === 200) return body;
  throw faultIn(body);
}

/** An error as it goes from one process to another. */
export function faultOf(error: unknown): { code: string; message: string; remedy: string } {
  if (error instanceof LabError) return { code: error.code, message: error.message, remedy: error.remedy };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'lab-fault', message, remedy: 'this is a fault of the lab' };
}

/** The error again, in the process that asked. */
export function faultIn(read: unknown): LabError {
  const { code, message, remedy } = isObject(read) ? read : {};
  if (typeof code === 'string' && typeof message === 'string' && typeof remedy === 'string')
    return new LabError(code, message, remedy);
  return new LabError('lab-fault', JSON.stringify(read), 'this is a fault of the lab');
}

function socketIn(folder: string): string {
  const socket = join(folder, 'control.sock');
  if (Buffer.byteLength(socket) <= socketNameLimit) return socket;
  throw new LabError('folder-too-deep', `${socket} is too long for a socket`, 'set TMPDIR to a shorter path');
}
