import type { Outcome } from '../record/run.ts';
import type { CookieJar } from './cookie-jar.ts';
import { decodeBody } from './decode-body.ts';
import { type Challenge, digestAuthorization, parseChallenge } from './digest.ts';
import type { Client, Exchange, Failure, WireRequest } from './engine.ts';
import type { Feeder } from './feeder.ts';
import type { Values } from './request-writer.ts';
import { redirected, redirectOf, targetOf, withHeaders } from './rewrite-request.ts';
import type { Answer, RequestExtra, Scenario, User } from './scenario.ts';
import type { Workload, WorkloadEndpoint } from './workload.ts';

/** What a user tells the workload model that it belongs to. */
export type UserHost = {
  readonly workload: Workload;
  /** Users wait so long after a connection that failed, or they would spin on a target that is down. */
  readonly pauseAfterFailedConnectMs: number;
  /** A request begins. */
  begun(): void;
  /** It ended, and had been sent so late; false: the stage is over, nothing follows. */
  ended(user: VirtualUser, lagMs: number): boolean;
  /** So long was slept before the request that begins now. */
  thought(ms: number): void;
  finished(user: VirtualUser): void;
};

/**
 * Timers count whole ms, so a think time is known to this grain only: lateness within it was thinking. Lateness beyond
 * it is the generator's, and the wait counts from when the request was due.
 */
const timerGrainMs = 1.5;

/** A virtual user: carries out a scenario over one client, and sees to what a browser sees to. */
export class VirtualUser implements User, Answer {
  readonly client: Client;
  values: Values = {};
  memory: unknown = null;
  outcome: Outcome = 'ok';
  /** When the request under way times out; infinite while none is. */
  deadlineMs = Number.POSITIVE_INFINITY;
  /** Its request under way is its last. */
  isLeaving = false;
  /** When the pass under way was due to begin, and when the last request or pause ended. */
  passDueMs = 0;
  dueMs = 0;
  readonly #host: UserHost;
  #scenario: Scenario | null = null;
  #endpoint = 0;
  #request: WireRequest | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** A scenario's call is under way: the time is `#nowMs`. */
  #inHand = false;
  #nowMs = 0;
  #thoughtMs = 0;
  #body: Buffer | null = null;
  #jar: CookieJar | null = null;
  #drawn: Set<Feeder> | null = null;
  #trail: Trail | null = null;
  #login: { readonly challenge: Challenge; count: number } | null = null;

