import type { Buffer } from 'node:buffer';
import { setTimeout } from 'node:timers/promises';
import { createHttp2Engine } from '../http2/http2-engine.ts';
import { contractRequest } from './contract-server.ts';
import { fieldBlock, fieldsOf, flags, head, headInFrames, startRawHttp2Server } from './http2-frames.ts';

// Started by a test as a process of its own, with --expose-gc: what it is about aborts the process.

const ok: [string, string] = [':status', '200'];
// Made anew for each answer: meanwhile this thread reads nothing, so that settings and answer are read at once.
const many = (): Buffer => fieldBlock([ok, ...fieldsOf(3000, 'v')]);
const long = (): Buffer => fieldBlock([ok, ...fieldsOf(5, 'v'.repeat(20_000))]);

/** Good answers (after one, the settings are agreed on) and one that is broken off; then the connection is dropped. */
async function breakOff(block: () => Buffer, good: number, leaves: boolean): Promise<void> {
  const server = await startRawHttp2Server((socket, stream, request) => {
    if (request <= good) {
      socket.write(head(stream, [ok], flags.endStream));
      return;
    }
    socket.write(headInFrames(stream, block()));
    if (leaves) socket.end();
  });
  const engine = createHttp2Engine(
    { to: { kind: 'tcp', host: '127.0.0.1', port: server.port }, proxy: null, tls: null },
    () => performance.now(),
    { freshConnections: false },
  );
  await new Promise<void>((resolve) => {
    let left = good + 1;
    const client = engine.client(() => {
      left -= 1;
      if (left > 0) {
        client.send(contractRequest(2, { method: 'GET' }));
        return;
      }
      client.close();
      resolve();
    });
    client.send(contractRequest(2, { method: 'GET' }));
  });
  await server.stop();
}

const collect = globalThis.gc;
if (collect === undefined) throw new Error('start this with --expose-gc');
for (const block of [many, long])
  for (const good of [0, 1])
    for (const leaves of [false, true]) {
      for (let round = 0; round < 40; round += 1) {
        await breakOff(block, good, leaves);
        if (round % 4 === 0) collect();
      }
      for (let again = 0; again < 3; again += 1) {
        await setTimeout(5);
        collect();
      }
    }
process.stdout.write('collected\n');
