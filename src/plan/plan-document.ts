import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
} from 'yaml';
import { type Issue, issue, type Origin, type Path, type Place, printable, quoted } from './fault.ts';
import { limits } from './limits.ts';

export type PlanFormat = 'yaml' | 'json';

export type PlanReading =
  | { readonly state: 'read'; readonly value: unknown; readonly origin: Origin }
  | { readonly state: 'faulty'; readonly issues: readonly Issue[] };

type PlaceOf = (offset: number) => Place;

/** The value of a YAML or JSON text and where its parts stand, or what is wrong with its syntax. Never throws. */
export function readPlanDocument(text: string, file: string, format: PlanFormat): PlanReading {
  const lines = new LineCounter();
  const placeOf: PlaceOf = (offset) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const what = format === 'json' ? 'JSON' : 'YAML';
  const failed = (at: number, received: string, hint: string | null): PlanReading => ({
    state: 'faulty',
    issues: [{ ...issue([], `valid ${what}`, received, hint), place: placeOf(at) }],
  });
  if (format === 'json') {
    const fault = jsonIssue(text);
    if (fault !== null) return { state: 'faulty', issues: [fault] };
  }
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      uniqueKeys: false,
      logLevel: 'error',
      merge: format === 'yaml',
      schema: format === 'json' ? 'json' : 'core',
    });
    const issues = format === 'json' ? [] : yamlIssues(document, text, placeOf);
    if (issues.length > 0) return { state: 'faulty', issues };
    if (document.contents === null)
      return failed(0, 'an empty file', '"loadline init" writes a plan to start from');
    const lost = lostParts(document, placeOf);
    if (lost.length > 0) return { state: 'faulty', issues: lost };
    const value: unknown = document.toJS({ maxAliasCount: limits.aliases });
    return { state: 'read', value, origin: originOf(document, file, placeOf) };
  } catch (error) {
    if (error instanceof RangeError)
      return failed(0, 'lists or objects nested too deeply', 'use fewer levels');
    const message = error instanceof Error ? error.message : String(error);
    const hint = error instanceof ReferenceError ? 'use fewer aliases, each after its anchor' : null;
    return failed(0, printable(message.slice(0, 200)), hint);
  }
}

function yamlIssues(document: Document.Parsed, text: string, placeOf: PlaceOf): readonly Issue[] {
  const seen = new Set<number>();
  return [...document.errors, ...document.warnings].flatMap((error) => {
    const place = placeOf(error.pos[0]);
    if (seen.has(place.line)) return [];
    seen.add(place.line);
    const message = error.code === 'MULTIPLE_DOCS' ? 'several documents (---)' : lowerFirst(error.message);
    if (/call stack/.test(message)) {
      return [
        { ...issue([], 'valid YAML', 'lists or objects nested too deeply', 'use fewer levels'), place },
      ];
    }
    const hint = syntaxHint(error.code, text.split('\n', place.line)[place.line - 1] ?? '');
    return [{ ...issue([], 'valid YAML', printable(message.slice(0, 200)), hint), place }];
  });
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function syntaxHint(code: string, line: string): string | null {
  if (code === 'MULTIPLE_DOCS') return 'write each plan to its own file';
  if (code === 'TAB_AS_INDENT' || /^ *\t/.test(line)) return 'indent with spaces';
  if (code === 'TAG_RESOLVE_FAILED') return 'remove the tag';
  const braces = /\$?\{[A-Za-z_][\w-]*\}/.exec(line);
  if (braces !== null) return `inside { } and [ ], put a text with ${braces[0]} in quotes`;
  if (code === 'BLOCK_AS_IMPLICIT_KEY') return 'put a text with ": " in quotes';
  if (code === 'BAD_SCALAR_START') return 'put the text in quotes';
  return null;
}

/** JSON is read by the YAML parser for its places; whether it is JSON, `JSON.parse` says. */
function jsonIssue(text: string): Issue | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const offset = /at position (\d+)/.exec(message)?.[1];
    const at = offset === undefined ? text.trimEnd().length : Number(offset);
    const received = message.replace(/ in JSON.*| \(line.*|, "[\s\S]*/, '');
    const rest = text.slice(at);
    const hint =
      rest.startsWith('//') || rest.startsWith('/*') || rest.startsWith('#')
        ? 'JSON has no comments'
        : commaHint(text, at);
    const place = { line: text.slice(0, at).split('\n').length, column: at - text.lastIndexOf('\n', at - 1) };
    return { ...issue([], 'valid JSON', lowerFirst(printable(received.slice(0, 200))), hint), place };
  }
}

function commaHint(text: string, at: number): string | null {
  return /,\s*$/.test(text.slice(Math.max(0, at - 200), at)) && /^[\]}]/.test(text.slice(at))
    ? 'remove the comma before it'
    : null;
}

