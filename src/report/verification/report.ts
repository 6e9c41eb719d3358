import { type Verification, verificationSchema } from '../../analyse/verify/verification.ts';
import { escapeMarkup } from '../escape.ts';
import { emblem } from '../html/load-line.ts';
import { renderPage } from '../html.ts';
import { markdownOf } from '../markdown.ts';
import { composeVerification, verificationTone } from './compose.ts';

export const verificationFormats = ['html', 'md', 'json'] as const;
export type VerificationFormat = (typeof verificationFormats)[number];

/** The verification as a text; the same verification gives the same bytes. */
export function renderVerification(verification: Verification, format: VerificationFormat): string {
  switch (format) {
    case 'md':
      return markdownOf(composeVerification(verification));
    case 'html':
      return html(verification);
    case 'json': {
      const checked = verificationSchema.safeParse(verification);
      return `${JSON.stringify(checked.success ? checked.data : verification, null, 2)}\n`;
    }
    default:
      return format satisfies never;
  }
}

function html(verification: Verification): string {
  const { tool, before, after, statement, verdict } = verification;
  return renderPage({
    document: composeVerification(verification),
    hero: `<header class="hero alone">
<div class="brand">${emblem}<span>Loadline</span><span class="kind">verification of a fix</span></div>
<div class="headline">
<p class="kicker"><b>${escapeMarkup(after.name)}</b> <span>${escapeMarkup(after.target)}</span></p>
<h1 class="${verificationTone(verdict)}${statement.length > 150 ? ' long' : ''}">${escapeMarkup(statement)}</h1>
</div>
</header>`,
    chart: (name) => ({ kind: 'omitted', name, title: 'No chart', because: 'a verification has none.' }),
    version: tool.version,
    footer: `Written by Loadline ${escapeMarkup(tool.version)} from <code>${escapeMarkup(before.id)}</code> and <code>${escapeMarkup(after.id)}</code>. The JSON report holds every figure.`,
  });
}
