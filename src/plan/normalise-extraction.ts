import type { Origin } from './fault.ts';
import { issue, type Path } from './fault.ts';
import type { ExtractionInput } from './flow-schema.ts';
import { checkHeaderName, checkJsonPath, checkPattern } from './place-check.ts';
import type { Extraction, Place } from './plan.ts';
import { type Report, scalarText } from './plan-text.ts';

const kinds = ['json', 'header', 'cookie', 'regex'] as const;
type Kind = (typeof kinds)[number];
type Around = { readonly origin: Origin; readonly report: Report };

/** `json $.token`, or `{ json: $.token, default: none }`. */
export function normaliseExtraction(
  input: ExtractionInput,
  at: Path,
  { origin, report }: Around,
): Extraction {
  if (typeof input === 'string') {
    const [, kind = 'json', where = ''] = /^(json|header|cookie|regex) +(.*)$/s.exec(input) ?? [];
    return { ...placeOf(kinds.find((one) => one === kind) ?? 'json', where, at, report), otherwise: null };
  }
  const given = kinds.filter((kind) => input[kind] !== undefined);
  if (given.length !== 1)
    report(issue(at, 'one of json, header, cookie and regex', given.join(' and ') || 'none of them'));
  const kind = given[0] ?? 'json';
  const where = input[kind];
  const place =
    where === undefined ? { from: 'json' as const, path: '$' } : placeOf(kind, where, [...at, kind], report);
  const otherwise =
    input.default === undefined ? null : scalarText(input.default, [...at, 'default'], origin);
  return { ...place, otherwise };
}

function placeOf(kind: Kind, where: string, at: Path, report: Report): Place {
  switch (kind) {
    case 'json':
      checkJsonPath(where, at, report);
      return { from: 'json', path: where };
    case 'header':
      checkHeaderName(where, at, report);
      return { from: 'header', name: where.toLowerCase() };
    case 'cookie':
      return { from: 'cookie', name: where };
    case 'regex':
      checkPattern(where, at, report);
      return { from: 'regex', pattern: where };
    default:
      return kind satisfies never;
  }
}
