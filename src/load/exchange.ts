import type { Exchange } from './engine.ts';

/** An exchange that never began: no answer, no bytes, times of 0. */
export function blankExchange(): Exchange {
  return {
    failure: null,
    status: 0,
    startMs: 0,
    connectedMs: 0,
    firstByteMs: 0,
    endMs: 0,
    bytesIn: 0,
    bytesOut: 0,
    serverClosed: false,
    problem: '',
  };
}

/** Makes it blank again, field by field: an engine keeps one for each client, so that requests leave nothing behind. */
export function resetExchange(exchange: Exchange): void {
  exchange.failure = null;
  exchange.status = 0;
  exchange.startMs = 0;
  exchange.connectedMs = 0;
  exchange.firstByteMs = 0;
  exchange.endMs = 0;
  exchange.bytesIn = 0;
  exchange.bytesOut = 0;
  exchange.serverClosed = false;
  exchange.problem = '';
}
