import { LabError } from '../lab-error.ts';
import { listAt, numberAt } from './json-reading.ts';
import type { Loadline } from './loadline-command.ts';
import { staticPage, staticPlan } from './measuring-plan.ts';

/** A page that is asked for as fast as it comes. Rates per second, times in milliseconds. */
export interface PageLoad {
  readonly rate: number;
  readonly averageMs: number;
  /** Of an answer as it was sent, its head included. */
  readonly bytes: number;
  readonly failed: number;
}

/** How a system sends a static page: to who has nothing, and to who has it already. */
export interface StaticFigures {
  readonly first: PageLoad;
  /** With If-None-Match; `null`: the page has no ETag to ask with. */
  readonly again: PageLoad | null;
}

/** Two small loads on the system's static page. @throws LabError when Loadline could not measure it. */
export async function measureStatic(
  loadline: Loadline,
  name: string,
  url: string,
  isShort: boolean,
): Promise<StaticFigures> {
  const load = async (part: string, etag: string | null) =>
    pageLoadOf((await loadline.measure(`${name}-${part}`, ['run'], staticPlan(url, etag, isShort))).analysis);
  const first = await load('first', null);
  const answer = await fetch(`${url}${staticPage}`, {
    headers: { 'accept-encoding': 'br, gzip' },
    signal: AbortSignal.timeout(5000),
  });
  await answer.body?.cancel();
  const etag = answer.headers.get('etag');
  return { first, again: etag === null ? null : await load('again', etag) };
}

/** The only stage of a load on one page. @throws LabError when it holds no answer. */
export function pageLoadOf(analysis: unknown): PageLoad {
  const stage = listAt(listAt(analysis, 'endpoints').at(0), 'stages').at(-1);
  const rate = numberAt(stage, 'rate');
  const averageMs = numberAt(stage, 'responseTime', 'avg');
  const bytes = numberAt(stage, 'bytes');
  if (rate === null || averageMs === null || bytes === null)
    throw new LabError('not-measured', 'no static page was answered', 'see what Loadline said of it');
  return { rate, averageMs, bytes, failed: numberAt(stage, 'failed') ?? 0 };
}
