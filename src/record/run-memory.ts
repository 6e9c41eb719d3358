import type { FineCounts, HealthSample, Run, RunEvent, RunStage, Window } from './run.ts';
import type { RunHeader, RunWriter, StagePatch, StageStart } from './run-writer.ts';

type Writer = Pick<RunWriter, 'startStage' | 'updateStage' | 'finishStage' | 'writeSecond' | 'event'>;

type OpenStage = StageStart &
  Required<StagePatch> & {
    readonly windows: Window[];
    readonly fine: FineCounts[];
    readonly health: HealthSample[];
  };

/**
 * A run in memory as it goes on, beside the file that it is written to: what a search decides from. Only for searches,
 * whose length is bounded by their budget.
 */
export class RunMemory implements Writer {
  readonly #header: RunHeader;
  readonly #file: Writer;
  readonly #stages: OpenStage[] = [];
  readonly #events: RunEvent[] = [];

  constructor(header: RunHeader, file: Writer) {
    this.#header = header;
    this.#file = file;
  }

  startStage(stage: StageStart): void {
    this.#file.startStage(stage);
    const { startMs } = stage;
    this.#stages[stage.index] = {
      ...stage,
      steadyFromMs: startMs,
      steadyToMs: startMs,
      endMs: startMs,
      state: 'interrupted',
      windows: [],
      fine: [],
      health: [],
    };
  }

  updateStage(index: number, patch: StagePatch): void {
    this.#file.updateStage(index, patch);
    const stage = this.#stages[index];
    if (stage !== undefined) this.#stages[index] = { ...stage, ...patch };
  }

  finishStage(index: number, patch: Required<Omit<StagePatch, 'steadyFromMs'>>): void {
    this.#file.finishStage(index, patch);
    const stage = this.#stages[index];
    if (stage !== undefined) this.#stages[index] = { ...stage, ...patch };
  }

  writeSecond(record: Parameters<Writer['writeSecond']>[0]): void {
    this.#file.writeSecond(record);
    const stage = this.#stages[record.stage];
    stage?.windows.push(...record.windows);
    stage?.fine.push(...record.fine);
    stage?.health.push(...record.health);
  }

  event(event: RunEvent): void {
    this.#file.event(event);
    this.#events.push(event);
  }

  /** The stages that ended. */
  run(): Run {
    return {
      kind: 'run',
      formatVersion: 1,
      ...this.#header,
      state: 'complete',
      stages: this.#stages.map(({ windows, fine, health, ...stage }): RunStage => {
        const { index, users, askedRatePerSecond, spawnRate, startMs, steadyFromMs, steadyToMs, endMs } =
          stage;
        return {
          index,
          users,
          askedRatePerSecond,
          spawnRate,
          startMs,
          steadyFromMs,
          steadyToMs,
          endMs,
          state: stage.state,
          data: { kind: 'windows', windows: [...windows], fine: [...fine], health: [...health] },
        };
      }),
      events: [...this.#events],
    };
  }
}
