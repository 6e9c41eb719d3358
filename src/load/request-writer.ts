import type { ResolvedEndpoint } from '../plan/plan.ts';
import { compileTemplate, type Escape, escapeValue, fillTemplate, type Template } from '../plan/template.ts';
import type { WireMessage, WireRequest } from './engine.ts';
import type { Feeder } from './feeder.ts';
import type { RequestExtra } from './scenario.ts';

/** Values of placeholders, by name. */
export type Values = Record<string, string>;

/** Writes the requests of one endpoint. What does not change is made once. */
export type RequestWriter = {
  /**
   * Draws a row of each feeder into `values` and fills the placeholders from there, but first from `own`; null: a
   * feeder is used up.
   */
  write(random: () => number, values: Values, own?: Readonly<Values>): WireRequest | null;
  /** Likewise, with headers and a body of this request's own. */
  writeWith(random: () => number, values: Values, extra: RequestExtra): WireRequest | null;
};

export type WritingOptions = {
  /** The Host header's value, unless the endpoint sets its own. */
  readonly host: string;
  readonly http: 1 | 2;
  /** The connection serves one request only. */
  readonly close: boolean;
  /** Requests go to a proxy as absolute URLs. */
  readonly proxy: { readonly origin: string; readonly authorization: string | null } | null;
  /** Somebody looks into the answer's head and body. */
  readonly reads: boolean;
  /** Only the answer's headers are looked at; absent: nothing beyond `reads`. */
  readonly readsHead?: boolean;
  /** Drawn from for each request. */
  readonly feeders: readonly Feeder[];
};

type Field = { readonly name: string; readonly value: Template };
type Fill = (template: Template) => string;
type BodyText = string | Buffer | null;

/** RFC 9110 §8.6: a method that gives a body a meaning sends its length even when there is none. */
const withLength = new Set(['POST', 'PUT', 'PATCH']);

export function requestWriter(endpoint: ResolvedEndpoint, options: WritingOptions): RequestWriter {
  const { feeders } = options;
  const names = [
    ...endpoint.tables.flatMap((table) => (table.kind === 'range' ? [table.name] : table.names)),
    ...(endpoint.flowNames ?? []),
  ];
  const path = compileTemplate(endpoint.path, 'path', names);
  const fields: readonly Field[] = fieldsOf(endpoint, options).map(([name, value]) => ({
    name,
    value: compileTemplate(value, 'header', names),
  }));
  const body = bodyOf(endpoint, names);
  const frame = options.http === 2 ? http2Frame(endpoint, options) : http1Frame(endpoint, options);

  const draw = (random: () => number, values: Values): boolean => {
    for (const feeder of feeders) if (!feeder.draw(random, values)) return false;
    return true;
  };
  const filler =
    (values: Values): Fill =>
    (template) =>
      fillTemplate(template, (name) => values[name] ?? '');
  const writeWith: RequestWriter['writeWith'] = (random, values, extra) => {
    if (!draw(random, values)) return null;
    const fill = filler(extra.values === undefined ? values : { ...values, ...extra.values });
    const own = Object.fromEntries(Object.entries(extra.headers ?? {}).map(ownHeader));
    const kept = fields.filter(({ name }) => !(name in own));
    return frame.whole(
      fill(path),
      [...kept.map(({ name, value }) => [name, fill(value)] as const), ...Object.entries(own)],
      extra.body ?? body.fill(fill),
    );
  };

  if (names.length === 0) {
    const whole = frame.whole(
      literal(path),
      fields.map(({ name, value }) => [name, literal(value)] as const),
      body.fill(literal),
    );
    return { write: () => whole, writeWith };
  }
  if (fields.some(({ value }) => value.names.length > 0)) {
    return {
      write: (random, values, own) => writeWith(random, values, own === undefined ? {} : { values: own }),
      writeWith,
    };
  }
  // The usual case: nothing but the path and the body vary, the rest is joined once.
  const begin = frame.begin(fields.map(({ name, value }) => [name, literal(value)] as const));
  const fixedBody = body.varies ? null : body.fill(literal);
  const write: RequestWriter['write'] = (random, drawn, own) => {
    if (!draw(random, drawn)) return null;
    const values = own === undefined ? drawn : { ...drawn, ...own };
    let target = path.literals[0] ?? '';
    for (let i = 0; i < path.names.length; i += 1) {
      target += escapeValue(values[path.names[i] ?? ''] ?? '', 'path') + (path.literals[i + 1] ?? '');
    }
    return begin(target, body.varies ? body.fill(filler(values)) : fixedBody);
  };
  return { write, writeWith };
}

