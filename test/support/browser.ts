import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from '@jest/globals';
import axe from 'axe-core';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';

/** How a page is looked at. */
export type Looks = { name: string; width: number; height: number; colorScheme: 'light' | 'dark' };

export const desktop: Looks = { name: 'desktop', width: 1200, height: 800, colorScheme: 'light' };
export const phone: Looks = { name: 'phone', width: 380, height: 760, colorScheme: 'dark' };

/** Debian's Chromium, or undefined where this machine has none. */
export const chromiumPath: string | undefined = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'chromium'))
  .find((path) => existsSync(path));

/** A window, and what its pages complained of: errors on the console, and what the security policy blocked. */
export type Window = { page: Page; complaints: string[] };

let browser: Browser | undefined;

afterAll(async () => {
  await browser?.close();
});

/** Opens a window with cookies of its own. */
export const openWindow = async ({
  width,
  height,
  colorScheme,
}: Looks): Promise<{ page: Page; complaints: string[] }> => {
  browser ??= await chromium.launch({
    ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
    // A sandbox of its own needs rights that the root of a container lacks.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, complaints };
};

/** Signs a workspace in at the dashboard whose address is `home`. */
export const signIn = async (page: Page, home: string, key: string): Promise<void> => {
  await page.goto(`${home}/sign-in`);
  await page.getByLabel('Topo API key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${home}/health`);
};

/** Clicks what leads to another page, and waits until that page is there: one that is left half way cannot be reloaded. */
export const clickThrough = async (target: Locator): Promise<void> => {
  const loaded = target.page().waitForEvent('load');
  await target.click();
  await loaded;
};

/** `npm run screenshots` keeps what the pages look like here. */
const pictures = new URL('../../docs/pictures/', import.meta.url);

/** Keeps a picture of what a window shows, or of the whole page, when pictures are asked for. */
export const keepPicture = async (
  page: Page,
  name: string,
  { name: size }: Looks,
  { fullPage = false }: { fullPage?: boolean } = {},
): Promise<void> => {
  if (process.env['KEEP_SCREENSHOTS'] === undefined) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: fileURLToPath(new URL(`${name}-${size}.png`, pictures)), fullPage });
};

type Violation = { id: string; impact: string; nodes: string[] };

/** What axe finds serious in a page. It runs beside the page, so that the page's own policy stays as it is. */
const findBarriers = async (page: Page): Promise<Violation[]> => {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run({ preload: false });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, impact, nodes }) => ({ id, impact: String(impact), nodes: nodes.map(({ html }) => html) }));
  });
};

/** Whether a page has to be pushed sideways to be read. */
const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');

/** Holds a page to what every page must be: readable for all, no wider than the window. */
export const expectReadable = async ({ page, complaints }: Window, what: string): Promise<void> => {
  const before = complaints.length;
  expect([what, await findBarriers(page)]).toEqual([what, []]);
  // What axe does to look is not the page's doing.
  complaints.length = before;
  expect([what, await isTooWide(page)]).toEqual([what, false]);
  expect([what, await page.locator('h1').count()]).toEqual([what, 1]);
};
