import { Histogram } from '../record/histogram.ts';
import { type FineCounts, type Outcome, outcomes, type Phase, type Window } from '../record/run.ts';
import type { Exchange } from './engine.ts';

/** Counts what ends, endpoint by endpoint and outcome by outcome, into the window of the current second. */
export class Recorder {
  readonly #cells: (Cell | undefined)[];
  readonly #fine: (Fine | undefined)[];
  #secondStartMs = 0;
  /** Requests that ended since the start. */
  ended = 0;

  constructor(endpoints: number) {
    this.#cells = new Array<Cell | undefined>(endpoints * outcomes.length);
    this.#fine = new Array<Fine | undefined>(endpoints);
  }

  /** `intendedMs`: when the request was due; its answer's wait counts from there. */
  record(endpoint: number, outcome: Outcome, intendedMs: number, exchange: Exchange): void {
    const at = endpoint * outcomes.length + outcomes.indexOf(outcome);
    let cell = this.#cells[at];
    if (cell === undefined) {
      cell = new Cell(endpoint, outcome);
      this.#cells[at] = cell;
    }
    const { startMs, endMs, connectedMs, firstByteMs } = exchange;
    const responseUs = (endMs - intendedMs) * 1000;
    cell.count += 1;
    cell.response.record(responseUs);
    cell.service.record((endMs - startMs) * 1000);
    if (firstByteMs > 0) cell.firstByte.record((firstByteMs - startMs) * 1000);
    if (connectedMs > 0) cell.connect.record((connectedMs - startMs) * 1000);
    if (exchange.status > 0) cell.statuses[exchange.status] = (cell.statuses[exchange.status] ?? 0) + 1;
    if (exchange.serverClosed) cell.serverCloses += 1;
    cell.bytesIn += exchange.bytesIn;
    cell.bytesOut += exchange.bytesOut;
    this.ended += 1;

    let fine = this.#fine[endpoint];
    if (fine === undefined) {
      fine = new Fine();
      this.#fine[endpoint] = fine;
    }
    const tenth = Math.min(9, Math.max(0, Math.floor((endMs - this.#secondStartMs) / 100)));
    fine.completed[tenth] = (fine.completed[tenth] ?? 0) + 1;
    if (outcome !== 'ok') fine.failed[tenth] = (fine.failed[tenth] ?? 0) + 1;
    fine.responseSumUs[tenth] = (fine.responseSumUs[tenth] ?? 0) + responseUs;
  }

  /** What ends from now on belongs to the second that began at `secondStartMs`, on the engine's clock. */
  open(secondStartMs: number): void {
    this.#secondStartMs = secondStartMs;
  }

  /** Takes out what was counted and begins anew. */
  flush(second: number, phase: Phase): { windows: Window[]; fine: FineCounts[] } {
    const windows: Window[] = [];
    for (const cell of this.#cells)
      if (cell !== undefined && cell.count > 0) windows.push(cell.take(second, phase));
    const fine: FineCounts[] = [];
    this.#fine.forEach((tenths, endpoint) => {
      if (tenths === undefined || !tenths.completed.some((count) => count > 0)) return;
      fine.push({
        second,
        endpoint,
        completed: tenths.completed,
        failed: tenths.failed,
        responseSumUs: tenths.responseSumUs.map(Math.round),
      });
      this.#fine[endpoint] = undefined;
    });
    return { windows, fine };
  }
}

class Fine {
  readonly completed: number[] = new Array<number>(10).fill(0);
  readonly failed: number[] = new Array<number>(10).fill(0);
  readonly responseSumUs: number[] = new Array<number>(10).fill(0);
}

class Cell {
  count = 0;
  bytesIn = 0;
  bytesOut = 0;
  serverCloses = 0;
  readonly statuses = new Uint32Array(1000);
  readonly response = new Histogram();
  readonly service = new Histogram();
  readonly firstByte = new Histogram();
  readonly connect = new Histogram();
  readonly #endpoint: number;
  readonly #outcome: Outcome;

  constructor(endpoint: number, outcome: Outcome) {
    this.#endpoint = endpoint;
    this.#outcome = outcome;
  }

  take(second: number, phase: Phase): Window {
    const statuses: Record<string, number> = {};
    for (let status = 100; status < 1000; status += 1) {
      const count = this.statuses[status] ?? 0;
      if (count > 0) statuses[status] = count;
    }
    const window: Window = {
      second,
      phase,
      endpoint: this.#endpoint,
      outcome: this.#outcome,
      count: this.count,
      statuses,
      bytesIn: this.bytesIn,
      bytesOut: this.bytesOut,
      response: this.response.snapshot(),
      service: this.service.snapshot(),
      firstByte: this.firstByte.snapshot(),
      connect: this.connect.snapshot(),
      serverCloses: this.serverCloses,
    };
    this.count = 0;
    this.bytesIn = 0;
    this.bytesOut = 0;
    this.serverCloses = 0;
    this.statuses.fill(0);
    this.response.reset();
    this.service.reset();
    this.firstByte.reset();
    this.connect.reset();
    return window;
  }
}
