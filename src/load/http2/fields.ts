import type { WireMessage } from '../engine.ts';

/** RFC 9113 §8.2.2: they speak of the connection, which HTTP/2 does by itself. `host` is the authority. */
const ofConnection = new Set([
  'connection',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** RFC 9110 §8.6: methods that give a body a meaning, and so send its length even when there is none. */
const withBody = new Set(['POST', 'PUT', 'PATCH']);

/** Names and values in turn, as node:http2 takes them: pseudo-fields first. `protocol`: `https:`. */
export function fieldsOf(message: WireMessage, protocol: string): string[] {
  const { method, authority, path, headers, body } = message;
  const fields = [
    ':method',
    method,
    ':scheme',
    protocol.slice(0, -1),
    ':authority',
    authority,
    ':path',
    path,
  ];
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || ofConnection.has(name) || name === 'content-length') continue;
    if (name === 'te' && value !== 'trailers') continue;
    fields.push(name, value);
  }
  if (body !== null || withBody.has(method)) fields.push('content-length', String(body?.length ?? 0));
  return fields;
}

/** Bytes of fields as text, which is more than what goes over the wire: HPACK compresses them. */
export function fieldBytes(fields: readonly string[]): number {
  let bytes = 0;
  for (const text of fields) bytes += text.length;
  return bytes;
}

/** A frame's own bytes before its content: RFC 9113 §4.1. */
export const frameHead = 9;

/** Bytes of a request in two frames, its fields uncompressed. */
export function sentBytes(message: WireMessage): number {
  return 2 * frameHead + fieldBytes(fieldsOf(message, 'https:')) + (message.body?.length ?? 0);
}
