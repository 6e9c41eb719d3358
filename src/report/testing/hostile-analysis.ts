import type * as z from 'zod';
import { type Analysis, analysisSchema } from '../../analyse/analysis.ts';

/** What a target or a plan may try: markup, scripts, terminal and Markdown control, direction overrides. */
export const hostileText =
  '<script>alert(1)</script>"><img src=x onerror=alert(2)> \' \u001b[31m\u0007\u0000\r\n| a | b |\n## heading\n' +
  '```\n</details>[x](javascript:alert(3)) **b** `c` ]]> --> &lt; \u202eevil\u2028 @user #1 http://evil.example \ud800';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** The analysis with every string that the schema leaves free replaced by {@link hostileText}. */
export function hostileAnalysis(from: Analysis): Analysis {
  return hostile(from, analysisSchema);
}

/** The same of anything with a schema. */
export function hostile<T>(from: T, schema: z.ZodType<T>): T {
  const copy: Json = JSON.parse(JSON.stringify(from));
  const leaves = new Map<string, Leaf[]>();
  collect(copy, '', leaves);
  for (const places of leaves.values()) {
    for (const place of places) place.set(hostileText);
    if (schema.safeParse(copy).success) continue;
    for (const place of places) place.set(place.text);
  }
  return schema.parse(copy);
}

type Leaf = { readonly text: string; readonly set: (text: string) => void };

/** Strings by their path, the places in arrays left out. */
function collect(value: Json, path: string, leaves: Map<string, Leaf[]>): void {
  if (value === null || typeof value !== 'object') return;
  const visit = (child: Json, childPath: string, set: (text: string) => void): void => {
    if (typeof child !== 'string') collect(child, childPath, leaves);
    else leaves.set(childPath, [...(leaves.get(childPath) ?? []), { text: child, set }]);
  };
  if (Array.isArray(value)) {
    for (const [at, child] of value.entries())
      visit(child, `${path}[]`, (text) => {
        value[at] = text;
      });
    return;
  }
  for (const [key, child] of Object.entries(value))
    visit(child, `${path}.${key}`, (text) => {
      value[key] = text;
    });
}
