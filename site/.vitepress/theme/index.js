import { withBase } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import { h } from 'vue';
import './site.css';

/** What a reader sees at an address without a page. The default theme's text stands outside of any landmark. */
function noSuchPage() {
  return h('main', { class: 'no-such-page' }, [
    h('h1', 'There is no such page'),
    h('p', 'The page may have moved. The search at the top finds error codes, settings and commands.'),
    h('p', h('a', { href: withBase('/docs/') }, 'See what there is')),
  ]);
}

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'not-found': noSuchPage }),
};
