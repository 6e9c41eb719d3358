import type { DataTable, ResolvedEndpoint } from '../plan/plan.ts';
import { compileTemplate, escapeValue, type Template } from '../plan/template.ts';
import type { WireRequest } from './engine.ts';

/** Writes the requests of one endpoint. What does not change is made once. */
export type RequestWriter = (random: () => number) => WireRequest;

/** `host` is the Host header's value, used unless the endpoint sets its own. */
export function requestWriter(endpoint: ResolvedEndpoint, host: string): RequestWriter {
  const names = endpoint.tables.flatMap((table) => (table.kind === 'range' ? [table.name] : table.names));
  const path = compileTemplate(endpoint.path, 'path', names);
  const headers = Object.entries(endpoint.headers).map(([name, value]) => ({
    name,
    value: compileTemplate(value, 'header', names),
  }));
  const body =
    endpoint.body === null
      ? null
      : compileTemplate(endpoint.body, endpoint.bodyIsJson ? 'json' : 'none', names);
  const shape = {
    head: endpoint.method === 'HEAD',
    keepBody: endpoint.expect.bodyContains !== null,
  };
  const hostLine = 'host' in endpoint.headers ? '' : `host: ${host}\r\n`;

  const headOf = (fill: (template: Template) => string): string =>
    `${endpoint.method} ${fill(path)} HTTP/1.1\r\n${hostLine}${headers.map(({ name, value }) => `${name}: ${fill(value)}\r\n`).join('')}`;

  if (names.length === 0) {
    const whole = wire(headOf(literal), body === null ? null : literal(body), endpoint.method, shape);
    return () => whole;
  }
  const choosers = endpoint.tables.map(chooser);
  const values: Record<string, string> = {};
  const fill = (template: Template): string => {
    let text = template.literals[0] ?? '';
    for (let i = 0; i < template.names.length; i += 1) {
      text +=
        escapeValue(values[template.names[i] ?? ''] ?? '', template.escape) +
        (template.literals[i + 1] ?? '');
    }
    return text;
  };
  // Headers and body that hold no placeholder are joined once: the usual case is a path with one.
  const headersVary = headers.some(({ value }) => value.names.length > 0);
  const fixedHeaders = headers.map(({ name, value }) => `${name}: ${literal(value)}\r\n`).join('');
  const start = `${endpoint.method} `;
  const afterPath = ` HTTP/1.1\r\n${hostLine}${fixedHeaders}`;
  const fixedBody = body !== null && body.names.length === 0 ? literal(body) : null;
  return (random) => {
    for (const choose of choosers) choose(random, values);
    const head = headersVary ? headOf(fill) : start + fill(path) + afterPath;
    return wire(head, fixedBody ?? (body === null ? null : fill(body)), endpoint.method, shape);
  };
}

function literal(template: Template): string {
  return template.literals.join('');
}

function wire(
  head: string,
  body: string | null,
  method: string,
  { head: toHead, keepBody }: { head: boolean; keepBody: boolean },
): WireRequest {
  if (body === null) {
    // RFC 9110 §8.6: a method that gives a body a meaning sends its length even when there is none.
    const text = `${head}${method === 'POST' || method === 'PUT' || method === 'PATCH' ? 'content-length: 0\r\n' : ''}\r\n`;
    return { data: text, bytes: text.length, head: toHead, keepBody };
  }
  const bytes = Buffer.byteLength(body);
  if (bytes === body.length) {
    // As many bytes of UTF-8 as UTF-16 units: ASCII.
    const text = `${head}content-length: ${bytes}\r\n\r\n${body}`;
    return { data: text, bytes: text.length, head: toHead, keepBody };
  }
  const data = Buffer.concat([
    Buffer.from(`${head}content-length: ${bytes}\r\n\r\n`, 'latin1'),
    Buffer.from(body),
  ]);
  return { data, bytes: data.length, head: toHead, keepBody };
}

function chooser(table: DataTable): (random: () => number, values: Record<string, string>) => void {
  if (table.kind === 'range') {
    const { name, from } = table;
    const size = table.to - table.from + 1;
    return (random, values) => {
      values[name] = String(from + Math.floor(random() * size));
    };
  }
  const { names, rows } = table;
  return (random, values) => {
    const row = rows[Math.floor(random() * rows.length)] ?? [];
    for (let i = 0; i < names.length; i += 1) values[names[i] ?? ''] = row[i] ?? '';
  };
}