  constructor(host: UserHost) {
    this.#host = host;
    this.client = host.workload.engine.client(() => this.#ended());
  }

  get random(): () => number {
    return this.#host.workload.random;
  }

  get answer(): Answer {
    return this;
  }

  get status(): number {
    return this.client.exchange.status;
  }

  get isBusy(): boolean {
    return this.deadlineMs < Number.POSITIVE_INFINITY;
  }

  /** Begins a pass. */
  begin(scenario: Scenario, dueMs: number, nowMs: number): void {
    this.#scenario = scenario;
    this.passDueMs = dueMs;
    this.dueMs = dueMs;
    this.#handing(nowMs, scenario, begin);
  }

  request(index: number, extra?: RequestExtra): void {
    if (this.#scenario === null) return;
    const { workload } = this.#host;
    const endpoint = workload.endpoints[index];
    if (endpoint === undefined)
      throw new RangeError(`there is no endpoint ${index} of ${workload.endpoints.length}`);
    const values = endpoint.usesUserValues ? this.values : scratch;
    const request = this.#drawnForLife(endpoint)
      ? extra === undefined || (extra.headers === undefined && extra.body === undefined)
        ? endpoint.writer.write(workload.random, values, extra?.values)
        : endpoint.writer.writeWith(workload.random, values, extra)
      : null;
    if (request === null) {
      workload.usedUp(index);
      return;
    }
    this.#endpoint = index;
    this.#trail = null;
    this.deadlineMs = (this.#inHand ? this.#nowMs : workload.clock()) + endpoint.timeoutMs;
    if (this.#thoughtMs > 0) this.#host.thought(this.#thoughtMs);
    this.#thoughtMs = 0;
    this.#host.begun();
    this.#send(request, endpoint);
  }

  think(ms: number, then: () => void): void {
    if (this.#scenario !== null) this.pause(ms, then);
  }

  waited(): void {
    const nowMs = this.#host.workload.clock();
    this.#thoughtMs += nowMs - this.dueMs;
    this.dueMs = nowMs;
  }

  /** Sleeps, within a pass or between two. */
  pause(ms: number, then: (nowMs: number) => void): void {
    const { clock } = this.#host.workload;
    if (ms <= 0) {
      then(this.#inHand ? this.#nowMs : clock());
      return;
    }
    const fromMs = this.#inHand ? this.dueMs : clock();
    const nextMs = fromMs + ms;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        const now = clock();
        this.dueMs = now - nextMs < timerGrainMs ? now : nextMs;
        this.#thoughtMs += this.dueMs - fromMs;
        this.#nowMs = now;
        this.#inHand = true;
        then(now);
        this.#inHand = false;
      },
      Math.max(0, Math.round(nextMs - clock())),
    );
  }

  finish(): void {
    if (this.#scenario === null) return;
    this.#scenario = null;
    this.#host.finished(this);
  }

  headers(name: string): readonly string[] {
    return this.client.headers(name);
  }

  body(): Buffer {
    this.#body ??= decodeBody(this.client.body(), this.client.headers('content-encoding')) ?? nothing;
    return this.#body;
  }

  cookie(name: string): string | null {
    if (this.#jar === null || this.#request === null) return null;
    return this.#jar.value(targetOf(this.#request).path, name);
  }

  /** Gives up the pass under way, unless a request is in flight: its answer is awaited. */
  retire(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.isBusy) this.#abandon();
  }

  /** Somebody else comes over the same connection. */
  renew(): void {
    if (this.memory !== null) this.memory = null;
    if (this.#jar === null && this.#drawn === null && this.#login === null && !this.#host.workload.usesValues)
      return;
    this.values = {};
    this.#jar = null;
    this.#drawn = null;
    this.#login = null;
  }

  #abandon(): void {
    const scenario = this.#scenario;
    this.#scenario = null;
    scenario?.abandoned?.(this);
  }

  #handing(nowMs: number, scenario: Scenario, act: (scenario: Scenario, user: VirtualUser) => void): void {
    this.#nowMs = nowMs;
    this.#inHand = true;
    act(scenario, this);
    this.#inHand = false;
  }

  #drawnForLife({ perUser }: WorkloadEndpoint): boolean {
    for (const feeder of perUser) if (!this.draw(feeder)) return false;
    return true;
  }

  /** Draws a row into the user's values: of a feeder per user the first time only. False: it is used up. */
  draw(feeder: Feeder): boolean {
    if (feeder.perUser) {
      this.#drawn ??= new Set();
      if (this.#drawn.has(feeder)) return true;
      this.#drawn.add(feeder);
    }
    return feeder.draw(this.#host.workload.random, this.values);
  }

  #send(plain: WireRequest, endpoint: WorkloadEndpoint): void {
    this.#body = null;
    this.#request = plain;
    const dressed = this.#jar === null && this.#login === null ? plain : this.#dressed(plain, endpoint);
    this.client.send(dressed);
  }

  /** The request with the user's cookies and credentials. */
  #dressed(plain: WireRequest, endpoint: WorkloadEndpoint): WireRequest {
    const headers: (readonly [string, string])[] = [];
    const { method, path } = targetOf(plain);
    const cookies =
      this.#jar === null || endpoint.setsCookie ? '' : this.#jar.header(path, this.#host.workload.clock());
    if (cookies !== '') headers.push(['cookie', cookies]);
    const { digest } = endpoint;
    if (this.#login !== null && digest !== null) {
      this.#login.count += 1;
      const { challenge, count } = this.#login;
      headers.push([
        'authorization',
        digestAuthorization(challenge, { ...digest, method, uri: path, count }),
      ]);
    }
    return headers.length === 0 ? plain : withHeaders(plain, headers);
  }

  #ended(): void {
    const { client } = this;
    const { exchange } = client;
    const { workload } = this.#host;
    const endpoint = workload.endpoints[this.#endpoint];
    if (endpoint === undefined) return;
    if (exchange.failure === null) {
      if (client.setsCookies) this.#keepCookies();
      const { status } = exchange;
      if (((status >= 300 && status < 400) || status === 401) && this.#goesOn(endpoint)) return;
    }
    this.deadlineMs = Number.POSITIVE_INFINITY;
    const trail = this.#trail;
    const whole = trail === null ? exchange : trail.whole(exchange);
    this.outcome = exchange.failure ?? this.#judged(endpoint);
    workload.record(this.#endpoint, this.outcome, this.dueMs, whole);
    const goesOn = this.#host.ended(this, Math.max(0, whole.startMs - this.dueMs));
    this.dueMs = exchange.endMs;
    if (!goesOn) {
      this.#abandon();
      return;
    }
    const scenario = this.#scenario;
    if (scenario === null) return;
    if (isNotConnected(exchange.failure) && this.#host.pauseAfterFailedConnectMs > 0) {
      this.#nowMs = exchange.endMs;
      this.#inHand = true;
      this.think(this.#host.pauseAfterFailedConnectMs, () => scenario.answered(this));
      this.#inHand = false;
      return;
    }
    this.#handing(exchange.endMs, scenario, answered);
  }

  #judged(endpoint: WorkloadEndpoint): Outcome {
    const outcome = endpoint.judge(this);
    if (outcome !== 'ok' || this.#scenario?.judges === undefined) return outcome;
    this.outcome = outcome;
    return this.#scenario.judges(this) ? 'ok' : 'expectation';
  }

  #keepCookies(): void {
    const { makeJar } = this.#host.workload;
    if (makeJar === null || this.#request === null) return;
    this.#jar ??= makeJar();
    this.#jar.set(targetOf(this.#request).path, this.client.headers('set-cookie'));
  }

  /** Follows a redirect or answers a challenge; false: the answer stands as it is. */
  #goesOn(endpoint: WorkloadEndpoint): boolean {
    const { exchange } = this.client;
    const request = this.#request;
    if (request === null) return false;
    const { workload } = this.#host;
    const { method, path } = targetOf(request);
    if (exchange.status === 401) {
      if (endpoint.digest === null || this.#trail?.isChallenged === true) return false;
      const challenge = parseChallenge(this.client.headers('www-authenticate'));
      if (challenge === null) return false;
      this.#login = { challenge, count: 0 };
      this.#trail = (this.#trail ?? new Trail()).after(exchange);
      this.#trail.isChallenged = true;
      workload.followed('challenge');
      this.#send(request, endpoint);
      return true;
    }
    if ((this.#trail?.redirects ?? 0) >= endpoint.redirects) return false;
    const redirect = redirectOf(exchange.status, this.client.headers('location'), {
      origin: workload.origin,
      method,
      path,
    });
    if (redirect === 'elsewhere') workload.followed('elsewhere');
    if (redirect === null || redirect === 'elsewhere') return false;
    this.#trail = (this.#trail ?? new Trail()).after(exchange);
    this.#trail.redirects += 1;
    workload.followed('redirect');
    this.#send(redirected(request, redirect.path, redirect.asGet), endpoint);
    return true;
  }
}

/** A body that can't be unpacked holds nothing that could be found in it. */
const nothing = Buffer.alloc(0);

/** Of endpoints whose values nobody else reads: filled and read within one call. */
const scratch: Values = {};

function begin(scenario: Scenario, user: VirtualUser): void {
  scenario.begin(user);
}

function answered(scenario: Scenario, user: VirtualUser): void {
  scenario.answered(user);
}

function isNotConnected(failure: Failure | null): boolean {
  return failure === 'refused' || failure === 'unreachable' || failure === 'tls';
}

/** The exchanges that came before the last one of a request: redirects and challenges. */
class Trail {
  redirects = 0;
  isChallenged = false;
  #startMs = -1;
  #connectedMs = 0;
  #bytesIn = 0;
  #bytesOut = 0;

  after({ startMs, connectedMs, bytesIn, bytesOut }: Exchange): this {
    if (this.#startMs < 0) {
      this.#startMs = startMs;
      this.#connectedMs = connectedMs;
    }
    this.#bytesIn += bytesIn;
    this.#bytesOut += bytesOut;
    return this;
  }

  /** One exchange from the first byte sent to the last received. */
  whole(last: Exchange): Exchange {
    return {
      ...last,
      startMs: this.#startMs,
      connectedMs: this.#connectedMs,
      bytesIn: last.bytesIn + this.#bytesIn,
      bytesOut: last.bytesOut + this.#bytesOut,
    };
  }
}
