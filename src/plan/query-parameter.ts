/** A request target with one query parameter set, in place of its own if it has one. */
export function withParameter(path: string, parameter: string, value: number): string {
  const [before = '', query = ''] = splitOnce(path, '?');
  const own = encodeURIComponent(parameter);
  const others = query.split('&').filter((part) => part !== '' && splitOnce(part, '=')[0] !== own);
  return `${before}?${[...others, `${own}=${value}`].join('&')}`;
}

function splitOnce(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + at.length)];
}
