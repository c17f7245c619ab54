// The page of podid serve in the real Chromium: node activity.mjs URL NODE_MODULES POD [PICTURE]
// It has no accessibility violation (axe), fits into 360 px, obeys its own policy, and has no token; it shows the pod; a
// fault that is ordered there is the next answer, which it shows by itself. A claims challenge is ordered once, and shown.
import assert from 'node:assert/strict';
import { chromiumFor } from './chromium.mjs';

const [url, modules, pod, picture] = process.argv.slice(2);
const { open, errors, fits, close } = await chromiumFor(url, modules);
const addresses = await (await fetch(`${url}addresses`)).text();
const ask = () => fetch(`${/imds=(.*)/.exec(addresses)[1]}/metadata/instance?api-version=2021-02-01`, { headers: { Metadata: 'true' } });

const page = await open();
await page.locator('#pods tr', { hasText: pod }).waitFor();
await page.getByLabel('What goes wrong').selectOption({ label: 'IMDS is busy (429)' });
await page.getByRole('button', { name: 'For the next request' }).click();
await page.getByText('Ordered: imds status 429').waitFor();
assert.equal((await ask()).status, 429);
await page.locator('#requests tr').first().getByText('429 A fault of status 429').waitFor();
await page.getByText('No fault is ordered.').waitFor();
assert.equal((await ask()).status, 200);
await page.getByRole('button', { name: 'For each request' }).click();
await page.getByText('Ordered: imds status 429, each time').waitFor();
await fits(page, 'the page of podid serve');
if (picture) {
  await page.screenshot({ path: picture, fullPage: true });
}
await page.getByRole('button', { name: 'End all faults' }).click();
await page.getByText('No fault is ordered.').waitFor();
assert.equal((await ask()).status, 200);

await page.getByLabel('What goes wrong').selectOption({ label: 'The token is revoked (claims challenge)' });
assert.ok(await page.getByRole('button', { name: 'For each request' }).isDisabled());
await page.getByRole('button', { name: 'For the next request' }).click();
await page.getByText('Ordered: storage claims challenge').waitFor();
await page.getByRole('button', { name: 'End all faults' }).click();
await page.getByText('No fault is ordered.').waitFor();
assert.deepEqual(errors, []);
await close();
