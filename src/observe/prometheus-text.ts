/** One series of a metrics page, as it stands at the moment. */
export type Sample = {
  readonly name: string;
  /** In the order of the page; of a label that comes twice the last counts. */
  readonly labels: ReadonlyMap<string, string>;
  /** NaN and infinities are values, too. */
  readonly value: number;
};

export type MetricsPage = {
  readonly samples: readonly Sample[];
  /** Lines that could not be read; they are left out. */
  readonly faults: number;
};

/** Beyond these a page is an attack, never telemetry. */
const limits = { pageLength: 8 * 1024 * 1024, lineLength: 64 * 1024, samples: 20_000, labels: 64 };

/**
 * Reads Prometheus' text format 0.0.4, and OpenMetrics 1.0 as far as they agree (`# EOF`, exemplars, timestamps in
 * seconds). `wanted` names the metrics to keep. Never throws; every line is read once, from left to right.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function readMetrics(page: string, wanted: (name: string) => boolean = () => true): MetricsPage {
  const samples: Sample[] = [];
  let faults = 0;
  const text = page.length > limits.pageLength ? page.slice(0, limits.pageLength) : page;
  for (let from = 0; from < text.length; ) {
    const newline = text.indexOf('\n', from);
    const to = newline === -1 ? text.length : newline;
    const begin = from;
    from = to + 1;
    if (to - begin > limits.lineLength) {
      faults += 1;
      continue;
    }
    const line = text.slice(begin, to).trim();
    if (line === '# EOF') break;
    if (line === '' || line.startsWith('#')) continue;
    const sample = readLine(line, wanted);
    if (sample === 'fault' || (sample !== 'unwanted' && samples.length >= limits.samples)) faults += 1;
    else if (sample !== 'unwanted') samples.push(sample);
  }
  return { samples, faults };
}

const metricName = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const space = /[ \t]*/y;
/** A label with its value; Prometheus 3 writes names beyond ASCII in quotes, the metric's own too: `{"my.metric"}`. */
const quotedText = /"((?:[^"\\]|\\.)*)"/y;
/** The value, then a timestamp, then an exemplar. */
const rest = /^([^\s]+)(?:[ \t]+[+-]?[\d.eE+-]+)?(?:[ \t]+#.*)?$/;

function readLine(line: string, wanted: (name: string) => boolean): Sample | 'fault' | 'unwanted' {
  const cursor = new Cursor(line);
  let name = cursor.take(metricName)?.[0] ?? null;
  if (name !== null && !wanted(name)) return 'unwanted';
  cursor.take(space);
  const labels = new Map<string, string>();
  if (cursor.eat('{')) {
    for (;;) {
      cursor.take(space);
      if (cursor.eat('}')) break;
      const quoted = cursor.take(quotedText)?.[1];
      const label = quoted === undefined ? (cursor.take(metricName)?.[0] ?? null) : unescaped(quoted);
      if (label === null) return 'fault';
      cursor.take(space);
      if (cursor.eat('=')) {
        cursor.take(space);
        const value = cursor.take(quotedText)?.[1];
        if (value === undefined || labels.size >= limits.labels) return 'fault';
        labels.set(label, unescaped(value));
      } else if (quoted !== undefined && name === null) name = label;
      else return 'fault';
      cursor.take(space);
      if (cursor.eat(',')) continue;
      if (!cursor.eat('}')) return 'fault';
      break;
    }
  }
  if (name === null) return 'fault';
  if (!wanted(name)) return 'unwanted';
  const value = numberOf(rest.exec(cursor.remaining().trim())?.[1] ?? '');
  return value === null ? 'fault' : { name, labels, value };
}

class Cursor {
  readonly #line: string;
  #at = 0;

  constructor(line: string) {
    this.#line = line;
  }

  take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#line);
    if (found !== null) this.#at = pattern.lastIndex;
    return found;
  }

  eat(character: string): boolean {
    if (this.#line[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  remaining(): string {
    return this.#line.slice(this.#at);
  }
}

function unescaped(text: string): string {
  return text.replace(/\\([\\"n])/g, (_, character: string) => (character === 'n' ? '\n' : character));
}

/** As Go's ParseFloat reads decimal numbers; null: it is none. */
function numberOf(text: string): number | null {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return Number(text);
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^nan$/i.test(text) ? Number.NaN : null;
}
