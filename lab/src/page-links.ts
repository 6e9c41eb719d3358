/** One page of a list, from 1, and how many rows there are in all. */
interface Page {
  readonly page: number;
  readonly size: number;
  readonly total: number;
}

/**
 * The value of a page's `Link` header (RFC 8288), as json-server has it: first, prev, next, last. `undefined` where there
 * is nothing to go to: the page is empty, or all there is.
 *
 * @param url Of the page; its `_page` is replaced.
 */
export function pageLinks(url: URL, { page, size, total }: Page): string | undefined {
  const last = Math.ceil(total / size);
  if (page > last || last === 1) return undefined;
  const targets = [
    ['first', 1],
    ['prev', page - 1],
    ['next', page + 1],
    ['last', last],
  ] as const;
  return targets
    .filter(([, number]) => number >= 1 && number <= last)
    .map(([relation, number]) => {
      const target = new URL(url);
      target.searchParams.set('_page', String(number));
      return `<${target.href}>; rel="${relation}"`;
    })
    .join(', ');
}
