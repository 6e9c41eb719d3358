import type * as z from 'zod';
import { type Issue, issue, type Path, quoted } from './fault.ts';
import { type AbortCondition, type SlaStatistic, slaStatistics } from './plan.ts';
import type { planSchema } from './plan-schema.ts';
import type { Report } from './plan-text.ts';
import { parseDuration, parseShare } from './quantity.ts';
import { isTarget, parseTarget } from './target-url.ts';

type Input = z.output<typeof planSchema>;

/** Long enough for a window of ten seconds to be full when it is first judged. */
const defaultAfterMs = 10_000;

/** The origins in the form that a URL's `origin` has. A variable would allow whatever it holds, so none is filled in. */
export function normaliseAllowed(input: NonNullable<Input['allow']>, report: Report): readonly string[] {
  return input.flatMap((text, index) => {
    const found = allowedOrigin(text, ['allow', index]);
    if (typeof found === 'string') return [found];
    report(found);
    return [];
  });
}

function allowedOrigin(text: string, at: Path): string | Issue {
  if (text.includes('$')) {
    const hint = 'write it out: a value from the environment would allow whatever it holds';
    return issue(at, 'an origin such as https://staging.example.com', quoted(text), hint);
  }
  const found = parseTarget(text, at);
  if (!isTarget(found)) return found;
  if (found.basePath === '') return found.origin;
  return issue(at, 'an origin without a path', quoted(text), `write ${quoted(found.origin)}`);
}

export function normaliseAbort(input: NonNullable<Input['abort']>, report: Report): AbortCondition {
  const times: Partial<Record<SlaStatistic, number>> = {};
  for (const statistic of slaStatistics) {
    const bound = input[statistic];
    if (bound !== undefined) times[statistic] = parseDuration(bound) ?? 0;
  }
  const errors = input.errors === undefined ? null : parseShare(input.errors);
  if (errors === null && Object.keys(times).length === 0)
    report(
      issue(
        ['abort'],
        'at least one bound',
        'none',
        'write abort: { errors: 20%, p95: 5s }, or remove the key',
      ),
    );
  const afterMs = input.after === undefined ? defaultAfterMs : (parseDuration(input.after) ?? defaultAfterMs);
  return { times, errors, afterMs };
}
