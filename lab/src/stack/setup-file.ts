import { readFileSync } from 'node:fs';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { LabError } from '../lab-error.ts';
import { type Setting, stackSettings } from '../setting.ts';
import type { Setup } from '../setup.ts';

const sizeLimitBytes = 64 * 1024;

/**
 * Reads a `lab.yaml`: its keys are the flags of `lab up` without the dashes, its values what the flags take; `true` and
 * `false` may be written for on and off.
 *
 * @throws LabError `wrong-setup` with every fault and its line.
 */
export function readSetupFile(file: string): Partial<Setup> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new LabError(
      'no-setup',
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      'give the path of a lab.yaml',
      error,
    );
  }
  const { setup, faults } = setupIn(text);
  if (faults.length === 0) return setup;
  throw new LabError(
    'wrong-setup',
    faults.map(({ line, words }) => `${file}:${line}: ${words}`).join('\n'),
    'see `lab up --help` for the keys and their values',
  );
}

interface SetupFault {
  /** From 1. */
  readonly line: number;
  readonly words: string;
}

/** What a text chooses, and every fault in it. */
export function setupIn(text: string): {
  readonly setup: Partial<Setup>;
  readonly faults: readonly SetupFault[];
} {
  if (Buffer.byteLength(text) > sizeLimitBytes)
    return { setup: {}, faults: [{ line: 1, words: `longer than ${sizeLimitBytes} bytes` }] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const lineOf = (offset: number) => lines.linePos(offset).line;
  const broken = document.errors.map(({ pos, message }) => ({
    line: lineOf(pos[0]),
    words: message.split('\n')[0] ?? message,
  }));
  if (broken.length > 0) return { setup: {}, faults: broken };
  const { contents } = document;
  if (contents === null) return { setup: {}, faults: [] };
  if (!isMap(contents))
    return { setup: {}, faults: [{ line: 1, words: 'expected keys with values, such as `pool: 10`' }] };

  const faults: SetupFault[] = [];
  let setup: Partial<Setup> = {};
  for (const { key, value } of pairsIn(contents.items)) {
    const line = lineOf(key.range?.[0] ?? 0);
    const setting = stackSettings.find(({ flag }) => flag === key.value);
    if (setting === undefined) {
      const keys = stackSettings.map(({ flag }) => flag).join(', ');
      faults.push({ line, words: `unknown key ${JSON.stringify(key.value)}; keys are ${keys}` });
      continue;
    }
    const written = textOf(value, setting);
    const chosen = written === undefined ? undefined : setting.read(written);
    if (chosen !== undefined) setup = { ...setup, ...chosen };
    else
      faults.push({
        line,
        words: `${setting.flag} is ${JSON.stringify(value)}, which is none of its values: ${setting.choices}`,
      });
  }
  return { setup, faults };
}

interface Pair {
  readonly key: { readonly value: unknown; readonly range?: readonly number[] | null | undefined };
  readonly value: unknown;
}

function pairsIn(items: readonly unknown[]): Pair[] {
  return items.flatMap((item) => {
    if (typeof item !== 'object' || item === null || !('key' in item) || !isScalar(item.key)) return [];
    const value = 'value' in item ? item.value : undefined;
    return [{ key: item.key, value: isScalar(value) ? value.value : value }];
  });
}

/** As the flag's value would be typed. */
function textOf(value: unknown, { isSwitch }: Setting): string | undefined {
  if (typeof value === 'boolean') return isSwitch || !value ? (value ? 'on' : 'off') : 'on';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
