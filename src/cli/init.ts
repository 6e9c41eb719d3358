import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { initialPlan } from '../plan/init-plan.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import { shownPath } from './output.ts';
import { UsageError } from './usage-error.ts';

/** `loadline init [URL]`: writes a commented plan; never over an existing file. */
export async function init(
  url: string | undefined,
  options: { readonly file: string },
  io: Io,
): Promise<number> {
  if (url !== undefined && !(URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) {
    throw new UsageError(
      `expected an address such as http://127.0.0.1:3000, received ${JSON.stringify(url)}`,
    );
  }
  const file = path.resolve(io.cwd, options.file);
  try {
    writeFileSync(file, initialPlan(url === undefined ? {} : { target: url }), { flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new UsageError(`${shownPath(file, io.cwd)} exists already`, 'Name another file with --file.');
    }
    throw new UsageError(
      `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  io.stdout.write(
    `wrote ${shownPath(file, io.cwd)}; name your endpoints in it, then: loadline run ${shownPath(file, io.cwd)}\n`,
  );
  return exitCodes.ok;
}
