import type { Check, JsonValue } from '../plan/plan.ts';
import { compileJsonPlace, compilePlace } from './extraction.ts';
import type { AnswerView } from './parsed-body.ts';

/** True: the answer holds all that it must. Never throws. */
export type Judgement = (answer: AnswerView) => boolean;

/** All checks of an endpoint as one judgement, compiled once. */
export function compileChecks(checks: readonly Check[]): Judgement {
  const judgements = checks.map(compileCheck);
  const [only] = judgements;
  if (only !== undefined && judgements.length === 1) return only;
  return (answer) => {
    for (const holds of judgements) if (!holds(answer)) return false;
    return true;
  };
}

/** In JSON 1 and "1" are two values; everywhere else there are only texts, and 1 is the text "1". */
function compileCheck({ place, equals }: Check): Judgement {
  if (place.from === 'json') {
    const valueIn = compileJsonPlace(place.path);
    if (equals.length === 0) return (answer) => valueIn(answer) !== undefined;
    return (answer) => {
      const value = valueIn(answer);
      return value !== undefined && equals.some((accepted) => isSameJson(accepted, value));
    };
  }
  const read = compilePlace(place);
  if (equals.length === 0) return (answer) => read(answer) !== null;
  const texts = new Set(
    equals.map((accepted) => (typeof accepted === 'string' ? accepted : JSON.stringify(accepted))),
  );
  return (answer) => {
    const value = read(answer);
    return value !== null && texts.has(value);
  };
}

/** It goes as deep as the plan's value (`limits.bodyDepth`), however deep the answer's is. */
function isSameJson(accepted: JsonValue, value: unknown): boolean {
  if (typeof accepted !== 'object' || accepted === null) return accepted === value;
  if (typeof value !== 'object' || value === null) return false;
  if (isList(accepted)) {
    if (!Array.isArray(value)) return false;
    const list: readonly unknown[] = value;
    return accepted.length === list.length && accepted.every((one, index) => isSameJson(one, list[index]));
  }
  if (Array.isArray(value)) return false;
  const members = new Map<string, unknown>(Object.entries(value));
  const names = Object.keys(accepted);
  return (
    names.length === members.size &&
    names.every((name) => members.has(name) && isSameJson(accepted[name] ?? null, members.get(name)))
  );
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
