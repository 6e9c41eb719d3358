import type { Fault } from '../plan/plan.ts';

/** Another tool's files could not be read as results: every fault with its file and line. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
  readonly code = 'IMPORT_FAULTY';
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    const [first] = faults;
    const rest = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
    const line = first?.line == null ? '' : `:${first.line}`;
    super(
      `${first?.file ?? 'the files'}${line}: expected ${first?.expected}, found ${first?.received}${rest}`,
    );
    this.faults = faults;
  }
}

/** Gathers the faults of one file; what follows from a fault is read on, so that all are told at once. */
export class FaultList {
  readonly faults: Fault[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** `path` names the column or the part of the file; line from 1, null: the whole file. */
  add(
    line: number | null,
    path: string,
    expected: string,
    received: string,
    hint: string | null = null,
  ): void {
    if (this.faults.length >= mostFaults) return;
    this.faults.push({ path, file: this.#file, line, column: null, expected, received, hint });
  }
}

const mostFaults = 100;
