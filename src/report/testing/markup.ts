/** The names of all tags that a text would open or close in a browser, wherever they stand. */
export function tagsIn(text: string): ReadonlySet<string> {
  return new Set(
    [...text.matchAll(/<[/!?]?\s*([a-z][a-z0-9:-]*)/gi)].map((match) => (match[1] ?? '').toLowerCase()),
  );
}

/** Markdown without its inline code, in which nothing is markup. */
export function withoutCode(markdown: string): string {
  return markdown.replace(/(?<![`\\])(`+)(?!`)(.+?)(?<!`)\1(?!`)/g, '');
}

/** Characters that drive a terminal, turn the direction of text or break XML; the line break is ours. */
export const controlCharacters = new RegExp(
  ['[\\u0000-\\u0009', '\\u000b-\\u001f', '\\u007f-\\u009f', '\\u202a-\\u202e', '\\ufffe\\uffff]'].join(''),
);
