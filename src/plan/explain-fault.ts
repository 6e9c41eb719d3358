import type * as z from 'zod';
import { didYouMean } from './did-you-mean.ts';
import { describeValue, type Issue, issue, type Path, quoted } from './fault.ts';
import { hintFor, misplaced, suggestion } from './hint.ts';
import { expected, stepKeys } from './schema-leaves.ts';

type SchemaIssue = z.core.$ZodIssue;

/** What the schema found, in the plan's own words: one issue for each mistake, with a hint where one can be given. */
export function explainSchemaIssues(found: readonly SchemaIssue[], input: unknown): readonly Issue[] {
  const issues = found.flatMap((one) => explain(one, [], input));
  const meant = new Set(
    issues.flatMap((one) => (one.part === 'key' ? [`${one.path.slice(0, -1).join('\0')}\0${one.hint}`] : [])),
  );
  return issues.filter((one) => {
    const key = one.path.at(-1);
    const missing = one.received === 'nothing' && typeof key === 'string';
    return !(missing && meant.has(`${one.path.slice(0, -1).join('\0')}\0${suggestion(key)}`));
  });
}

function explain(one: SchemaIssue, base: Path, input: unknown): readonly Issue[] {
  const path = [...base, ...one.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  if (one.code === 'unrecognized_keys') {
    const known = one.message.slice(expected.keyOf.length).split(', ');
    return one.keys.map((key) => {
      const meant = didYouMean(key, known);
      const hint = meant === null ? (misplaced(key, path) ?? null) : suggestion(meant);
      return issue([...path, key], one.message, quoted(key), hint, 'key');
    });
  }
  if (one.code === 'invalid_union') {
    const value = valueAt(input, path);
    const [fitting] = one.errors
      .filter((branch) => !branch.some(isOfAnotherKind))
      .sort((a, b) => strangeness(a, value) - strangeness(b, value));
    if (fitting !== undefined) return fitting.flatMap((inner) => explain(inner, path, input));
  }
  const value = valueAt(input, path);
  return [issue(path, one.message, received(value, path), hintFor(one.message, value, path))];
}

/** Secrets are not repeated: a fault may end in the log of a CI job. */
function received(value: unknown, path: Path): string {
  const secret = path.some((step) =>
    /^(auth|authorization|cookie|x-api-key|password|passphrase|proxy|token)$/i.test(String(step)),
  );
  return secret && typeof value === 'string' ? `a text of ${value.length} characters` : describeValue(value);
}

function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Object.getOwnPropertyDescriptor(value, step)?.value;
  }
  return value;
}

/** Of several kinds of object the one was meant whose own keys are there, and whose others are not. */
function strangeness(branch: readonly SchemaIssue[], value: unknown): number {
  const strange = branch.flatMap((one) =>
    one.code === 'unrecognized_keys' && one.path.length === 0 ? one.keys : [],
  );
  let sum = 0;
  for (const key of strange) sum += stepKeys.includes(key) && key !== 'then' ? 5 : 1;
  for (const { path } of branch) {
    const key = String(path[0]);
    if (path.length !== 1 || valueAt(value, [key]) !== undefined) continue;
    const misspelt = strange.some((one) => didYouMean(one, [key]) !== null);
    sum += stepKeys.includes(key) && !misspelt ? 10 : 1;
  }
  return sum;
}

/** The branch of a union that the value was never meant for. */
function isOfAnotherKind(one: SchemaIssue): boolean {
  if (one.path.length > 0) return false;
  if (one.code === 'invalid_union') return one.errors.every((branch) => branch.some(isOfAnotherKind));
  return one.code === 'invalid_type' || one.code === 'invalid_value';
}
