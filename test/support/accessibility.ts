import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Rules of WCAG 2.2 up to AA, and axe's own best practices. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const SEVERE = ['serious', 'critical'];

/** Fails when axe finds something that keeps people from using the page. */
export async function expectAccessible(page: Page): Promise<void> {
  // Strings are run by the browser's debugger, which the page's Content Security Policy does not
  // bind. Nor do they need the types of a page, which the service's code must not have.
  await page.evaluate(axe.source);
  const options = JSON.stringify({ runOnly: { type: 'tag', values: TAGS } });
  const { violations } = await page.evaluate<AxeResults>(`axe.run(${options})`);
  const severe = violations.filter(({ impact }) => SEVERE.includes(impact ?? ''));
  expect(severe.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
}

/** Fails when the page is wider than its window. */
export async function expectNoSideways(page: Page): Promise<void> {
  const read = (name: string) => page.evaluate<number>(`document.documentElement.${name}`);
  expect(await read('scrollWidth')).toBe(await read('clientWidth'));
}