/** A header that a script made: its value stays on its line. Throws a TypeError for what is no header's name. */
function ownHeader([name, value]: [string, string]): [string, string] {
  if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name))
    throw new TypeError(`${JSON.stringify(name)} is not a header's name in lower case`);
  return [name, escapeValue(value, 'header')];
}

function literal(template: Template): string {
  return template.literals.join('');
}

function fieldsOf(
  endpoint: ResolvedEndpoint,
  { host, http, close, proxy }: WritingOptions,
): [string, string][] {
  const fields: [string, string][] = [];
  if (http === 1 && !('host' in endpoint.headers)) fields.push(['host', host]);
  if (proxy !== null && proxy.authorization !== null)
    fields.push(['proxy-authorization', proxy.authorization]);
  if (http === 1 && close && !('connection' in endpoint.headers)) fields.push(['connection', 'close']);
  fields.push(...Object.entries(endpoint.headers));
  return fields;
}

/** A frame makes requests of their parts; `begin` joins what is the same in all of them. */
type Frame = {
  whole(path: string, headers: readonly (readonly [string, string])[], body: BodyText): WireRequest;
  begin(headers: readonly (readonly [string, string])[]): (path: string, body: BodyText) => WireRequest;
};

function http1Frame(endpoint: ResolvedEndpoint, { proxy, reads, readsHead = false }: WritingOptions): Frame {
  const { method } = endpoint;
  const start = `${method} ${proxy?.origin ?? ''}`;
  const shape = { head: method === 'HEAD', keepBody: reads, keepHead: reads || readsHead, message: null };
  const begin: Frame['begin'] = (headers) => {
    const rest = ` HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}`;
    return (path, body) => {
      const head = start + path + rest;
      if (body === null) {
        const all = withLength.has(method) ? `${head}content-length: 0\r\n` : head;
        return { data: `${all}\r\n`, headEnd: all.length, bytes: all.length + 2, ...shape };
      }
      const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
      const all = `${head}content-length: ${bytes}\r\n`;
      // As many bytes of UTF-8 as UTF-16 units: ASCII.
      if (typeof body === 'string' && bytes === body.length)
        return { data: `${all}\r\n${body}`, headEnd: all.length, bytes: all.length + 2 + bytes, ...shape };
      const data = Buffer.concat([
        Buffer.from(`${all}\r\n`, 'latin1'),
        typeof body === 'string' ? Buffer.from(body) : body,
      ]);
      return { data, headEnd: all.length, bytes: data.length, ...shape };
    };
  };
  return { begin, whole: (path, headers, body) => begin(headers)(path, body) };
}

function http2Frame(endpoint: ResolvedEndpoint, { host, reads, readsHead = false }: WritingOptions): Frame {
  const { method } = endpoint;
  const shape = {
    data: '',
    headEnd: 0,
    head: method === 'HEAD',
    keepBody: reads,
    keepHead: reads || readsHead,
  };
  const begin: Frame['begin'] = (all) => {
    const { host: authority = host, ...headers }: Record<string, string> = Object.fromEntries(all);
    return (path, body) => {
      const bytes = body === null || typeof body !== 'string' ? body : Buffer.from(body);
      const message: WireMessage = { method, authority, path, headers, body: bytes };
      return { ...shape, bytes: bytes?.length ?? 0, message };
    };
  };
  return { begin, whole: (path, headers, body) => begin(headers)(path, body) };
}

type BodyWriter = { readonly varies: boolean; fill(fill: Fill): BodyText };

function bodyOf(endpoint: ResolvedEndpoint, names: readonly string[]): BodyWriter {
  if (endpoint.bodyParts !== undefined) {
    const parts = endpoint.bodyParts.map((part) =>
      typeof part === 'string' ? compileTemplate(part, 'none', names) : Buffer.from(part),
    );
    const fixed = parts.every((part) => Buffer.isBuffer(part) || part.names.length === 0);
    const joined = (fill: Fill): Buffer =>
      Buffer.concat(parts.map((part) => (Buffer.isBuffer(part) ? part : Buffer.from(fill(part)))));
    const whole = fixed ? joined(literal) : null;
    return { varies: !fixed, fill: (fill) => whole ?? joined(fill) };
  }
  if (endpoint.body === null) return { varies: false, fill: () => null };
  const into: Escape = endpoint.bodyIsForm === true ? 'form' : endpoint.bodyIsJson ? 'json' : 'none';
  const template = compileTemplate(endpoint.body, into, names);
  return { varies: template.names.length > 0, fill: (fill) => fill(template) };
}
