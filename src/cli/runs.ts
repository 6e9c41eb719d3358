import { listRuns } from '../record/run-file.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import { shownPath } from './output.ts';
import { runsFolder } from './stored-runs.ts';

/** `loadline runs`: oldest first. */
export async function runs(options: { readonly json?: boolean }, io: Io): Promise<number> {
  const folder = runsFolder(io.cwd);
  const stored = listRuns(folder);
  if (options.json === true) {
    io.stdout.write(`${JSON.stringify(stored, null, 2)}\n`);
    return exitCodes.ok;
  }
  if (stored.length === 0) {
    io.stderr.write(`no runs in ${shownPath(folder, io.cwd)}; make one with: loadline run PLAN\n`);
    return exitCodes.ok;
  }
  for (const run of stored) {
    const when = run.startedAt?.replace('T', ' ').replace(/\.\d+Z$/, 'Z') ?? 'unknown time';
    const what =
      run.state === 'unreadable'
        ? `unreadable: ${run.problem ?? ''}`
        : `${run.state}  ${run.stages} ${run.stages === 1 ? 'stage' : 'stages'}  ${run.requests} requests  ${run.target ?? ''}`;
    io.stdout.write(
      `${when}  ${printable(run.name)}  ${printable(what)}\n  ${shownPath(run.file, io.cwd)}\n`,
    );
  }
  return exitCodes.ok;
}

/** A name may hold anything, control codes of a terminal included. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '�');
}
