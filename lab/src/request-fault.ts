export interface Fault {
  /** Where in the request: `body.userId`, `query._limit`. */
  readonly path: string;
  readonly expected: string;
  readonly received: string;
}

/** A request that cannot be answered as asked: its status, and every fault in it. */
export class RequestFault extends Error {
  readonly statusCode: number;
  readonly code: string;
  readonly faults: readonly Fault[];

  constructor(statusCode: number, code: string, message: string, faults: readonly Fault[] = []) {
    super(message);
    this.name = 'RequestFault';
    this.statusCode = statusCode;
    this.code = code;
    this.faults = faults;
  }
}

/** How a value is shown in a message: short, whatever was sent. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
