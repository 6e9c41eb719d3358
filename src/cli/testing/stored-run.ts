import type { Run } from '../../record/run.ts';
import { createRunFile } from '../../record/run-file.ts';

/** Writes a run held in memory (a simulated one) to a run file, second by second as the engine would; returns its path. */
export function storeRun(run: Run, path: string): string {
  const { id, name, startedAt, source, plan, environment, seed } = run;
  const writer = createRunFile(path, { id, name, startedAt, source, plan, environment, seed });
  for (const { data, ...stage } of run.stages) {
    writer.startStage(stage);
    if (data.kind === 'summary') writer.writeSummary(stage.index, data.endpoints, data.history);
    else {
      const seconds = new Set([...data.windows, ...data.health].map(({ second }) => second));
      for (const second of [...seconds].sort((a, b) => a - b)) {
        const of = <T extends { readonly second: number }>(rows: readonly T[]) =>
          rows.filter((row) => row.second === second);
        writer.writeSecond({
          stage: stage.index,
          second,
          windows: of(data.windows),
          fine: of(data.fine),
          health: of(data.health),
        });
      }
    }
    const { steadyFromMs, steadyToMs, endMs, state } = stage;
    writer.updateStage(stage.index, { steadyFromMs });
    writer.finishStage(stage.index, { steadyToMs, endMs, state });
  }
  if (run.state !== 'cut') writer.finish(run.state);
  writer.close();
  return writer.path;
}
