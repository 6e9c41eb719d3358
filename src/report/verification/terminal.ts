import type { Verification } from '../../analyse/verify/verification.ts';
import { loadName } from '../../analyse/words.ts';
import type { Tone } from '../document/document.ts';
import type { TerminalOptions } from '../terminal.ts';
import { columns, cut, styles, wrap } from '../terminal-text.ts';
import {
  changeInWords,
  changeTone,
  findingTone,
  predictionTone,
  predictionWord,
  valueInWords,
  verificationTone,
} from './compose.ts';

const signs: Readonly<Record<Tone, string>> = {
  good: '✓',
  warning: '!',
  bad: '✗',
  unknown: '?',
  neutral: '·',
};

/** The verification on one screen. */
export function renderVerificationTerminal(verification: Verification, options: TerminalOptions): string {
  const width = Math.min(200, Math.max(40, Math.floor(options.width)));
  const style = styles(options.colour);
  const { verdict, statement, before, after, findings, predictions, changes } = verification;
  const signed = (tone: Tone, text: string, most = 3, indent = ''): readonly string[] =>
    wrap(text, width - 2 - indent.length, most).map(
      (line, at) => `${indent}${at === 0 ? `${style.tone(tone, signs[tone])} ` : '  '}${line}`,
    );
  const titled = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [style.strong(title), ...lines];
  const parts: readonly (readonly string[])[] = [
    [
      style.quiet(cut(`${after.name} · ${after.target} · against the run of ${before.when}`, width)),
      ...signed(verificationTone(verdict), statement, 5),
    ],
    titled(
      'What was found before',
      findings.flatMap((f) => [
        ...signed(findingTone[f.state], `${f.state}: ${f.title}`, 3, '  '),
        ...wrap(f.statement, width - 6, 4).map((line) => `      ${style.quiet(line)}`),
      ]),
    ),
    titled(
      'What was predicted',
      predictions.flatMap((p) => [
        ...signed(predictionTone[p.state], `${predictionWord[p.state]}: ${p.metric}`, 2, '  '),
        ...wrap(p.statement, width - 6, 3).map((line) => `      ${style.quiet(line)}`),
      ]),
    ),
    titled(
      'What changed',
      changes.length === 0
        ? []
        : columns(
            ['load', 'metric', 'before', 'after', 'change', ''],
            changes.map((c) => [
              { text: loadName({ stage: 0, ...c }) },
              { text: c.metric },
              { text: valueInWords(c, c.before) },
              { text: valueInWords(c, c.after) },
              { text: changeInWords(c) },
              { text: `${signs[changeTone[c.verdict]]} ${c.verdict}`, tone: changeTone[c.verdict] },
            ]),
            style,
            width,
          ),
    ),
    titled(
      'To know',
      [...verification.newFindings.map((each) => `Only after: ${each}`), ...verification.warnings].flatMap(
        (each) => signed('warning', each, 3, '  '),
      ),
    ),
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`;
}
