/**
 * Looks at a report as people will: wide and at phone width, light and dark, and on paper.
 * Usage: node scripts/screenshot.ts report.html out-dir
 * Needs chromium (or Chrome) on the path, or CHROMIUM with its file name.
 */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [report, out] = process.argv.slice(2);
if (report === undefined || out === undefined) {
  console.error('usage: node scripts/screenshot.ts report.html out-dir');
  process.exit(2);
}
const executablePath = findChromium();
if (executablePath === null) {
  console.error(
    'No chromium on the path. Install it (apt-get install chromium) or set CHROMIUM to its file name.',
  );
  process.exit(1);
}
mkdirSync(out, { recursive: true });
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  for (const [size, width, height] of [
    ['wide', 1280, 800],
    ['phone', 390, 844],
  ] as const)
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme });
      page.on('console', (message) => console.error(`${size} ${colorScheme}: ${message.text()}`));
      await page.goto(pathToFileURL(resolve(report)).href);
      const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      if (typeof overflow === 'number' && overflow > 0)
        console.error(`${size}: ${overflow} px wider than the screen`);
      await page.screenshot({ path: join(out, `${size}-${colorScheme}-first.png`) });
      await page.screenshot({ path: join(out, `${size}-${colorScheme}.png`), fullPage: true });
      await page.close();
    }
  const page = await browser.newPage();
  await page.goto(pathToFileURL(resolve(report)).href);
  await page.pdf({ path: join(out, 'paper.pdf'), format: 'A4', preferCSSPageSize: true });
} finally {
  await browser.close();
}

function findChromium(): string | null {
  const named = process.env.CHROMIUM;
  if (named !== undefined) return named;
  for (const folder of (process.env.PATH ?? '').split(delimiter))
    for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'chrome']) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {}
    }
  return null;
}
