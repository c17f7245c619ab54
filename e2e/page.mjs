// The demo's page in the real Chromium, with the switches of test-run: node page.mjs URL NODE_MODULES [PICTURES]
// In every state it has no accessibility violation (axe), fits into 360 px, and breaks no rule of its own policy; it
// keeps itself up to date, works without script and by keyboard, and no answer has a token in it.
import assert from 'node:assert/strict';
import { chromiumFor } from './chromium.mjs';

const [url, modules, pictures] = process.argv.slice(2);
const { open, errors, fits, close } = await chromiumFor(url, modules);

const title = page => page.locator('h1').textContent();

async function inspect(page, state) {
  await fits(page, state);
  console.log(`${state}: ${await title(page)}; axe finds nothing; it fits`);
}

async function picture(page, name, width, { colorScheme = 'light', part = 'body' } = {}) {
  if (pictures) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width, height });
    await page.locator(part).screenshot({ path: `${pictures}/${name}.png` });
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.emulateMedia({ colorScheme: 'light' });
  }
}

/** Presses a switch, which is seen at once, and waits for what it brings about; a restart takes some seconds. */
async function press(page, id, expected) {
  const pressed = await page.locator(id).evaluate(async button => {
    button.click();
    await new Promise(requestAnimationFrame);
    const badges = document.querySelector('.badges');
    return { text: getComputedStyle(badges, '::after').content, top: badges.getBoundingClientRect().top };
  });
  assert.match(pressed.text, /Asking again/);
  assert.ok(pressed.top >= 0, `${id}: its answer would appear at ${pressed.top} px`);
  await page.locator(expected).first().waitFor({ timeout: 60_000 });
}

const page = await open();
await page.evaluate(() => { globalThis.notReloaded = true; });
assert.equal(await title(page), 'podid-identity');
await inspect(page, 'a pod');
await picture(page, 'page-pod', 1280);
await picture(page, 'page-dark', 1920, { colorScheme: 'dark' });

// What people do with it
await page.locator('.ids .copy').first().click();
const copied = await page.evaluate(() => navigator.clipboard.readText());
assert.equal(copied, await page.locator('.ids code').first().textContent());
for (const preview of await page.getByRole('button', { name: /^Preview/ }).all()) {
  await preview.click();
}
await page.locator('.preview pre').nth(1).waitFor();
assert.ok(await page.locator('.preview img').evaluate(async image => { await image.decode(); return image.width > 0; }));
await inspect(page, 'a pod, with previews');
const bar = () => page.locator('.elapsed').getAttribute('width');
const before = await bar();
await page.waitForFunction(width => document.querySelector('.elapsed').getAttribute('width') !== width, before);
const [mark, dot] = await page.evaluate(() => [document.querySelector('.mark').getBoundingClientRect().left,
  document.querySelector('.renewed').getBoundingClientRect().right
    - parseFloat(getComputedStyle(document.querySelector('.renewed')).paddingRight)]);
assert.ok(Math.abs(mark - dot) < 12, `the time of the renewal ends at ${dot} px, its mark is at ${mark} px`);
await page.emulateMedia({ media: 'print' });
assert.equal(await page.getByRole('button').count(), 0, 'buttons are printed');
await page.emulateMedia({ media: 'screen' });
await page.locator('#not-asked summary').click();
assert.match(await page.locator('.marks time').first().getAttribute('title'), /UTC$/);
await page.setViewportSize({ width: 360, height: 800 });
for (const button of await page.locator('.stage button').all()) {
  const { x, width } = await button.boundingBox();
  assert.ok(x >= 0 && x + width <= 360, `${await button.textContent()} ends at ${x + width} of 360 px`);
}
await page.setViewportSize({ width: 1280, height: 900 });

// By keyboard alone
await page.locator('body').click({ position: { x: 1, y: 1 } });
const wanted = new Set(['refresh', 'Copy', 'Preview', '3 more were not asked', 'host-LAPTOP', 'trouble-NO_ROLE', 'expire']);
for (let i = 0; i < 60 && wanted.size > 0; i++) {
  await page.keyboard.press('Tab');
  wanted.delete(await page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim()));
}
assert.deepEqual([...wanted], [], 'the Tab key does not reach these');

// Somebody else changes something: this page shows it by itself
await fetch(`${url}stage/trouble?name=NO_ROLE`, { method: 'POST', redirect: 'manual', headers: { 'Sec-Fetch-Site': 'same-origin' } });
await page.locator('#verdict.bad .problem .command').waitFor({ timeout: 30_000 });
const remedy = await page.locator('#verdict .command').evaluate(command => command.getBoundingClientRect().top);
assert.ok(remedy < 900, `the remedy is at ${remedy} px, below what is seen at first`);
assert.ok(await page.locator('#not-asked').evaluate(details => details.open), 'what was open stays open');
assert.match(await page.locator('.badge.bad').textContent(), /not allowed to read these blobs/);
assert.match(await page.title(), /but no blobs/);
await inspect(page, 'without the role');
await picture(page, 'page-role-missing', 360, { part: '#verdict' });
await press(page, '#trouble-NO_ROLE', '.blobs');
assert.match(await page.locator('#said').textContent(), /^(No longer: The role is missing|Signed in)/);
await press(page, '#trouble-STORAGE_DOWN', '#storage-problem');
await inspect(page, 'storage down');
await press(page, '#trouble-STORAGE_DOWN', '.blobs');
const issued = await page.locator('.life').getAttribute('data-start');
// A token tells the second of its birth.
await page.waitForFunction(start => Date.now() >= Date.parse(start) + 1000, issued);
await press(page, '#expire', `.life:not([data-start="${issued}"])`);
if (pictures) {
  await press(page, '#trouble-SILENT_IMDS', '.verdict.bad');
  await inspect(page, 'IMDS is silent');
  await press(page, '#trouble-SILENT_IMDS', '.verdict.good');
}
await press(page, '#host-NODE', '.caveat');
assert.equal(await title(page), 'aks-nodepool1');
await inspect(page, 'the node\'s identity');
await picture(page, 'page-node', 1280);
await press(page, '#host-LAPTOP', 'h1:has-text("developer@")');
await inspect(page, 'a laptop');
await press(page, '#trouble-LOGGED_OUT', '.verdict.bad');
await inspect(page, 'logged out');
await picture(page, 'page-logged-out', 1280);
await press(page, '#trouble-LOGGED_OUT', '.verdict.good');
assert.ok(await page.evaluate(() => globalThis.notReloaded), 'the page was loaded again');
// A server that starts again is no error of the page.
assert.deepEqual(errors.filter(error => !error.includes('ERR_CONNECTION_REFUSED')), []);

// Without script
const plain = await open({ javaScriptEnabled: false });
assert.equal(await title(plain), 'developer@podid.example');
await plain.getByRole('link', { name: 'Refresh' }).click();
await plain.locator('#trouble-NO_ROLE').click();
await plain.locator('.problem .command').waitFor();
await plain.locator('#trouble-NO_ROLE').click();
await plain.getByRole('link', { name: 'hello.txt', exact: true }).click();
assert.match(await plain.locator('body').textContent(), /without a secret/);
console.log('without script: switches, refresh and blobs work');

await close();
