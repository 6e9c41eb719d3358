import { describeValue, issue, type Origin, type Path } from './fault.ts';
import { limits } from './limits.ts';
import type { JsonValue } from './plan.ts';
import { type Report, scalarText } from './plan-text.ts';

type Around = {
  readonly origin: Origin;
  readonly report: Report;
  /** Placeholders: `{ id: null }` is what YAML makes of an `{id}` without quotes. */
  readonly names?: ReadonlySet<string>;
};

/** A JSON value of a plan whose root stands `depth` steps below the plan's: not too deep, its numbers exact. */
export function checkJsonValue(value: JsonValue, at: Path, depth: number, around: Around): void {
  const { origin, report, names } = around;
  if (at.length - depth > limits.bodyDepth) {
    report(issue(at, `a body of at most ${limits.bodyDepth} levels`, 'a deeper one'));
  } else if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    const text = scalarText(value, at, origin);
    if (!/^[+-]?\d+$/.test(text)) return;
    const what = 'a whole number up to 9007199254740991';
    report(issue(at, what, text.slice(0, 60), 'put longer ones in quotes'));
  } else if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) checkJsonValue(inner, [...at, index], depth, around);
  } else if (typeof value === 'object' && value !== null) {
    const [only, ...others] = Object.entries(value);
    if (only !== undefined && others.length === 0 && only[1] === null && names?.has(only[0]) === true) {
      const hint = `put quotes around the placeholder: "{${only[0]}}"`;
      report(issue(at, 'a value', describeValue(value), hint));
    }
    for (const [name, inner] of Object.entries(value)) checkJsonValue(inner, [...at, name], depth, around);
  }
}
