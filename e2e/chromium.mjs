// The real Chromium for page.mjs, activity.mjs and agent.mjs, with axe.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

/** Opens pages at the address, and collects what goes wrong in them; modules is where npm has put its packages. */
export async function chromiumFor(url, modules) {
  const require = createRequire(`${modules}/`);
  const { chromium } = require('playwright-core');
  const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
  const errors = [];
  const bodies = [];

  async function open(options = {}) {
    const permissions = ['clipboard-read', 'clipboard-write'];
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, permissions, ...options });
    await context.addInitScript(() => {
      addEventListener('securitypolicyviolation', event => console.error(`policy: ${event.violatedDirective}`));
    });
    const page = await context.newPage();
    page.on('console', message => {
      if (message.type() === 'error') {
        errors.push(`${message.text()} ${message.location().url}`);
      }
    });
    page.on('pageerror', error => errors.push(String(error)));
    page.on('response', response => bodies.push(response.text().catch(() => '')));
    await page.goto(url);
    return page;
  }

  /** Evaluated by the debugger's protocol, which the page's policy does not concern. */
  async function violations(page) {
    await page.evaluate(axe);
    const { violations: found } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' ').slice(0, 300)}`);
  }

  /** Fails if the page has an accessibility violation in any colour scheme, or is wider than its screen. */
  async function fits(page, state) {
    for (const width of [360, 1920]) {
      for (const colorScheme of ['light', 'dark']) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await violations(page), [], `${state}, ${width} px, ${colorScheme}`);
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${state} is ${wide} px wide on a screen of ${width} px`);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.emulateMedia({ colorScheme: 'light' });
  }

  /** Fails if any answer had a token in it. */
  async function close() {
    const leak = (await Promise.all(bodies)).find(body => body.includes('eyJ'));
    assert.equal(leak, undefined, 'an answer has a token in it');
    console.log(`${bodies.length} answers, none with a token`);
    await browser.close();
  }

  return { open, errors, fits, close };
}