/** Keys written twice (one of the two values would be lost) and aliases of nothing. Linear, unlike the parser's own checks. */
function lostParts(document: Document.Parsed, placeOf: PlaceOf): readonly Issue[] {
  const issues: Issue[] = [];
  const anchors = new Set<string>();
  const aliases: { readonly node: Alias; readonly path: Path }[] = [];
  const open: { readonly node: unknown; readonly path: Path }[] = [{ node: document.contents, path: [] }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, path } = next;
    if (isAlias(node)) aliases.push({ node, path });
    else if (isNode(node) && 'anchor' in node && node.anchor !== undefined) anchors.add(node.anchor);
    if (isSeq(node))
      for (const [index, item] of node.items.entries()) open.push({ node: item, path: [...path, index] });
    if (!isMap(node)) continue;
    const seen = new Set<string>();
    for (const pair of node.items) {
      const key = keyText(pair);
      const at = [...path, key];
      if (seen.has(key) && key !== '<<') {
        const place = placeOf(startOf(pair.key));
        issues.push({ ...issue(at, 'each key once', quoted(key), 'remove one of the two'), place });
      }
      seen.add(key);
      open.push({ node: pair.value, path: at });
    }
  }
  for (const { node, path } of aliases) {
    if (anchors.has(node.source)) continue;
    const hint = `put &${printable(node.source.slice(0, 40))} before the value that it stands for, or write the text in quotes`;
    issues.push({
      ...issue(path, 'an alias of an anchor', quoted(`*${node.source}`), hint),
      place: placeOf(startOf(node)),
    });
  }
  return issues;
}

function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

function startOf(node: unknown): number {
  return (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) && node.range ? node.range[0] : 0;
}

/** Finds values by their path: where they start, and how a number was written. */
function originOf(document: Document.Parsed, file: string, placeOf: PlaceOf): Origin {
  const resolved = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  const find = (
    path: Path,
  ): { readonly node: unknown; readonly pair: Pair | null; readonly complete: boolean } => {
    let node: unknown = resolved(document.contents);
    let pair: Pair | null = null;
    for (const step of path) {
      const holder = node;
      let value: unknown;
      if (isSeq(holder) && typeof step === 'number') [value, pair] = [holder.items[step], null];
      else if (isMap(holder)) {
        const found = pairOf(holder.items, String(step), resolved);
        if (found === undefined) return { node, pair: null, complete: false };
        [value, pair] = [found.value, found];
      }
      if (value === undefined) return { node, pair: null, complete: false };
      node = resolved(value);
      // An empty value stands nowhere: its key shows the place.
      if (node === null || (isScalar(node) && node.value === null && node.source === ''))
        node = pair?.key ?? holder;
    }
    return { node, pair, complete: true };
  };
  return {
    file,
    place: (path, part) => {
      const { node, pair } = find(path);
      return placeOf(startOf(part === 'key' && pair !== null ? pair.key : node));
    },
    numberText: (path) => {
      const { node, complete } = find(path);
      return complete && isScalar(node) && typeof node.value === 'number' ? (node.source ?? null) : null;
    },
  };
}

/** Header names are looked for without regard to case: a plan holds them in lower case. */
function pairOf(
  items: readonly unknown[],
  key: string,
  resolved: (node: unknown) => unknown,
): Pair | undefined {
  const lower = key.toLowerCase();
  let own: Pair | undefined;
  for (const pair of items) {
    if (!isPair(pair)) continue;
    const name = keyText(pair);
    if (name === key) return pair;
    if (own === undefined && name.length === key.length && name.toLowerCase() === lower) own = pair;
  }
  if (own !== undefined) return own;
  for (const pair of items) {
    if (!isPair(pair) || keyText(pair) !== '<<') continue;
    const source = resolved(pair.value);
    const maps = isSeq(source) ? source.items.map(resolved) : [source];
    for (const map of maps) {
      const found = isMap(map) ? pairOf(map.items, key, resolved) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
