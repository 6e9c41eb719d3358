import type { FlowAnswer, FlowRequest, FlowUser } from '../../plan/flow-script.ts';
import type { RequestExtra, User } from '../scenario.ts';
import { FlowFault } from './flow-fault.ts';
import { thrownText } from './flow-faults.ts';
import { idlePauseMs } from './flow-parts.ts';
import { OncePass, type OnceResults } from './once-pass.ts';
import type { Script, ScriptKeeps } from './script.ts';
import { ScriptAnswer } from './script-answer.ts';
import { checkNeeds, extraOf, type ScriptRequest } from './script-requests.ts';
import { thisTurn } from './turn.ts';

/** Node's timers hold a signed 32-bit number of ms. */
const longestPauseMs = 2 ** 31 - 1;

/**
 * One pass of one user through a flow's function. One object each, so that a function that outlives its pass can't
 * disturb the next one. A request costs one promise, made without a wrapper.
 */
export class ScriptPass implements FlowUser {
  readonly memory: Record<string, unknown>;
  readonly data: Readonly<Record<string, string>>;
  readonly #script: Script;
  readonly #user: User;
  readonly #results: OnceResults;
  #state: 'running' | 'requesting' | 'pausing' | 'over' | 'abandoned' = 'running';
  /** The function has ended, while something that it did not await was under way. */
  #isEnding = false;
  /** It has requested something, or paused. */
  #isActive = false;
  /** The turn in which it was last given something to go on with. */
  #turn = 0;
  #resolve: (answer: FlowAnswer | Promise<never>) => void = ignore;
  #check: ((answer: FlowAnswer) => boolean) | null = null;
  #answer: ScriptAnswer | null = null;
  /** What the check threw, as a rejection for who awaits the answer. */
  #thrown: Promise<never> | null = null;
  #once: OncePass | null = null;
  readonly #keep = (resolve: (answer: FlowAnswer | Promise<never>) => void): void => {
    this.#resolve = resolve;
  };

  constructor(script: Script, user: User, { memory, results }: ScriptKeeps) {
    this.#script = script;
    this.#user = user;
    this.#results = results;
    this.memory = memory;
    this.data = script.dataOf(user.values);
  }

  get(path: string, options?: FlowRequest): Promise<FlowAnswer> {
    return this.#send(this.#script.requests.of('GET', path), `GET ${path}`, options);
  }

  head(path: string, options?: FlowRequest): Promise<FlowAnswer> {
    return this.#send(this.#script.requests.of('HEAD', path), `HEAD ${path}`, options);
  }

  post(path: string, options?: FlowRequest): Promise<FlowAnswer> {
    return this.#send(this.#script.requests.of('POST', path), `POST ${path}`, options);
  }

  put(path: string, options?: FlowRequest): Promise<FlowAnswer> {
    return this.#send(this.#script.requests.of('PUT', path), `PUT ${path}`, options);
  }

  patch(path: string, options?: FlowRequest): Promise<FlowAnswer> {
    return this.#send(this.#script.requests.of('PATCH', path), `PATCH ${path}`, options);
  }

  delete(path: string, options?: FlowRequest): Promise<FlowAnswer> {
    return this.#send(this.#script.requests.of('DELETE', path), `DELETE ${path}`, options);
  }

  request(line: string, options?: FlowRequest): Promise<FlowAnswer> {
    return this.#send(this.#script.requests.named(line), line, options);
  }

  think(ms: number): Promise<void> {
    if (this.#state !== 'running') return this.#outOfTurn();
    if (!(ms >= 0 && ms <= longestPauseMs)) {
      const text = `think(${String(ms)}): a pause is a number of ms, 0 or more`;
      return Promise.reject(new FlowFault('FLOW_REQUEST', text));
    }
    if (ms === 0) return Promise.resolve();
    this.#takeUp();
    this.#state = 'pausing';
    this.#isActive = true;
    return new Promise((resolve) => this.#user.think(ms, () => this.#goOn(resolve)));
  }

  once<T>(work: () => Promise<T>): Promise<T> {
    this.#once ??= new OncePass(this.#results);
    return this.#once.call(work);
  }

  random(): number {
    return this.#user.random();
  }

  /** Runs the function. */
  run(): void {
    this.#turn = thisTurn();
    try {
      const promise: unknown = this.#script.work(this);
      if (promise instanceof Promise) promise.then(this.#ended, this.#failed);
      else this.#ended();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Whether the function's own check holds; the request is counted after it. */
  judges(): boolean {
    if (this.#check === null) return true;
    this.#answer = new ScriptAnswer(this.#user.answer);
    try {
      if (this.#check(this.#answer)) return true;
    } catch (error) {
      this.#thrown = Promise.reject(error);
      // Whoever awaits the answer gets it; nobody may.
      this.#thrown.catch(ignore);
    }
    this.#answer.ok = false;
    return false;
  }

  answered(): void {
    this.#answer ??= new ScriptAnswer(this.#user.answer);
    const outcome = this.#thrown ?? this.#answer;
    this.#thrown = null;
    this.#goOn(() => this.#resolve(outcome));
  }

  /** The stage is over: what the function waits for never comes, and nothing holds on to it. */
  abandon(): void {
    this.#state = 'abandoned';
    this.#resolve = ignore;
    this.#check = null;
  }

  #send(request: ScriptRequest | null, line: string, options: FlowRequest | undefined): Promise<FlowAnswer> {
    if (this.#state !== 'running') return this.#outOfTurn();
    if (request === null) return Promise.reject(this.#undeclared(line));
    let extra: RequestExtra | undefined;
    try {
      checkNeeds(request, options?.values, this.#user.values);
      extra = options === undefined ? undefined : extraOf(request, options);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#check = options?.check ?? null;
    this.#release();
    this.#takeUp();
    this.#state = 'requesting';
    this.#isActive = true;
    const promise = new Promise<FlowAnswer>(this.#keep);
    this.#user.request(request.endpoint, extra);
    return promise;
  }

  #goOn(resolve: () => void): void {
    if (this.#state === 'abandoned') return;
    this.#state = 'running';
    this.#turn = thisTurn();
    if (this.#isEnding) this.#finish();
    else resolve();
  }

  readonly #ended = (): void => {
    if (this.#state === 'abandoned') return;
    if (this.#state === 'running') {
      if (!this.#isActive)
        this.#script.faults.add(
          'idle',
          `a pass without a request or a pause was held up for ${idlePauseMs} ms`,
        );
      this.#finish();
      return;
    }
    this.#script.faults.add('threw', `it ended while a ${words[this.#state]} was under way: await it`);
    this.#isEnding = true;
  };

  readonly #failed = (error: unknown): void => {
    if (this.#state === 'abandoned') return;
    if (!(error instanceof FlowFault && error.code === 'FLOW_UNDECLARED'))
      this.#script.faults.add('threw', thrownText(error, this.#script.file));
    if (this.#state === 'running') this.#finish();
    else this.#isEnding = true;
  };

  #finish(): void {
    this.#state = 'over';
    this.#release();
    this.#takeUp();
    if (this.#isActive) this.#user.finish();
    else this.#user.think(idlePauseMs, () => this.#user.finish());
  }

  /** If the function has waited for something else, that was no request of late. */
  #takeUp(): void {
    if (this.#turn !== thisTurn()) this.#user.waited();
  }

  #release(): void {
    this.#answer?.release();
    this.#answer = null;
  }

  #undeclared(line: string): FlowFault {
    const { all } = this.#script.requests;
    const known = all.slice(0, 5).map((one) => one.line);
    const text =
      `${line} is not declared: add it to the flow's requests, so that it is counted, ` +
      `and give its values as { values: { … } } (declared: ${known.join(', ') || 'none'}${all.length > 5 ? ', …' : ''})`;
    this.#script.faults.add('undeclared', text);
    return new FlowFault('FLOW_UNDECLARED', text);
  }

  /** A call when none is due. Of a pass that is gone the promise stays open: nobody is left who could be told. */
  #outOfTurn(): Promise<never> {
    switch (this.#state) {
      case 'requesting':
      case 'pausing':
        return Promise.reject(
          new FlowFault(
            'FLOW_OUT_OF_TURN',
            `a user does one thing at a time: await the ${words[this.#state]} before the next call (for more at once, run more users)`,
          ),
        );
      case 'over':
        this.#script.faults.add('threw', 'its user was called after it had ended: await every call');
        break;
      case 'running':
      case 'abandoned':
        break;
      default:
        this.#state satisfies never;
    }
    return new Promise(ignore);
  }
}

const words = { requesting: 'request', pausing: 'pause', over: 'pass' } as const;

function ignore(): void {}
