import net, { type AddressInfo } from 'node:net';

/** Frame types, RFC 9113 §6. */
export const frames = {
  data: 0,
  headers: 1,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  continuation: 9,
} as const;

export const flags = { endStream: 1, ack: 1, endHeaders: 4 } as const;

/** RFC 9113 §4.1. */
export function frame(type: number, flag: number, stream: number, content: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(content.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flag, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, content]);
}

export function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => {
    bytes.writeUInt32BE(value, 4 * index);
  });
  return bytes;
}

/** Fields as literals without indexing, RFC 7541 §6.2.2. */
export function fieldBlock(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.of(0), literal(name), literal(value)]));
}

/** RFC 7541 §5.1, §5.2: a length in 7 bits and more, and the text uncompressed. */
function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  const length: number[] = [];
  let rest = bytes.length;
  if (rest < 127) length.push(rest);
  else {
    length.push(127);
    for (rest -= 127; rest >= 128; rest >>= 7) length.push((rest & 127) | 128);
    length.push(rest);
  }
  return Buffer.concat([Buffer.from(length), bytes]);
}

/** A whole answer's head in one frame. */
export function head(
  stream: number,
  fields: readonly (readonly [name: string, value: string])[],
  flag = 0,
): Buffer {
  return frame(frames.headers, flags.endHeaders | flag, stream, fieldBlock(fields));
}

/** Frames hold so much unless a larger size is agreed on, RFC 9113 §4.2. */
const frameBytes = 16_384;

/** An answer's head in as many HEADERS and CONTINUATION frames as it takes. */
export function headInFrames(stream: number, block: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < block.length; at += frameBytes) {
    const flag = at + frameBytes >= block.length ? flags.endHeaders : 0;
    const type = at === 0 ? frames.headers : frames.continuation;
    parts.push(frame(type, flag, stream, block.subarray(at, at + frameBytes)));
  }
  return Buffer.concat(parts);
}

/** So many fields `x-0`, `x-1`, … of one value. */
export function fieldsOf(count: number, value: string): (readonly [name: string, value: string])[] {
  return Array.from({ length: count }, (_, index) => [`x-${index}`, value] as const);
}

export type RawHttp2Server = {
  readonly port: number;
  /** Requests (HEADERS frames) that came. */
  requests: number;
  connections: number;
  /** What the client sent beside SETTINGS and WINDOW_UPDATE: type, stream, error code (of RST_STREAM; otherwise -1). */
  readonly seen: { readonly type: number; readonly stream: number; readonly code: number }[];
  stop(): Promise<void>;
};

const preface = 24;

/** A server that speaks frames, whatever a test makes it say; SETTINGS it sends and acknowledges by itself. */
export async function startRawHttp2Server(
  answer: (socket: net.Socket, stream: number, request: number) => void,
): Promise<RawHttp2Server> {
  const sockets = new Set<net.Socket>();
  const listening = net.createServer((socket) => {
    server.connections += 1;
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.write(frame(frames.settings, 0, 0));
    let waiting: Buffer = Buffer.alloc(0);
    let at = preface;
    socket.on('data', (bytes: Buffer) => {
      waiting = Buffer.concat([waiting, bytes]);
      while (waiting.length >= at + 9) {
        const end = at + 9 + waiting.readUIntBE(at, 3);
        if (waiting.length < end) return;
        const [type, flag, stream] = [
          waiting[at + 3] ?? 0,
          waiting[at + 4] ?? 0,
          waiting.readUInt32BE(at + 5),
        ];
        const code = type === frames.rstStream ? waiting.readUInt32BE(at + 9) : -1;
        at = end;
        if (type === frames.settings && (flag & flags.ack) === 0)
          socket.write(frame(frames.settings, flags.ack, 0));
        if (type !== frames.settings && type !== 8) server.seen.push({ type, stream, code });
        if (type !== frames.headers) continue;
        server.requests += 1;
        answer(socket, stream, server.requests);
      }
    });
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const server: RawHttp2Server = {
    port: (listening.address() as AddressInfo).port,
    requests: 0,
    connections: 0,
    seen: [],
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listening.close(resolve));
    },
  };
  return server;
}
