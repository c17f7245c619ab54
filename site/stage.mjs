// Copies the Markdown pages of the repository into a folder from which VitePress makes the site.
//
// usage: stage.mjs REPOSITORY FOLDER
//
// A README.md becomes the index of its folder. A link to another page leads to that page of the site. A link to any other
// file of the repository leads to GitHub. A link to a file or a heading that does not exist is an error: all of them are
// printed, and the exit code is 1.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, posix, relative } from 'node:path';
import { indexes, listed } from './sidebar.mjs';
import { slug } from './slug.mjs';

const PROJECT = 'https://github.com/pod-identity/pod-identity-java';
// What is built, what tests compare with, and what configures services.
const WITHOUT_PAGES = new Set(['.ci', '.git', '.github', '.mvn', 'mine', 'node_modules', 'site', 'src', 'target']);
// A Markdown link or image, or an attribute of HTML: what stands before the address, the address, what stands behind it.
const LINK = /(!?\[(?:[^[\]]|\[[^\]]*\])*\]\(|\b(?:src|href)=")([^()\s"]+)((?:\s+"[^"]*")?\)|")/g;
const HEADING = /^#{1,6} +(.+?) *#*$/;
const FENCE = /^ *(`{3,}|~{3,})/;

const [repository, folder] = process.argv.slice(2);
const errors = [];

/** The paths of all pages, relative to the repository, with forward slashes. */
function findPages(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap(entry => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      return WITHOUT_PAGES.has(entry.name) ? [] : findPages(path);
    }
    return extname(entry.name) === '.md' ? [relative(repository, path).replaceAll('\\', '/')] : [];
  });
}

/** Calls `change` with each line that is not in a code block, and returns all lines. */
function mapText(lines, change) {
  let fence = null;
  return lines.map(line => {
    const mark = FENCE.exec(line)?.[1];
    if (fence !== null) {
      fence = mark?.startsWith(fence) ? null : fence;
      return line;
    }
    if (mark) {
      fence = mark;
      return line;
    }
    return change(line);
  });
}

/** The anchors of a page as GitHub makes them: a second heading of the same text ends with -1. */
function anchorsOf(text) {
  const anchors = new Set();
  mapText(text.split('\n'), line => {
    const heading = HEADING.exec(line)?.[1];
    if (heading) {
      let anchor = slug(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', ''));
      for (let n = 1, first = anchor; anchors.has(anchor); n++) {
        anchor = `${first}-${n}`;
      }
      anchors.add(anchor);
    }
    for (const [, id] of line.matchAll(/<a (?:id|name)="([^"]+)">/g)) {
      anchors.add(id);
    }
    return line;
  });
  return anchors;
}

const sitePath = page => page.replace(/(^|\/)README\.md$/, '$1index.md');
const pages = new Map(findPages(repository).map(page => [page, readFileSync(join(repository, page), 'utf8')]));
const anchors = new Map([...pages].map(([page, text]) => [page, anchorsOf(text)]));

/** The link as the site needs it. An image that is shown is copied to its place beside the page. */
function rewrite(page, link, isShown) {
  if (/^([a-z]+:|\/\/)/i.test(link)) {
    return link;
  }
  const [path, anchor] = link.split('#', 2);
  const target = path === '' ? page : posix.normalize(posix.join(posix.dirname(page), path)).replace(/\/$/, '');
  const readme = target === '.' ? 'README.md' : `${target}/README.md`;
  const there = pages.has(readme) ? readme : target;
  if (pages.has(there)) {
    if (anchor !== undefined && !anchors.get(there).has(anchor)) {
      errors.push(`${page}: ${link}: no heading of ${there} has this anchor`);
    }
    if (path === '') {
      return link;
    }
    const way = posix.relative(posix.dirname(sitePath(page)), sitePath(there));
    return (way.startsWith('.') ? way : `./${way}`) + (anchor === undefined ? '' : `#${anchor}`);
  }
  const file = join(repository, target);
  if (!existsSync(file)) {
    errors.push(`${page}: ${link}: there is no such file`);
    return link;
  }
  if (isShown) {
    mkdirSync(dirname(join(folder, target)), { recursive: true });
    cpSync(file, join(folder, target));
    return path.startsWith('.') ? path : `./${path}`;
  }
  return `${PROJECT}/${statSync(file).isDirectory() ? 'tree' : 'blob'}/main/${target}${anchor === undefined ? '' : `#${anchor}`}`;
}

errors.push(...listed.filter(file => !pages.has(file)).map(file => `sidebar.mjs: ${file}: there is no such page`));
const others = [];
for (const page of pages.keys()) {
  const index = indexes[posix.dirname(page)];
  if (index === undefined && !listed.includes(page)) {
    others.push([titleOf(page), page]);
  }
  if (index !== undefined && page !== index) {
    addToIndex(page, index);
  }
}

function titleOf(page) {
  return /^# (.+)$/m.exec(pages.get(page))[1];
}

/** Whoever forgets to list a new page of a folder does not hide the page. */
function addToIndex(page, index) {
  const way = posix.relative(posix.dirname(index), page);
  const text = pages.get(index);
  if (!text.includes(`(${way})`)) {
    pages.set(index, `${text.trimEnd()}\n- [${titleOf(page)}](${way})\n`);
  }
}

rmSync(folder, { recursive: true, force: true });
for (const [page, text] of pages) {
  const lines = mapText(text.split('\n'), line => line.replace(LINK, (all, before, link, behind) =>
    before + rewrite(page, link, before.startsWith('![') || before.startsWith('src')) + behind)
    // Vue would evaluate what stands in such braces.
    .replaceAll('{{', '&#123;&#123;'));
  const staged = join(folder, sitePath(page));
  mkdirSync(dirname(staged), { recursive: true });
  // A table of HTML has code side by side, which needs the room of the outline.
  const aside = !text.includes('<table>');
  writeFileSync(staged, `---\nsource: ${page}\naside: ${aside}\n---\n\n${lines.join('\n')}`);
}
writeFileSync(join(folder, 'others.json'), JSON.stringify(others));
if (errors.length > 0) {
  console.error(errors.join('\n'));
  process.exit(1);
}
console.log(`${pages.size} pages`);
