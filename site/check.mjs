// Looks at the site in the real Chromium: links, accessibility, a phone's width, the search, the dark mode, the 404 page.
//
// usage: check.mjs SITE BASE MODULES [PICTURES]
//
// SITE is the folder that site/build has made, BASE the path below which it is served, MODULES where npm has put
// playwright-core and axe-core. With PICTURES, a folder, it keeps screenshots.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromiumFor } from '../e2e/chromium.mjs';

const [site, base, modules, pictures] = process.argv.slice(2);
const repository = join(dirname(fileURLToPath(import.meta.url)), '..');
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml',
  '.png': 'image/png', '.json': 'application/json', '.woff2': 'font/woff2' };
/** One page of each kind: the first one, prose with a picture, long tables, code, generated sections, and none at all. */
const LOOKED_AT = ['', 'docs/from-the-article', 'docs/troubleshooting', 'docs/spring-boot', 'docs/checks', 'ARCHITECTURE',
  'there-is-no-such-page'];

/** The file that GitHub Pages would serve for a path, or null. */
function fileOf(path) {
  const name = decodeURIComponent(path.slice(base.length));
  const candidates = [join(site, name), join(site, `${name}.html`), join(site, name, 'index.html')];
  return candidates.find(file => existsSync(file) && statSync(file).isFile()) ?? null;
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const file = pathname.startsWith(base) ? fileOf(pathname) : null;
  response.writeHead(file ? 200 : 404, { 'Content-Type': TYPES[file ? extname(file) : '.html'] ?? 'application/octet-stream' });
  response.end(readFileSync(file ?? join(site, '404.html')));
});
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}${base}`;

const htmlFiles = readdirSync(site, { recursive: true }).filter(name => name.endsWith('.html') && name !== '404.html');

/** Fails for a link to a page or a heading of the site that does not exist. */
function checkLinks() {
  const broken = [];
  let links = 0;
  const ids = new Map();
  const idsOf = file => {
    if (!ids.has(file)) {
      ids.set(file, new Set([...readFileSync(file, 'utf8').matchAll(/\sid="([^"]+)"/g)].map(([, id]) => decodeEntities(id))));
    }
    return ids.get(file);
  };
  for (const name of htmlFiles) {
    const html = readFileSync(join(site, name), 'utf8');
    const page = `http://site${base}${name.replaceAll('\\', '/').replace(/(index)?\.html$/, '')}`;
    for (const [, href] of html.matchAll(/<a\s[^>]*href="([^"]+)"/g)) {
      const target = new URL(decodeEntities(href), page);
      if (target.host !== 'site') {
        continue;
      }
      links++;
      const file = target.pathname.startsWith(base) ? fileOf(target.pathname) : null;
      if (!file || (target.hash && !idsOf(file).has(decodeURIComponent(target.hash.slice(1))))) {
        broken.push(`${name}: ${href}`);
      }
    }
  }
  assert.deepEqual(broken, [], 'links that lead nowhere');
  console.log(`${htmlFiles.length} pages, ${links} links between them, none broken`);
}

function decodeEntities(text) {
  return text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** Types into the search box and opens the first result. */
async function searchFor(page, words, expected) {
  await page.goto(url);
  // The search box would begin with what was searched for last, and show the results of that.
  await page.evaluate(() => sessionStorage.clear());
  await page.reload();
  await page.locator('.DocSearch-Button').click();
  await page.locator('.VPLocalSearchBox input').fill(words);
  const results = page.locator('.VPLocalSearchBox .result');
  await results.first().waitFor();
  await results.first().click();
  await page.waitForURL(address => expected.test(address.pathname + address.hash));
  // The address changes before the page is there.
  await page.locator('main', { hasText: new RegExp(words, 'i') }).waitFor();
  console.log(`search: ${words} -> ${new URL(page.url()).pathname.slice(base.length)}${new URL(page.url()).hash}`);
}

checkLinks();

const chromium = await chromiumFor(url, modules);
const page = await chromium.open();
const strangers = new Set();
page.on('request', request => {
  if (!request.url().startsWith(url) && !request.url().startsWith('data:')) {
    strangers.add(request.url());
  }
});

for (const name of LOOKED_AT) {
  const answer = await page.goto(url + name);
  assert.equal(answer.status(), name === 'there-is-no-such-page' ? 404 : 200, name);
  await page.locator('#app main').first().waitFor();
  await chromium.fits(page, name || 'the first page');
  console.log(`axe, 360 and 1920 px, light and dark: ${name || 'the first page'}`);
}
assert.match(await page.locator('.no-such-page').innerText(), /There is no such page/i);

await page.setViewportSize({ width: 360, height: 800 });
for (const name of htmlFiles) {
  await page.goto(url + name.replaceAll('\\', '/').replace(/(index)?\.html$/, ''));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 360, `${name} is ${wide} px wide on a screen of 360 px`);
}
console.log(`${htmlFiles.length} pages fit a screen of 360 px`);
await page.setViewportSize({ width: 1280, height: 900 });

await searchFor(page, 'AADSTS70021', /troubleshooting|logs/);
await searchFor(page, 'aadpodidbinding', /logs|checks|k8s|from-the-article/);

await page.goto(url);
await page.locator('.VPNavBar .VPSwitchAppearance:visible').click();
assert.equal(await page.evaluate(() => document.documentElement.classList.contains('dark')), true, 'the dark mode');
await page.reload();
assert.equal(await page.evaluate(() => document.documentElement.classList.contains('dark')), true, 'the dark mode is kept');
await page.evaluate(() => localStorage.clear());

await page.goto(`${url}docs/sources`);
const edit = await page.locator('.edit-link-button').getAttribute('href');
assert.ok(existsSync(join(repository, edit.replace(/^.*\/edit\/main\//, ''))), edit);
console.log(`edit link: ${edit}`);

if (pictures) {
  for (const [width, height] of [[360, 800], [1280, 900]]) {
    await page.setViewportSize({ width, height });
    for (const name of ['', 'docs/from-the-article', 'docs/troubleshooting', 'k8s/']) {
      await page.goto(url + name);
      await page.waitForLoadState('networkidle');
      await page.screenshot({ path: join(pictures, `site-${name.replaceAll('/', '-') || 'first'}-${width}.png`) });
    }
  }
}

assert.deepEqual([...strangers], [], 'requests to other hosts');
// The browser itself reports the 404 that the check asks for.
const unexpected = chromium.errors.filter(text => !text.includes('there-is-no-such-page'));
assert.deepEqual(unexpected, [], 'errors in the console');
await chromium.close();
server.close();
