import { didYouMean } from './did-you-mean.ts';
import { issue, type Path } from './fault.ts';
import type { Report } from './plan-text.ts';
import { placeholderName, type TextPart, textParts } from './template.ts';

/** Values by name, as `process.env` gives them. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What a text of the plan says, with the values of its `${VARIABLES}` and still its `{placeholders}`. */
export type Expander = (text: string, at: Path, encode: Encoding) => string;

export type Encoding = {
  /** Literal text of the plan. */
  readonly literal: (text: string) => string;
  /** Value of a variable. */
  readonly value: (text: string) => string;
};

export const asItIs: Encoding = { literal: (text) => text, value: (text) => text };

/** Names each missing variable at its place; the values themselves are never part of a fault. */
export function makeExpander(env: Env, report: Report): Expander {
  const valueOfVariable = (name: string, at: Path): string => {
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value !== undefined && value !== '') return value;
    const meant = didYouMean(
      name,
      Object.keys(env).filter((known) => env[known] !== undefined && env[known] !== ''),
    );
    const hint =
      meant === null || meant === name ? `run it with ${name}=… in front` : `did you mean "\${${meant}}"?`;
    report(
      issue(at, `the environment variable ${name}`, value === '' ? 'an empty one' : 'no such variable', hint),
    );
    return '';
  };
  return (text, at, encode) => {
    const written = (part: TextPart): string => {
      switch (part.kind) {
        case 'text':
        case 'broken':
          return encode.literal(part.text);
        case 'variable':
          return encode.value(valueOfVariable(part.name, at));
        case 'placeholder':
          return `{${part.name}}`;
        default:
          return part satisfies never;
      }
    };
    return textParts(text).map(written).join('');
  };
}

/** Whether the text, once compiled, has just the placeholders that the plan's author wrote. */
export function keepsPlaceholders(written: string, expanded: string, names: ReadonlySet<string>): boolean {
  const asked = textParts(written).flatMap((part) =>
    part.kind === 'placeholder' && names.has(part.name) ? [part.name] : [],
  );
  const found = [...expanded.matchAll(/(?<!\$)\{([^{}]*)\}/g)].flatMap(([, name = '']) =>
    placeholderName.test(name) && names.has(name) ? [name] : [],
  );
  return asked.length === found.length && asked.every((name, index) => name === found[index]);
}
