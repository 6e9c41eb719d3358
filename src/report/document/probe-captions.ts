import type { ProbeChart } from './probe-tables.ts';

/** How to read what a probe saw; beneath its chart, and above its table where nothing can be drawn. */
export const probeCaptions: Readonly<Record<ProbeChart, string>> = {
  coupling:
    'One endpoint is held above its own limit, the others are asked now and then beside it. A cell says how much longer such a request takes than alone, and what part that is of the loaded endpoint’s own delay: about 1 says that both wait in one queue, about 0 that they share nothing that is full. Tinted: delayed beyond doubt.',
  solo: 'Throughput of each endpoint alone, by the number of users that ask it. Where the curve turns flat the endpoint has reached its own limit (shaded: the interval of that limit; dashed: the users at which it begins).',
  reuse:
    'The same requests over connections that stay open, and over a new one each: the difference is what a new connection costs.',
  keys: 'One user asks for the same key again and again, then for other keys. A cache answers the same key faster. Conditional requests show whether the server can say “not changed” without sending the answer.',
  sizes:
    'One user asks for results of several sizes. The slope is the cost of a row; where it is steep, each row costs work of its own.',
  rows: 'The same writes, all to one row and then spread over many. Slower to one row: they wait for each other there.',
  steps:
    'Requests answered well as the rate is raised step by step. A bar that stays behind while errors begin is a limit.',
};
