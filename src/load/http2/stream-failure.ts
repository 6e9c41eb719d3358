import { failureOf } from '../connect-failure.ts';
import type { Failure } from '../engine.ts';
import { defaultReaderLimits } from '../http1/response-reader.ts';

/** RFC 9113 §7, by number; `NGHTTP2_` stands before them in Node's messages. */
const errorNames = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const;

/** Codes that speak of broken framing, whichever side saw it. */
const aboutFraming = new Set<string>([
  'PROTOCOL_ERROR',
  'FLOW_CONTROL_ERROR',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'COMPRESSION_ERROR',
]);

export const refusedStream = 7;

export const notHttp2 = 'the server does not speak HTTP/2';

export const headTooLarge = `the headers are longer than ${defaultReaderLimits.headBytes} bytes`;

/** An answer's start takes more bytes than this; what breaks a stream off (RST_STREAM) takes 13. */
const moreThanReset = 1000;

export type Broken = {
  readonly error: NodeJS.ErrnoException | null;
  /** The stream's error code. */
  readonly code: number;
  /** The answer's status was read. */
  readonly answered: boolean;
  /** What came on this connection for this request, if that is known. */
  readonly bytesIn: number;
  /** The server has sent its settings: it speaks HTTP/2. */
  readonly introduced: boolean;
};

/** What it means to the user that a stream ended too early. */
export function failureOfStream({ error, code, answered, bytesIn, introduced }: Broken): {
  readonly failure: Failure;
  readonly problem: string;
} {
  const within = answered ? 'within its answer' : 'without an answer';
  if (error === null && (code === 0 || code === 8))
    return { failure: 'reset', problem: `the server broke the stream or the connection off ${within}` };
  switch (error?.code) {
    case undefined:
      return { failure: 'malformed', problem: error?.message ?? `the stream ended with ${nameOf(code)}` };
    case 'ERR_HTTP2_STREAM_ERROR':
      return ofCode(code, within, answered, bytesIn);
    case 'ERR_HTTP2_SESSION_ERROR':
      return { failure: 'reset', problem: `the server ended the connection with ${nameOf(code)} ${within}` };
    case 'ERR_HTTP2_ERROR':
    case 'ERR_HTTP2_TOO_MANY_INVALID_FRAMES':
      return {
        failure: 'malformed',
        problem: `${introduced ? 'what came breaks the rules of HTTP/2' : notHttp2}: ${error.message}`,
      };
    default:
      return error === null
        ? { failure: 'reset', problem: `the connection ended ${within}` }
        : { failure: failureOf(error, false, true), problem: error.message };
  }
}

function ofCode(
  code: number,
  within: string,
  answered: boolean,
  bytesIn: number,
): { readonly failure: Failure; readonly problem: string } {
  const name = nameOf(code);
  if (aboutFraming.has(name))
    return { failure: 'malformed', problem: `the stream ended with ${name} ${within}` };
  if (name === 'ENHANCE_YOUR_CALM' && !answered && bytesIn > moreThanReset)
    return { failure: 'oversized', problem: headTooLarge };
  return { failure: 'reset', problem: `the stream was reset with ${name} ${within}` };
}

function nameOf(code: number): string {
  return errorNames[code] ?? `error ${code}`;
}
