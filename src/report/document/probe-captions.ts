import type { ProbeChart } from './probe-tables.ts';

/** How to read what a probe saw; beneath its chart, and above its table where nothing is drawn. */
export const probeCaptions: Readonly<Record<ProbeChart, string>> = {
  coupling:
    'One endpoint is held above its own limit, the others are asked now and then beside it. Added is how much longer such a request takes than alone; its share of the loaded endpoint’s own delay is about 1 where both wait in one queue, and about 0 where they share nothing that is full.',
  solo: 'Throughput of each endpoint alone, by the number of users that ask it. Where it grows no more, the endpoint has reached its own limit.',
  reuse:
    'The same requests over connections that stay open, and over a new one each: the difference is what a new connection costs.',
  keys: 'One user asks for the same key again and again, then for other keys. A cache answers the same key faster. Conditional requests show whether the server can say “not changed” without sending the answer.',
  sizes:
    'One user asks for results of several sizes. What grows with the rows is the cost of a row; where it is large, each row costs work of its own.',
  rows: 'The same writes, all to one row and then spread over many. Slower to one row: they wait for each other there.',
  steps:
    'Requests answered well as the rate is raised step by step. What stays behind while errors begin is a limit.',
};
