import type { WireRequest } from './engine.ts';

/** The request with further header lines, which must be fit for a header: no control characters. */
export function withHeaders(
  request: WireRequest,
  headers: readonly (readonly [name: string, value: string])[],
): WireRequest {
  const { data, headEnd, message } = request;
  if (message !== null)
    return {
      ...request,
      message: { ...message, headers: { ...message.headers, ...Object.fromEntries(headers) } },
    };
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return {
    ...request,
    headEnd: headEnd + lines.length,
    bytes: request.bytes + lines.length,
    data:
      typeof data === 'string'
        ? data.slice(0, headEnd) + lines + data.slice(headEnd)
        : Buffer.concat([data.subarray(0, headEnd), Buffer.from(lines, 'latin1'), data.subarray(headEnd)]),
  };
}

/** Method, and path with query, of a request; the origin of an absolute request target is taken off. */
export function targetOf({ data, message }: WireRequest): { readonly method: string; readonly path: string } {
  if (message !== null) return { method: message.method, path: message.path };
  const end = data.indexOf('\r\n');
  const line = typeof data === 'string' ? data.slice(0, end) : data.toString('latin1', 0, end);
  const [method = '', target = ''] = line.split(' ', 2);
  return { method, path: target.replace(/^https?:\/\/[^/]*/, '') };
}

/** Where a redirect leads; `elsewhere`: to another origin; null: nowhere. */
export type Redirect = { readonly path: string; readonly asGet: boolean } | 'elsewhere' | null;

/** RFC 9110 §15.4: 303 asks for a GET, and so, by what browsers do, do 301 and 302 after a POST. */
export function redirectOf(
  status: number,
  locations: readonly string[],
  from: { readonly origin: string; readonly method: string; readonly path: string },
): Redirect {
  const [location] = locations;
  if (location === undefined || locations.length > 1 || ![301, 302, 303, 307, 308].includes(status))
    return null;
  const url = URL.canParse(location, from.origin + from.path)
    ? new URL(location, from.origin + from.path)
    : null;
  if (url === null) return null;
  if (url.origin !== new URL(from.origin).origin) return 'elsewhere';
  const asGet =
    (status === 303 && from.method !== 'GET' && from.method !== 'HEAD') ||
    ((status === 301 || status === 302) && from.method === 'POST');
  return { path: url.pathname + url.search, asGet };
}

/** The request again, to another path of its origin; as a GET it loses its body and what described it. */
export function redirected(request: WireRequest, path: string, asGet: boolean): WireRequest {
  const { data, headEnd, message } = request;
  if (message !== null) {
    const { headers } = message;
    return {
      ...request,
      message: asGet
        ? {
            ...message,
            path,
            method: 'GET',
            headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !ofBody(name))),
            body: null,
          }
        : { ...message, path },
    };
  }
  const text = typeof data === 'string' ? data.slice(0, headEnd) : data.toString('latin1', 0, headEnd);
  const [start = '', ...lines] = text.split('\r\n');
  const [method = '', target = ''] = start.split(' ', 2);
  const origin = /^https?:\/\/[^/]*/.exec(target)?.[0] ?? '';
  const kept = asGet ? lines.filter((line) => !ofBody(line.slice(0, line.indexOf(':')))) : lines;
  const head = [`${asGet ? 'GET' : method} ${origin}${path} HTTP/1.1`, ...kept].join('\r\n');
  const rest = asGet ? '\r\n' : data.slice(headEnd);
  const whole = typeof rest === 'string' ? head + rest : Buffer.concat([Buffer.from(head, 'latin1'), rest]);
  return { ...request, data: whole, headEnd: head.length, bytes: whole.length };
}

function ofBody(name: string): boolean {
  return name.startsWith('content-') || name === 'transfer-encoding';
}
