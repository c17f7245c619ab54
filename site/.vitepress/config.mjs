import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitepress';
import { slug } from '../slug.mjs';
import { sidebarWith } from '../sidebar.mjs';

const project = 'https://github.com/pod-identity/pod-identity-java';

export default defineConfig({
  srcDir: process.env.SITE_PAGES,
  outDir: process.env.SITE_OUT,
  cacheDir: process.env.SITE_CACHE,
  // The path below which the site is served; GitHub Pages serves it below the name of the repository.
  base: process.env.SITE_BASE ?? '/',
  lang: 'en',
  title: 'Pod identity for Java',
  description: 'Microsoft Entra ID tokens for Java programs without a secret, and tools for the identities of pods on AKS',
  cleanUrls: true,
  // The pages name the addresses of programs on the reader's own machine.
  ignoreDeadLinks: 'localhostLinks',
  // Without an icon of its own a browser asks for /favicon.ico, which is outside of the site.
  head: [['meta', { name: 'color-scheme', content: 'light dark' }], ['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    anchor: { slugify: slug },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    languageAlias: { sh: 'bash' },
  },
  themeConfig: {
    nav: [
      { text: 'From the article', link: '/docs/from-the-article' },
      { text: 'I want to …', link: '/docs/' },
      { text: 'Troubleshooting', link: '/docs/troubleshooting' },
    ],
    sidebar: sidebarWith(JSON.parse(readFileSync(join(process.env.SITE_PAGES, 'others.json'), 'utf8'))),
    outline: { level: [2, 3] },
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: project }],
    editLink: {
      pattern: ({ frontmatter }) => `https://github.com/pod-identity/pod-identity-java/edit/main/${frontmatter.source}`,
      text: 'Edit this page',
    },
  },
});
