import { issue, type Path, printable } from './fault.ts';
import { compileJsonPath, JsonPathFault } from './json-path.ts';
import { limits } from './limits.ts';
import type { Report } from './plan-text.ts';

/** Places in an answer, looked at when the plan is read: what can't be compiled never reaches a run. */

type Part = 'key' | 'value';

export function checkJsonPath(text: string, at: Path, report: Report, part: Part = 'value'): void {
  const what = 'a JSON path such as $.items[0].id';
  if (text.length > limits.jsonPathLength) {
    report(
      issue(
        at,
        `a JSON path of at most ${limits.jsonPathLength} characters`,
        `${text.length} of them`,
        null,
        part,
      ),
    );
    return;
  }
  try {
    compileJsonPath(text);
  } catch (error) {
    if (!(error instanceof JsonPathFault)) throw error;
    const hint = /^[A-Za-z_]/.test(text) ? `write $.${text.slice(0, 60)}` : null;
    report(issue(at, what, printable(error.message), hint === null ? null : printable(hint), part));
  }
}

export function checkPattern(text: string, at: Path, report: Report): void {
  if (text.length > limits.patternLength) {
    const what = `a regular expression of at most ${limits.patternLength} characters`;
    report(issue(at, what, `${text.length} of them`));
    return;
  }
  try {
    new RegExp(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // V8: Invalid regular expression: /(/: Unterminated group
    const reason = error.message.slice(error.message.lastIndexOf(': ') + 2);
    const words = printable(reason.slice(0, 1).toLowerCase() + reason.slice(1));
    report(issue(at, 'a regular expression', words, "JavaScript's syntax, without slashes around it"));
  }
}

export function checkHeaderName(name: string, at: Path, report: Report, part: Part = 'value'): void {
  if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(name)) return;
  report(issue(at, 'a header name such as x-request-id', printable(JSON.stringify(name)), null, part));
}
