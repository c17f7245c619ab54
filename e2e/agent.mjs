// The page of examples/agent in the real Chromium: node agent.mjs URL NODE_MODULES [PICTURES]
// One agent has read the order and the other was refused; the page fits 360 px and has no accessibility violation.
import assert from 'node:assert/strict';
import { chromiumFor } from './chromium.mjs';

const [url, modules, pictures] = process.argv.slice(2);
const { open, errors, fits, close } = await chromiumFor(url, modules);

const page = await open();
const answer = agent => page.locator(`article:has(h2:text-is("${agent}")) .answer`).textContent();
assert.equal(await answer('support'), '3 apples');
assert.equal(await answer('marketing'), 'Storage refused this agent: 403 AuthorizationPermissionMismatch');
await fits(page, 'two agents');
if (pictures) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 720 });
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${pictures}/agent-${width}-${colorScheme}.png`, fullPage: true });
    }
  }
}
assert.deepEqual(errors, []);
console.log('one agent reads, one is refused; axe finds nothing; it fits 360 px');
await close();
