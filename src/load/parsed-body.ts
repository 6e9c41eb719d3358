import type { Answer } from './scenario.ts';

/** What of an answer can be looked into; the body is that of an answer's whole validity (`Answer.body`). */
export type AnswerView = Pick<Answer, 'headers' | 'body' | 'cookie'>;

/**
 * Of one answer several things may be read: checks, extractions, a script's own. A thread deals with one answer at a
 * time, so the last body that was parsed is all that is kept.
 */
let last: { readonly body: Buffer; text: string | null; json: unknown } = {
  body: Buffer.alloc(0),
  text: null,
  json: null,
};

/** No JSON at all; JSON itself has no undefined. */
const notParsed: unique symbol = Symbol('not parsed');

function entryOf(answer: AnswerView): typeof last {
  const body = answer.body();
  if (last.body !== body) last = { body, text: null, json: notParsed };
  return last;
}

/** The body as UTF-8, whatever its charset says; a byte order mark is no part of it. */
export function bodyText(answer: AnswerView): string {
  const entry = entryOf(answer);
  if (entry.text === null) {
    const text = entry.body.toString('utf8');
    entry.text = text.startsWith('\ufeff') ? text.slice(1) : text;
  }
  return entry.text;
}

/** The body's JSON value; undefined: it is none, or not all of it was kept. */
export function bodyJson(answer: AnswerView): unknown {
  const entry = entryOf(answer);
  if (entry.json === notParsed) {
    try {
      entry.json = JSON.parse(bodyText(answer));
    } catch {
      entry.json = undefined;
    }
  }
  return entry.json;
}
