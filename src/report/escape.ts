import { plain } from './plain.ts';

/** Text for an element or a quoted attribute of HTML, SVG or XML. */
export function escapeMarkup(text: string): string {
  return plain(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/**
 * Text for a line or a table cell of GitHub's Markdown: whatever could begin markup, a link, a mention, a table cell or
 * an HTML tag is written so that it shows as it is. GitHub finds mentions (`@x`), issues (`#1`) and emoji (`:x:`) in
 * the rendered text, where a backslash is gone already: there an empty comment parts the characters.
 */
export function escapeMarkdown(text: string): string {
  return plain(text)
    .replace(/[\\`*[\]|~$]/g, '\\$&')
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
    .replace(/&(?=#?\w+;)/g, '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/^(\s*)>/, '$1&gt;')
    .replace(/@(?=[A-Za-z0-9])/g, '@<!-- -->')
    .replace(/#(?=[0-9])/g, '#<!-- -->')
    .replace(/:(?=[a-z+-][a-z0-9_+-]*:)/gi, ':<!-- -->')
    .replaceAll('://', ':&#47;&#47;')
    .replace(/\bwww\./gi, (found) => `${found.slice(0, 3)}&#46;`)
    .replace(/^(\s*)([+\-=#])(?![\p{L}\p{N}])/u, '$1\\$2')
    .replace(/^(\s*\d+)([.)])(?=\s|$)/, '$1\\$2');
}

/** Inline code of GitHub's Markdown; a text with a tag in it is shown as plain text, lest a careless renderer takes it for one. */
export function markdownCode(text: string): string {
  if (text.includes('<')) return escapeMarkdown(text);
  const shown = plain(text);
  if (shown.trim() === '') return '``` ```';
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  const pad = shown.startsWith('`') || shown.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** Inline code inside a table cell: a pipe would end the cell even in code, so such text is shown as plain text. */
export function markdownCellCode(text: string): string {
  return text.includes('|') ? escapeMarkdown(text) : markdownCode(text);
}
