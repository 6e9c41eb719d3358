/** What other tools call the same thing. */
const synonyms: Readonly<Record<string, string>> = {
  url: 'target',
  baseurl: 'target',
  host: 'target',
  requests: 'endpoints',
  scenarios: 'endpoints',
  routes: 'endpoints',
  stages: 'load',
  options: 'load',
  method: 'request',
  path: 'request',
  vus: 'users',
  concurrency: 'users',
  connections: 'users',
  rampup: 'spawnRate',
  hatchrate: 'spawnRate',
  rps: 'rate',
  arrivalrate: 'rate',
  time: 'duration',
  pause: 'thinkTime',
  sleep: 'thinkTime',
  wait: 'thinkTime',
  median: 'p50',
  mean: 'avg',
  average: 'avg',
  'p99.9': 'p999',
  params: 'query',
  json: 'body',
  payload: 'body',
  statuscode: 'status',
  code: 'status',
  contains: 'bodyContains',
  insecure: 'verify',
  token: 'bearer',
  username: 'user',
  keepalive: 'connections',
  pool: 'connections',
  httpversion: 'http',
  unixsocket: 'connect',
  connectto: 'connect',
  cookiejar: 'cookies',
  maxredirects: 'redirects',
  followredirects: 'redirects',
  certificate: 'cert',
  privatekey: 'key',
  cacert: 'ca',
};

/** The known word that the given one most likely stands for; null: none is close. */
export function didYouMean(given: string, known: readonly string[]): string | null {
  if (given.length > 64) return null;
  const plain = simplified(given);
  const synonym = synonyms[plain];
  let best: string | null = synonym !== undefined && known.includes(synonym) ? synonym : null;
  let least = Math.min(3, Math.max(1, Math.floor(given.length / 3))) + 1;
  let equals = 0;
  for (const word of known) {
    const distance = editDistance(plain, simplified(word));
    if (distance < least) [best, least, equals] = [word, distance, 1];
    else if (distance === least && equals > 0) equals++;
  }
  // Among three words equally close, a guess would be none.
  return equals > 2 ? null : best;
}

function simplified(word: string): string {
  return word.toLowerCase().replace(/[\s_-]/g, '');
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    [beforeLast, last] = [last, current];
  }
  return last[b.length] ?? 0;
}
