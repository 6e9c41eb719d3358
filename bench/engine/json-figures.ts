/** The named numbers of a JSON object that a client printed. Throws if one is missing or not a number. */
export function jsonFigures<Name extends string>(
  text: string,
  names: readonly Name[],
): Readonly<Record<Name, number>> {
  const parsed: unknown = JSON.parse(text);
  const fields = new Map(
    typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : ([] as [string, unknown][]),
  );
  const figures = names.map((name) => {
    const value: unknown = fields.get(name);
    if (typeof value !== 'number') throw new Error(`no ${name} in ${text}`);
    return [name, value] as const;
  });
  // Object.fromEntries forgets the names; each of them is there.
  return Object.fromEntries(figures) as Record<Name, number>;
}
