import type { Analysis } from '../analyse/analysis.ts';
import { renderHtml } from './html.ts';
import { renderJson } from './json.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { renderTerminal } from './terminal.ts';

export const reportFormats = ['md', 'html', 'json', 'junit', 'terminal'] as const;
export type ReportFormat = (typeof reportFormats)[number];

/**
 * The analysis as a text; the same analysis gives the same bytes. `terminal` is plain and 80 columns wide here: call
 * {@link renderTerminal} for a screen with colours.
 */
export function renderReport(analysis: Analysis, format: ReportFormat): string {
  switch (format) {
    case 'md':
      return renderMarkdown(analysis);
    case 'html':
      return renderHtml(analysis);
    case 'json':
      return renderJson(analysis);
    case 'junit':
      return renderJunit(analysis);
    case 'terminal':
      return renderTerminal(analysis, { colour: false, width: 80 });
    default:
      return format satisfies never;
  }
}

/** The name under which a report is written: `report.md`, `analysis.json`, `junit.xml`, … */
export function reportFileName(format: ReportFormat): string {
  switch (format) {
    case 'md':
      return 'report.md';
    case 'html':
      return 'report.html';
    case 'json':
      return 'analysis.json';
    case 'junit':
      return 'junit.xml';
    case 'terminal':
      return 'summary.txt';
    default:
      return format satisfies never;
  }
}
