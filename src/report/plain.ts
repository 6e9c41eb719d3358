/**
 * Text from the target or the plan made harmless for every medium: no control characters (they would drive a
 * terminal or break XML), no bidirectional overrides (they would show a line other than the one that stands there),
 * no lone surrogates. Line breaks and tabs become spaces; what is taken out leaves a `�`.
 */
export function plain(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' ')
    .replace(forbidden, '\ufffd');
}

const forbidden = new RegExp(
  [
    '[\\u0000-\\u001f\\u007f-\\u009f]', // C0, DEL, C1
    '[\\u00ad\\u061c\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff]', // bidirectional and invisible
    '[\\ufff9-\\ufffb\\ufffe\\uffff]', // interlinear annotation, non-characters
    '[\\u{e0000}-\\u{e007f}]', // invisible tags
  ].join('|'),
  'gu',
);

/** The first `length` characters (code points), an ellipsis for the rest. */
export function shortened(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, Math.max(0, length - 1)).join('')}…`;
}

/** The first sentence of a longer text, and the rest; null where the text is short or one sentence. */
export function headline(text: string): { readonly first: string; readonly rest: string | null } {
  const end = text.length > 90 ? /[.!?](?= \p{Lu})/u.exec(text)?.index : undefined;
  return end === undefined
    ? { first: text, rest: null }
    : { first: text.slice(0, end + 1), rest: text.slice(end + 2) };
}
