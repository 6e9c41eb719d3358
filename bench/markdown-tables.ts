/** The rows of all Markdown tables in a text, each with its column names as keys. */
export function tablesIn(text: string): readonly (readonly Readonly<Record<string, string>>[])[] {
  const tables: Record<string, string>[][] = [];
  let names: readonly string[] | null = null;
  let before: readonly string[] | null = null;
  for (const line of text.split('\n')) {
    const cells = cellsOf(line);
    if (cells === null) {
      names = null;
    } else if (before !== null && cells.every((cell) => /^:?-+:?$/.test(cell))) {
      names = before;
      tables.push([]);
    } else if (names !== null) {
      const columns = names;
      tables.at(-1)?.push(Object.fromEntries(cells.map((cell, index) => [columns[index] ?? '', cell])));
    }
    before = cells;
  }
  return tables;
}

function cellsOf(line: string): readonly string[] | null {
  const match = /^\|(.*)\|\s*$/.exec(line);
  return match === null ? null : (match[1] ?? '').split('|').map((cell) => cell.trim());
}
