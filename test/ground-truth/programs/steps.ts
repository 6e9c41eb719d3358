import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Query, Step } from '../server-config.ts';
import { compute, computeAside } from './hash-work.ts';

/** What the steps of one server share. */
export type Surroundings = {
  readonly query: (query: Query) => Promise<void>;
  readonly blockingQuery: (query: Query) => void;
};

export type Asked = { readonly key: string; readonly rows: number };

const longestTail = 40;

/** Carries out a route's steps, one after the other. */
export class Steps {
  readonly #around: Surroundings;
  readonly #locks = new Map<string, Promise<void>>();
  readonly #entries: string[] = [];
  readonly #versions = new Map<Step, number>();
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), 'loadline-steps-'));

  constructor(around: Surroundings) {
    this.#around = around;
    closeSync(openSync(path.join(this.#folder, 'written'), 'w'));
    process.once('exit', () => rmSync(this.#folder, { recursive: true, force: true }));
  }

  async carryOut(steps: readonly Step[], asked: Asked): Promise<void> {
    for (const step of steps) await this.#carryOutOne(step, asked);
  }

  async #carryOutOne(step: Step, asked: Asked): Promise<void> {
    switch (step.do) {
      case 'compute': {
        // Pareto with α = 1.5: its mean is three times its least.
        const factor = step.tail === true ? Math.min(longestTail, (1 - Math.random()) ** (-1 / 1.5)) : 1;
        compute(step.ms * factor);
        return;
      }
      case 'compute-aside':
        return computeAside(step.ms);
      case 'query':
        return this.#around.query(step.query);
      case 'blocking-query':
        this.#around.blockingQuery(step.query);
        return;
      case 'query-each-row':
        for (let row = 0; row < asked.rows; row += 1) await this.#around.query(step.query);
        return;
      case 'locked':
        return this.#locked(step.per === 'server' ? '' : asked.key, () => this.carryOut(step.steps, asked));
      case 'flush': {
        const file = await open(path.join(this.#folder, 'written'), 'r+');
        try {
          for (let i = 0; i < step.times; i += 1) {
            await file.write(`${asked.key} was written\n`);
            await file.sync();
          }
        } finally {
          await file.close();
        }
        return;
      }
      case 'grow-and-scan':
        for (let i = 0; i < step.entries; i += 1)
          this.#entries.push(`entry ${this.#entries.length} of ${asked.key}`);
        this.#entries.filter((entry) => entry.endsWith('of nobody'));
        return;
      case 'optimistic': {
        for (;;) {
          const read = this.#versions.get(step) ?? 0;
          await this.carryOut(step.steps, asked);
          if ((this.#versions.get(step) ?? 0) !== read) continue;
          this.#versions.set(step, read + 1);
          return;
        }
      }
      default:
        step satisfies never;
    }
  }

  async #locked(name: string, work: () => Promise<void>): Promise<void> {
    const before = this.#locks.get(name) ?? Promise.resolve();
    const mine = before.then(work);
    const settled = mine.catch(() => undefined);
    this.#locks.set(name, settled);
    try {
      await mine;
    } finally {
      if (this.#locks.get(name) === settled) this.#locks.delete(name);
    }
  }
}
