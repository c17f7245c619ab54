/** The pages by what a reader wants, in the order in which a new reader needs them: the text, and the file in the repository. */
const GROUPS = {
  'Start': [
    ['What it is', 'README.md'],
    ['From the article', 'docs/from-the-article.md'],
    ['I want to …', 'docs/README.md'],
    ['The demo', 'demo-app/README.md'],
    ['Example: orders', 'examples/orders/README.md'],
    ['Example: login', 'examples/login/README.md'],
    ['Example: agent', 'examples/agent/README.md'],
    ['Coming from another library', 'docs/coming-from.md'],
    ['Comparison', 'docs/comparison.md'],
  ],
  'In a program': [
    ['Where a token comes from', 'docs/sources.md'],
    ['Environment variables', 'docs/variables.md'],
    ['Connection strings', 'docs/connection-string.md'],
    ['Spring Boot', 'docs/spring-boot.md'],
    ['Agent identities', 'docs/agents.md'],
    ['Databases and Kafka', 'docs/databases-and-kafka.md'],
    ['The drop-in jar', 'docs/drop-in.md'],
    ['Tests without Azure', 'docs/testing.md'],
    ['The emulator', 'pod-identity/emulator/README.md'],
    ['What may change', 'docs/compatibility.md'],
    ['Benchmarks', 'benchmarks/README.md'],
    ['What a fault leads to', 'docs/faults.md'],
  ],
  'On AKS': [
    ['Deploy to a cluster', 'k8s/README.md'],
    ['Operations', 'docs/operations.md'],
    ['Your own cluster', 'docs/in-cluster.md'],
    ['Which clients work where', 'docs/clients.md'],
    ['From aad-pod-identity', 'docs/migrate.md'],
  ],
  'podid': [
    ['All commands', 'podid/README.md'],
    ['Install', 'docs/install.md'],
    ['Lend a sign-in', 'docs/lend.md'],
    ['Borrow an identity', 'docs/run.md'],
    ['Rules of podid check', 'docs/checks.md'],
    ['Lines of logs', 'docs/logs.md'],
    ['JSON schemas', 'docs/schemas/README.md'],
  ],
  'When there is no token': [
    ['Troubleshooting', 'docs/troubleshooting.md'],
    ['Developer tools', 'docs/troubleshooting/developer-tools.md'],
    ['Managed identities', 'docs/troubleshooting/managed-identity.md'],
    ['Workload identity, CI jobs', 'docs/troubleshooting/workload-identity.md'],
    ['Applications', 'docs/troubleshooting/application.md'],
    ['Entra ID (AADSTS…)', 'docs/troubleshooting/entra-id.md'],
  ],
  'The project': [
    ['Architecture', 'ARCHITECTURE.md'],
    ['Contributing', 'CONTRIBUTING.md'],
    ['Security', 'SECURITY.md'],
    ['End-to-end checks', 'e2e/README.md'],
    ['Decisions', 'docs/decisions/README.md'],
    ['Changelog', 'CHANGELOG.md'],
  ],
};

/** Folders whose pages the sidebar does not list, and the page that links to each of them. */
export const indexes = { 'docs/decisions': 'docs/decisions/README.md', 'benchmarks/results': 'benchmarks/README.md' };

/** Every file that a group lists. */
export const listed = Object.values(GROUPS).flatMap(items => items.map(([, file]) => file));

/** The sidebar. The last group has the pages that no other one lists, so that each page can be found. */
export function sidebarWith(others) {
  const groups = others.length === 0 ? GROUPS : { ...GROUPS, More: others };
  return Object.entries(groups).map(([text, items]) => ({
    text,
    items: items.map(([name, file]) => ({ text: name, link: `/${file.replace(/(^|\/)README\.md$/, '$1').replace(/\.md$/, '')}` })),
  }));
}
