import { type Issue, issue, type Origin, type Path, quoted } from './fault.ts';
import { placeholderName, textParts } from './template.ts';

/** Texts in a plan may hold `${VARIABLES}` and `{placeholders}`; these are the checks that they share. */

export type Report = (issue: Issue) => void;

/** A scalar as the text that its author wrote: `1.0` stays `1.0`. */
export function scalarText(value: string | number | boolean, path: Path, origin: Origin): string {
  return typeof value === 'number' ? (origin.numberText(path) ?? String(value)) : String(value);
}

export function checkVariables(
  text: string,
  path: Path,
  report: Report,
  part: 'key' | 'value' = 'value',
): void {
  for (const one of textParts(text)) {
    if (one.kind === 'broken') {
      report(
        issue(path, 'a variable such as ${API_TOKEN}', quoted(one.text), 'write $${ for a literal ${', part),
      );
    }
  }
}

/** Names of the placeholders in a text, as far as they are `known`; all of them without it. */
export function placeholdersIn(text: string, known?: ReadonlySet<string>): readonly string[] {
  return textParts(text).flatMap((part) =>
    part.kind === 'placeholder' && (known === undefined || known.has(part.name)) ? [part.name] : [],
  );
}

export function hasVariable(text: string): boolean {
  return textParts(text).some((part) => part.kind === 'variable');
}

/** The text's own characters, without variables and placeholders. */
export function literalText(text: string): string {
  return textParts(text)
    .map((part) => (part.kind === 'text' ? part.text : ''))
    .join('');
}

export function isPlaceholderName(name: string): boolean {
  return name.length <= 100 && placeholderName.test(name);
}
