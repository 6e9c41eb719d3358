import type { Block, ChartName, Column, Item, Line, Span, Tone } from '../document/document.ts';
import { escapeMarkup } from '../escape.ts';

type DrawChart = (name: ChartName) => string;

/** Blocks as HTML; `level` is that of a heading among them. */
export function renderBlocks(blocks: readonly Block[], level: number, chart: DrawChart): string {
  return blocks.map((block) => renderBlock(block, level, chart)).join('\n');
}

function renderBlock(block: Block, level: number, chart: DrawChart): string {
  switch (block.kind) {
    case 'heading':
      return `<h${level}>${escapeMarkup(block.title)}</h${level}>`;
    case 'paragraph':
      return renderParagraph(block.line);
    case 'callout':
      return `<div class="callout ${block.tone}"><p class="callout-title">${sign(block.tone)}${escapeMarkup(block.title)}</p>${block.lines.map((line) => `<p>${renderLine(line)}</p>`).join('')}</div>`;
    case 'list':
      return renderList(block.items, block.ordered);
    case 'facts':
      return `<dl class="facts">${block.entries.map(([name, value]) => `<div><dt>${escapeMarkup(name)}</dt><dd>${renderLine(value)}</dd></div>`).join('')}</dl>`;
    case 'table':
      return renderTable(block);
    case 'details':
      return `<details><summary>${escapeMarkup(block.summary)}</summary>\n${renderBlocks(block.blocks, level + 1, chart)}\n</details>`;
    case 'card':
      return `<article class="card ${block.tone}"><header><h${level + 1}>${escapeMarkup(block.title)}</h${level + 1}><span class="label">${escapeMarkup(block.label)}</span></header>\n${renderBlocks(block.blocks, level + 2, chart)}\n</article>`;
    case 'chart': {
      const { table = [] } = block;
      const beneath =
        table.length === 0
          ? ''
          : renderBlocks([{ kind: 'details', summary: 'The same as a table', blocks: table }], level, chart);
      return `${chart(block.chart)}\n${beneath}`;
    }
    default:
      return block satisfies never;
  }
}

/** `Because: …` stands as a label beside its text. */
function renderParagraph(line: Line): string {
  const [first, ...rest] = line;
  if (first === undefined || typeof first === 'string' || first.kind !== 'strong')
    return `<p>${renderLine(line)}</p>`;
  if (rest.length === 0) return `<p class="lead-in">${renderLine(line)}</p>`;
  const label = first.text.trim().replace(/:$/, '');
  return `<p class="pair"><b>${escapeMarkup(label)}</b><span>${renderLine(rest)}</span></p>`;
}

function renderList(items: readonly Item[], ordered: boolean): string {
  const tag = ordered ? 'ol' : 'ul';
  const boxes = items.some((item) => item.box === true);
  const entries = items.map((item) => {
    const more = (item.more ?? []).map((line) => `<div class="more">${renderLine(line)}</div>`).join('');
    return `<li>${renderLine(item.line)}${more}</li>`;
  });
  return `<${tag}${boxes ? ' class="boxes"' : ''}>${entries.join('')}</${tag}>`;
}

function renderTable({ caption, columns, rows }: Extract<Block, { kind: 'table' }>): string {
  const stack = columns.some((column) => column.prose === true);
  const look = stack ? ' class="stack"' : columns.length <= 3 ? ' class="compact"' : '';
  const head = columns
    .map((column) => `<th scope="col" class="${column.align}">${escapeMarkup(column.title)}</th>`)
    .join('');
  const data = (cell: Line, column: Column | undefined): string => {
    const label = stack ? ` data-label="${escapeMarkup(column?.title ?? '')}"` : '';
    const together = column?.together === true ? ' together' : '';
    const inside = stack ? `<span>${renderLine(cell)}</span>` : renderLine(cell);
    return `<td class="${column?.align ?? 'left'}${together}"${label}>${inside}</td>`;
  };
  const body = rows
    .map(([first = [], ...rest]) => {
      const cells = rest.map((cell, at) => data(cell, columns[at + 1]));
      return `<tr><th scope="row">${renderLine(first)}</th>${cells.join('')}</tr>`;
    })
    .join('\n');
  return `<div class="table" role="region" tabindex="0" aria-label="${escapeMarkup(caption)}"><table${look}><caption>${escapeMarkup(caption)}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}
</tbody></table></div>`;
}

export function renderLine(line: Line): string {
  return line.map(renderSpan).join('');
}

function renderSpan(span: Span): string {
  if (typeof span === 'string') return escapeMarkup(span);
  switch (span.kind) {
    case 'strong':
      return `<strong>${escapeMarkup(span.text)}</strong>`;
    case 'code':
      return `<code>${escapeMarkup(span.text)}</code>`;
    case 'quiet':
      return ` <small>${escapeMarkup(span.text)}</small>`;
    case 'status':
      return `<span class="status ${span.tone}">${sign(span.tone)}${escapeMarkup(span.text)}</span>`;
    default:
      return span satisfies never;
  }
}

/** A sign for each tone, so that none is told by its colour alone. */
export function sign(tone: Tone): string {
  const drawings: Readonly<Record<Tone, string>> = {
    good: '<path d="M3.5 8.5l3 3 6-7"/>',
    warning: '<path d="M8 2.5L14.5 13.5H1.5zM8 6.5v3.2M8 11.6v.2"/>',
    bad: '<path d="M4 4l8 8M12 4l-8 8"/>',
    unknown: '<path d="M5.4 5.6a2.6 2.6 0 1 1 3.9 2.3c-.9.5-1.3 1-1.3 2M8 12.6v.2"/>',
    neutral: '',
  };
  const path = drawings[tone];
  return path === '' ? '' : `<svg class="sign" viewBox="0 0 16 16" aria-hidden="true">${path}</svg>`;
}
