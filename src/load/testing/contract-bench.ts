import { afterEach, expect } from 'vitest';
import type { Address, Client, Engine, Exchange, WireMessage } from '../engine.ts';
import {
  type ContractHandler,
  type ContractServer,
  contractRequest,
  type HttpVersion,
  startContractServer,
} from './contract-server.ts';

/** An implementation of the engine port, and what its connections are like. */
export type ContractSubject = {
  readonly name: string;
  readonly version: HttpVersion;
  make(address: Address, now: () => number): Engine;
  /** Connections that so many clients use for requests at the same time; `fresh`: one for each request. */
  readonly connections: 'own' | 'fresh' | { readonly shared: number };
};

type Keeps = { keepBody?: boolean; keepHead?: boolean };
export type Seen = { readonly exchange: Exchange; readonly client: Client };

export type ContractBench = ReturnType<typeof contractBench>;

/** Servers and clients of one subject's tests, stopped after each of them. */
export function contractBench(subject: ContractSubject) {
  const { version } = subject;
  const cleanups: (() => Promise<void> | void)[] = [];
  const clients: Client[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    for (const cleanup of cleanups.splice(0)) await cleanup();
  });

  async function serve(
    handler: ContractHandler,
    options?: Parameters<typeof startContractServer>[2],
  ): Promise<ContractServer> {
    const server = await startContractServer(version, handler, options);
    cleanups.push(() => server.stop());
    return server;
  }
  const engineFor = (server: Pick<ContractServer, 'to'>, tls: Address['tls'] = null): Engine =>
    subject.make({ to: server.to, proxy: null, tls }, () => performance.now());

  /** A client whose exchanges can be awaited. */
  function caller(engine: Engine) {
    let over: ((seen: Seen) => void) | null = null;
    let within = false;
    const client = engine.client(() => {
      expect(within, 'ended within send').toBe(false);
      const told = over;
      over = null;
      expect(told, 'ended without a request').not.toBeNull();
      told?.({ exchange: { ...client.exchange }, client });
    });
    clients.push(client);
    const send = (message: Partial<WireMessage> = {}, keeps: Keeps = {}): Promise<Seen> => {
      const { promise, resolve } = Promise.withResolvers<Seen>();
      over = resolve;
      within = true;
      client.send(contractRequest(version, message, keeps));
      within = false;
      return promise;
    };
    return { client, send };
  }

  async function once(
    handler: ContractHandler,
    message: Partial<WireMessage> = {},
    keeps: Keeps = { keepBody: true, keepHead: true },
  ): Promise<Seen & { engine: Engine; server: ContractServer }> {
    const server = await serve(handler);
    const engine = engineFor(server);
    return { ...(await caller(engine).send(message, keeps)), engine, server };
  }

  return { cleanups, serve, engineFor, caller, once };
}

/** The kept body as text. */
export const text = (client: Client): string => client.body().toString('latin1');
