import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LabError } from '../lab-error.ts';
import { faultsDocument } from './fault-report.ts';
import { faults, measureFaults } from './faults.ts';
import { proofDocument } from './proof-document.ts';
import { prove } from './prove.ts';
import { onProvingGround } from './proving-ground.ts';
import { remedies, staticRemedies } from './remedy.ts';

/**
 * `lab prove [--out FILE] [--only ID,…] [--short]`: the document goes to FILE (standard output unless given), the figures
 * beside it as JSON; what it does is told on standard error.
 *
 * @throws LabError for a wrong command line, and when something could not be started or measured.
 */
export async function proveCommand(args: readonly string[]): Promise<number> {
  const { out, only, short } = readArguments(args, [...remedies, ...staticRemedies]);
  const proof = await onProvingGround((ground) =>
    prove(ground, { isShort: short, tell: timed(), ...(only === undefined ? {} : { only }) }),
  );
  writeDocument(out, proofDocument(proof), proof);
  return 0;
}

/** `lab faults [--out FILE] [--only ID,…]`, likewise. */
export async function faultsCommand(args: readonly string[]): Promise<number> {
  const { out, only } = readArguments(args, faults);
  const report = await onProvingGround((ground) =>
    measureFaults(ground, { tell: timed(), ...(only === undefined ? {} : { only }) }),
  );
  writeDocument(out, faultsDocument(report), report);
  return 0;
}

/** Text to a Markdown file or standard output, figures beside it. */
function writeDocument(out: string | undefined, text: string, figures: unknown): void {
  if (out === undefined) {
    process.stdout.write(text);
    return;
  }
  const file = resolve(out);
  writeFileSync(file, text);
  writeFileSync(`${file.replace(/\.md$/, '')}.json`, `${JSON.stringify(figures, null, 2)}\n`);
  process.stderr.write(`written: ${file}\n`);
}

/** Lines with the minutes and seconds since the start. */
function timed(): (text: string) => void {
  const startedAt = performance.now();
  return (text) => {
    const seconds = Math.floor((performance.now() - startedAt) / 1000);
    const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    process.stderr.write(`[${clock}] ${text}\n`);
  };
}

function readArguments(
  args: readonly string[],
  all: readonly { readonly id: string }[],
): {
  out: string | undefined;
  only: readonly string[] | undefined;
  short: boolean;
} {
  const { out, only, short } = valuesOf(args);
  const ids = only?.split(',');
  const known = all.map(({ id }) => id);
  const unknown = ids?.filter((id) => !known.includes(id)) ?? [];
  if (unknown.length > 0)
    throw new LabError('wrong-arguments', `there is no ${unknown.join(', ')}`, `known: ${known.join(', ')}`);
  return { out, only: ids, short: short === true };
}

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { out: { type: 'string' }, only: { type: 'string' }, short: { type: 'boolean' } },
    }).values;
  } catch (error) {
    throw new LabError(
      'wrong-arguments',
      error instanceof Error ? error.message : String(error),
      'options are --out FILE, --only ID,ID and --short',
      error,
    );
  }
}
