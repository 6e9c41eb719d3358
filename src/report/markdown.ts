import type { Analysis } from '../analyse/analysis.ts';
import { composeDocument } from './document/compose.ts';
import type { Block, Document, Item, Line, Span, Tone } from './document/document.ts';
import { escapeMarkdown, markdownCellCode, markdownCode } from './escape.ts';

/** The report of an analysis as GitHub's Markdown. */
export function renderMarkdown(analysis: Analysis): string {
  return markdownOf(composeDocument(analysis));
}

/** A document as GitHub's Markdown. Charts have no place in it; the tables hold their figures. */
export function markdownOf({ title, sections }: Document): string {
  const parts = [`# ${escapeMarkdown(title)}`];
  for (const section of sections) {
    parts.push(`## ${escapeMarkdown(section.title)}`, ...blocks(section.blocks, 3));
  }
  return `${parts.join('\n\n')}\n`;
}

const signs: Readonly<Record<Tone, string>> = {
  good: '✅',
  warning: '⚠️',
  bad: '🔴',
  unknown: '❔',
  neutral: '',
};

function blocks(all: readonly Block[], level: number): readonly string[] {
  return all.flatMap((block) => {
    const text = render(block, level);
    return text === null ? [] : [text];
  });
}

function render(block: Block, level: number): string | null {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(level)} ${signed(block.tone ?? 'neutral', escapeMarkdown(block.title))}`;
    case 'paragraph':
      return line(block.line);
    case 'callout':
      return [
        `**${signed(block.tone, escapeMarkdown(block.title))}**`,
        ...block.lines.map((each) => line(each)),
      ]
        .map((each) => `> ${each}`)
        .join('\n>\n');
    case 'list':
      return block.items.map((item, at) => listItem(item, block.ordered ? `${at + 1}.` : '-')).join('\n');
    case 'table':
      return table(block);
    case 'facts':
      return [
        '| | |',
        '| :-- | :-- |',
        ...block.entries.map(([name, value]) => `| **${escapeMarkdown(name)}** | ${line(value, true)} |`),
      ].join('\n');
    case 'details':
      return [
        `<details>\n<summary>${escapeMarkdown(block.summary)}</summary>`,
        ...blocks(block.blocks, level + 1),
        '</details>',
      ].join('\n\n');
    case 'card':
      return [
        `${'#'.repeat(level + 1)} ${signed(block.tone, escapeMarkdown(block.title))}`,
        `_${escapeMarkdown(block.label)}_`,
        ...blocks(block.blocks, level + 2),
      ].join('\n\n');
    case 'chart':
      return block.table === undefined || block.table.length === 0
        ? null
        : blocks(block.table, level).join('\n\n');
    default:
      return block satisfies never;
  }
}

function signed(tone: Tone, text: string): string {
  return signs[tone] === '' ? text : `${signs[tone]} ${text}`;
}

function listItem(item: Item, mark: string): string {
  const first = `${mark} ${item.box === true ? '[ ] ' : ''}${line(item.line)}`;
  return [first, ...(item.more ?? []).map((each) => `  ${line(each)}`)].join('\\\n');
}

function table(block: Extract<Block, { kind: 'table' }>): string {
  const rule = { left: ':--', right: '--:', center: ':-:' } as const;
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    row(block.columns.map((column) => escapeMarkdown(column.title))),
    row(block.columns.map((column) => rule[column.align])),
    ...block.rows.map((cells) => row(cells.map((cell) => line(cell, true)))),
  ].join('\n');
}

function line(spans: Line, inTable = false): string {
  return spans
    .map((each) => span(each, inTable))
    .join('')
    .replace(/ {2,}/g, ' ')
    .trim();
}

function span(part: Span, inTable: boolean): string {
  if (typeof part === 'string') return escapeMarkdown(part);
  switch (part.kind) {
    case 'strong':
      return emphasised(part.text);
    case 'code':
      return inTable ? markdownCellCode(part.text) : markdownCode(part.text);
    case 'quiet':
      return ` (${escapeMarkdown(part.text)})`;
    case 'status':
      return signed(part.tone, escapeMarkdown(part.text));
    default:
      return part satisfies never;
  }
}

/** Emphasis must begin and end at a character that is no space. */
function emphasised(text: string): string {
  const escaped = escapeMarkdown(text);
  const trimmed = escaped.trim();
  if (trimmed === '') return escaped;
  const start = escaped.indexOf(trimmed);
  return `${escaped.slice(0, start)}**${trimmed}**${escaped.slice(start + trimmed.length)}`;
}
