/** The run file: one SQLite file, written as the run goes on, read whole or damaged. */
import { join } from 'node:path';
import type { Run } from './run.ts';
import { createRunFile } from './run-writer.ts';

export { RunFileError } from './run-file-error.ts';
export { listRuns } from './run-list.ts';
export { readRun, readStoredAnalysis } from './run-reader.ts';
export { createRunFile, type RunWriter } from './run-writer.ts';

/**
 * Where a run is stored unless told otherwise: `runFilePath('.loadline/runs', 'Shop API', '2026-02-10T10:15:00.000Z')`
 * is `.loadline/runs/20260210T101500Z-shop-api.loadline`.
 */
export function runFilePath(folder: string, name: string, startedAt: string): string {
  const time = new Date(startedAt).toISOString().replace(/[-:]|\.\d+/g, '');
  return join(folder, `${time}-${slug(name)}.loadline`);
}

function slug(name: string): string {
  const plain = name.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '');
  const words = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
  return words.slice(0, 60).replace(/-$/, '') || 'run';
}

/** Writes a run that is finished already (an imported one, a simulated one); returns the file really written. */
export function saveRun(path: string, run: Run): string {
  const writer = createRunFile(path, run);
  try {
    for (const stage of run.stages) {
      writer.startStage(stage);
      if (stage.data.kind === 'summary') {
        writer.writeSummary(stage.index, stage.data.endpoints, stage.data.history);
      } else {
        // Not a second at a time: nothing is lost if this is interrupted, since the run lies elsewhere.
        writer.writeSecond({ stage: stage.index, second: 0, ...stage.data });
      }
      writer.updateStage(stage.index, stage);
    }
    for (const event of run.events) writer.event(event);
    if (run.state !== 'cut') writer.finish(run.state);
  } finally {
    writer.close();
  }
  return writer.path;
}
