// node scripts/screenshots.mjs <address of a conversation in the console>
//
// Takes the pictures of docs/console: each page, light and dark. Start `npm run demo` in a terminal
// first; it prints the address. Needs Chromium on PATH.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { ensureChromiumBinary } from '../test/support/chromium-binary.mjs';

const WINDOW = { width: 1280, height: 860 };
const SCHEMES = ['light', 'dark'];
const TABS = ['text', 'changes', 'summary', 'runs', 'privacy'];

const address = new URL(process.argv[2]);
const folder = fileURLToPath(new URL('../docs/console/', import.meta.url));
const pages = {
  conversations: '/',
  new: '/new',
  ...Object.fromEntries(TABS.map((tab) => [`conversation-${tab}`, `${address.pathname}?tab=${tab}`])),
  problems: '/problems',
  deliveries: '/deliveries',
  system: '/system',
};

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: ensureChromiumBinary(), args: ['--no-sandbox'] });
for (const colorScheme of SCHEMES) {
  const context = await browser.newContext({ colorScheme, viewport: WINDOW, locale: 'en-GB' });
  const page = await context.newPage();
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(new URL(path, address).href);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.locator('.loading').waitFor({ state: 'detached' });
    if (name.startsWith('conversation-')) await page.locator('.player button:enabled').first().waitFor();
    await page.screenshot({ path: `${folder}${name}-${colorScheme}.png` });
  }
  await context.close();
}
await browser.close();
