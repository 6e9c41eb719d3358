import { isObject } from '../document.ts';

/** One series of an instant query: its labels and its present value. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const answerLimitMs = 5000;

/** Asks a Prometheus for the present value of an expression that yields a vector; throws with what it said. */
export async function queryPrometheus(url: string, expression: string): Promise<readonly Series[]> {
  const response = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: expression }),
    signal: AbortSignal.timeout(answerLimitMs),
  });
  const answer: unknown = await response.json();
  const data = isObject(answer) && isObject(answer.data) ? answer.data : undefined;
  if (!response.ok || data?.resultType !== 'vector' || !Array.isArray(data.result))
    throw new Error(`${expression}: ${JSON.stringify(answer)}`);
  return data.result.map(seriesOf);
}

function seriesOf(entry: unknown): Series {
  if (!isObject(entry) || !isObject(entry.metric) || !Array.isArray(entry.value))
    throw new Error(`not a series: ${JSON.stringify(entry)}`);
  const labels = Object.entries(entry.metric).map(([name, value]) => [name, String(value)] as const);
  return { labels: Object.fromEntries(labels), value: Number(entry.value[1]) };
}
