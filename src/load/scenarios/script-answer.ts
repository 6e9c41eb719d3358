import type { FlowAnswer } from '../../plan/flow-script.ts';
import { bodyText } from '../parsed-body.ts';
import type { Answer } from '../scenario.ts';
import { FlowFault } from './flow-fault.ts';

/**
 * An answer as a flow's function sees it. Nothing is copied: it reads from the connection, which keeps the answer until
 * the user's next request.
 */
export class ScriptAnswer implements FlowAnswer {
  readonly status: number;
  ok: boolean;
  #answer: Answer | null;

  constructor(answer: Answer) {
    this.#answer = answer;
    this.status = answer.status;
    this.ok = answer.outcome === 'ok';
  }

  header(name: string): string | null {
    return this.#read().headers(name.toLowerCase())[0] ?? null;
  }

  text(): string {
    return bodyText(this.#read());
  }

  json(): unknown {
    return JSON.parse(this.text());
  }

  cookie(name: string): string | null {
    return this.#read().cookie(name);
  }

  /** The connection is about to carry something else. */
  release(): void {
    this.#answer = null;
  }

  #read(): Answer {
    if (this.#answer !== null) return this.#answer;
    throw new FlowFault(
      'FLOW_ANSWER_GONE',
      "an answer can be read until the user's next request: read its text(), json(), header() and cookie() before that",
    );
  }
}
