import type { SecondRecord } from '../record/run-writer.ts';
import type { SecondReport } from './worker-protocol.ts';

/** Joins what the workers tell of one second, so that it is recorded, or lost, as a whole. */
export class SecondJoiner {
  readonly #stage: number;
  readonly #workers: number;
  readonly #write: (record: SecondRecord) => void;
  readonly #open = new Map<number, { readonly reports: SecondReport[]; closed: number }>();

  constructor(stage: number, workers: number, write: (record: SecondRecord) => void) {
    this.#stage = stage;
    this.#workers = workers;
    this.#write = write;
  }

  add(report: SecondReport): void {
    let second = this.#open.get(report.second);
    if (second === undefined) {
      second = { reports: [], closed: 0 };
      this.#open.set(report.second, second);
    }
    second.reports.push(report);
    if (report.last) second.closed += 1;
    if (second.closed === this.#workers) this.#close(report.second, second.reports);
  }

  /** Writes what is still open: at a stage's end nothing more will come. */
  end(): void {
    for (const [second, { reports }] of this.#open) this.#close(second, reports);
  }

  #close(second: number, reports: readonly SecondReport[]): void {
    this.#open.delete(second);
    this.#write({
      stage: this.#stage,
      second,
      windows: reports.flatMap(({ windows }) => windows),
      fine: reports.flatMap(({ fine }) => fine),
      health: reports.map(({ health }) => health),
    });
  }
}
