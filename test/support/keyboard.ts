import type { Locator, Page } from 'playwright-core';

/** More than the stops of any page. */
const MAX_STOPS = 80;

/**
 * Presses Tab until an element has the focus, as somebody without a mouse does.
 *
 * @param key Shift+Tab goes back
 * @throws Error when it never gets there
 */
export async function tabTo(page: Page, element: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await element.waitFor();
  const focused = element.and(page.locator(':focus'));
  for (let stop = 0; stop < MAX_STOPS; stop += 1) {
    if ((await focused.count()) > 0) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} never reaches ${String(element)}`);
}
