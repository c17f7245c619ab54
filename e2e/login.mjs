// The page of examples/login in the real Chromium: node login.mjs URL NODE_MODULES [PICTURES]
// A user signs in at the emulated Entra ID and out again; the page fits 360 px and has no accessibility violation.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const [url, modules, pictures] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] });
const context = await browser.newContext({ ignoreHTTPSErrors: true, bypassCSP: true, viewport: { width: 1280, height: 720 } });
const page = await context.newPage();

async function inspect(name) {
  for (const width of [360, 1280]) {
    for (const colorScheme of ['light', 'dark']) {
      await page.setViewportSize({ width, height: 720 });
      await page.emulateMedia({ colorScheme });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
      assert.deepEqual(violations.map(({ id }) => id), [], `${name}, ${width} px, ${colorScheme}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${name} is ${wide} px wide on a screen of ${width} px`);
      if (pictures) {
        await page.screenshot({ path: `${pictures}/login-${name}-${width}-${colorScheme}.png` });
      }
    }
  }
}

await page.goto(url);
await page.locator('h1:has-text("Hello from the vault, developer@podid.example")').waitFor();
assert.equal(await page.locator('dd:has-text("Read with a token")').count(), 2);
await inspect('signed-in');
await page.getByRole('button', { name: 'Sign out' }).click();
await page.locator('h1:has-text("Signed out")').waitFor();
await inspect('signed-out');
await page.getByRole('link', { name: 'Sign in again' }).click();
await page.locator('h1:has-text("developer@podid.example")').waitFor();
console.log('signed in, out and in again; axe finds nothing; it fits 360 px');
await browser.close();
