import type { AnswerView } from '../parsed-body.ts';

/** An answer as it came, for what only reads answers. */
export function answerView(
  body: string | Buffer,
  headers: Readonly<Record<string, readonly string[]>> = {},
  cookies: Readonly<Record<string, string>> = {},
): AnswerView {
  const bytes = Buffer.from(body);
  return {
    body: () => bytes,
    headers: (name) => headers[name] ?? [],
    cookie: (name) => cookies[name] ?? null,
  };
}
