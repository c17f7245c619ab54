// Agent identities on the page of podid serve, in the real Chromium: node agents.mjs URL NODE_MODULES AGENT BLUEPRINT ACCOUNT PICTURE
// It lists the agent identity with blueprint, user account and last answer, and says with each of its requests that it has asked. It
// has no accessibility violation (axe), fits into 360 px, obeys its own policy, and has no token.
import assert from 'node:assert/strict';
import { chromiumFor } from './chromium.mjs';

const [url, modules, agent, blueprint, account, picture] = process.argv.slice(2);
const { open, errors, fits, close } = await chromiumFor(url, modules);

const page = await open();
const listed = page.locator('#agents tr', { hasText: agent });
await listed.waitFor();
assert.deepEqual((await listed.locator('td').allTextContents()).slice(0, 3), [agent, blueprint, account]);
const asked = page.locator('#requests tr', { hasText: agent });
assert.ok(await asked.count() > 0);
for (const text of await asked.locator('td:nth-child(3)').allTextContents()) {
  assert.equal(text, `${agent}agent of blueprint ${blueprint}`);
}
await fits(page, 'the agents on the page of podid serve');
await page.screenshot({ path: picture, fullPage: true, clip: { x: 0, y: 0, width: 1280, height: 1500 } });
assert.deepEqual(errors, []);
await close();
