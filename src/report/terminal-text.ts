import type { Tone } from './document/document.ts';
import { plain } from './plain.ts';

/** Control codes for colours, or none at all. */
export function styles(colour: boolean): {
  strong(text: string): string;
  quiet(text: string): string;
  tone(tone: Tone, text: string): string;
} {
  const wrapIn = (code: string, text: string): string =>
    colour && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text;
  const codes: Readonly<Record<Tone, string>> = {
    good: '32',
    warning: '33',
    bad: '31',
    unknown: '35',
    neutral: '2',
  };
  return {
    strong: (text) => wrapIn('1', text),
    quiet: (text) => wrapIn('2', text),
    tone: (tone, text) => wrapIn(codes[tone], text),
  };
}

/** Columns that a text takes on a terminal: two for wide characters, none for those that combine. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text)
    width += combining.test(character) ? 0 : wideCharacter.test(character) ? 2 : 1;
  return width;
}

const combining = /^(?:\p{Mn}|\p{Me}|\u200d)$/u;
const wideCharacter =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]$/u;

/** Harmless and no wider than `width`, with an ellipsis where something is missing. */
export function cut(text: string, width: number): string {
  const shown = plain(text);
  if (textWidth(shown) <= width) return shown;
  let kept = '';
  let used = 0;
  for (const character of shown) {
    const own = textWidth(character);
    if (used + own > width - 1) break;
    kept += character;
    used += own;
  }
  return width < 1 ? '' : `${kept}…`;
}

/**
 * Lines no wider than `width`, at most `most`. A text that is longer ends after the last sentence that fits, or with
 * an ellipsis where not even the first one does.
 */
export function wrap(text: string, width: number, most: number): readonly string[] {
  const whole = filled(plain(text), width);
  if (whole.length <= most) return whole;
  const sentences = plain(text).split(/(?<=[.!?;]) (?=\p{Lu})/u);
  for (let kept = sentences.length - 1; kept > 0; kept -= 1) {
    const lines = filled(sentences.slice(0, kept).join(' '), width);
    if (lines.length <= most) return lines;
  }
  return [...whole.slice(0, most - 1), cut(whole.slice(most - 1).join(' '), width)];
}

function filled(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').filter((each) => each !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (textWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = cut(word, width);
  }
  return line === '' ? lines : [...lines, line];
}

export type Cell = { readonly text: string; readonly tone?: Tone | undefined };

/** A table of right-aligned columns, the gaps as wide as the screen allows; columns that do not fit are left out. */
export function columns(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  style: ReturnType<typeof styles>,
  width: number,
): readonly string[] {
  const widths = head.map((title, at) =>
    Math.max(textWidth(title), ...rows.map((row) => textWidth(row[at]?.text ?? ''))),
  );
  const kept: number[] = [];
  let used = 0;
  for (const [at, own] of widths.entries()) {
    if (own === 0 || used + own + 2 > width) continue;
    kept.push(at);
    used += own + 2;
  }
  const gap = ' '.repeat(Math.max(2, Math.min(4, 2 + Math.floor((width - used) / Math.max(1, kept.length)))));
  const pad = (text: string, at: number): string =>
    ' '.repeat(Math.max(0, (widths[at] ?? 0) - textWidth(text))) + text;
  return [
    style.quiet(kept.map((at) => gap + pad(head[at] ?? '', at)).join('')),
    ...rows.map((row) =>
      kept
        .map((at) => {
          const cell = row[at] ?? { text: '' };
          const padded = pad(cell.text, at);
          return (
            gap +
            (cell.tone === undefined
              ? padded
              : padded.slice(0, padded.length - cell.text.length) + style.tone(cell.tone, cell.text))
          );
        })
        .join('')
        .trimEnd(),
    ),
  ];
}
