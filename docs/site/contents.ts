import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cliReference } from './reference/cli-reference.ts'
import { codesReference } from './reference/codes-reference.ts'
import { configReference } from './reference/config-reference.ts'
import { flagReference } from './reference/flag-reference.ts'
import { httpReference } from './reference/http-reference.ts'
import { planReference } from './reference/plan-reference.ts'
import { sdkReference } from './reference/sdk-reference.ts'

/** A page of the site before it is rendered. */
export interface Page {
  /** Where its Markdown lies, or would lie, from the root of the repository: links count from there. */
  readonly source: string
  /** Where it goes, from the root of the site. */
  readonly path: string
  readonly markdown: string
  /** In the menu, where its own title is too long. */
  readonly label?: string
  /** Reached by links only. */
  readonly unlisted?: true
}

interface Chapter {
  readonly title: string
  readonly pages: readonly Page[]
}

const guides = ['patch-mode', 'durable-flags', 'models-from-database', 'model-catalogue', 'model-migration']
const howTo = [
  'first-rollout',
  'read-a-rollout',
  'try-on-your-log',
  'choose-a-plan',
  'ai-sdk',
  'openai-anthropic',
  'pages-and-react',
  'openfeature',
  'import-flags',
  'config-as-code',
  'notifications',
  'postgresql',
  'production',
  'backup-and-upgrade',
  'when-an-alert-comes',
  'complaints',
]
const concepts = [
  'flags-and-stickiness',
  'rollouts',
  'guardrails',
  'proof-and-quiet',
  'silence',
  'users-and-calls',
  'models-and-prices',
  'trains-and-checklists',
]

/** Every page in the order in which the menu has it. */
export async function contents(root: string): Promise<readonly Chapter[]> {
  const read = (source: string, path: string, more: Pick<Page, 'label' | 'unlisted'> = {}): Page => ({
    source,
    path,
    markdown: readFileSync(join(root, source), 'utf8').replace(/^---\n[\s\S]*?\n---\n/, ''),
    ...more,
  })
  const written = (folder: string, names: readonly string[]): Page[] =>
    names.map((name) => read(`docs/${folder}/${name}.md`, `${folder}/${name}.html`))
  const made = (name: string, markdown: string): Page => ({
    source: `docs/reference/${name}.md`,
    path: `reference/${name}.html`,
    markdown,
  })
  const decisions = readdirSync(join(root, 'docs/decisions')).filter((name) => name.endsWith('.md'))
  return [
    {
      title: '',
      pages: [
        read('docs/index.md', 'index.html', { label: 'Start here' }),
        read('docs/site/search.md', 'search.html', { unlisted: true }),
      ],
    },
    { title: 'How to', pages: written('how-to', howTo) },
    { title: 'Guides', pages: written('guides', guides) },
    { title: 'Concepts', pages: written('concepts', concepts) },
    {
      title: 'Reference',
      pages: [
        made('cli', cliReference()),
        made('http-api', await httpReference()),
        made('plan', planReference()),
        made('flag', flagReference()),
        made('sluice-yaml', configReference()),
        made('codes', codesReference()),
        read('docs/reference/environment.md', 'reference/environment.html'),
        { ...made('sdk', sdkReference(root)), label: 'SDK' },
        read('contract/WIRE.md', 'reference/wire.html'),
        read('GLOSSARY.md', 'reference/glossary.html'),
      ],
    },
    {
      title: 'The project',
      pages: [
        read('ARCHITECTURE.md', 'project/architecture.html'),
        read('CONTRIBUTING.md', 'project/contributing.html'),
        read('docs/benchmarks/decision.md', 'project/benchmark-decision.html'),
        read('docs/benchmarks/evaluation.md', 'project/benchmark-evaluation.html'),
        read('docs/simulation.md', 'project/simulation.html'),
        { source: 'docs/decisions', path: 'project/decisions.html', markdown: decisionList(root, decisions) },
        ...decisions.map((name) =>
          read(`docs/decisions/${name}`, `project/decisions/${name.replace(/\.md$/, '.html')}`, { unlisted: true }),
        ),
      ],
    },
  ]
}

/** The list of decisions with their titles. */
function decisionList(root: string, names: readonly string[]): string {
  const titleOf = (name: string): string =>
    /^# (.*)$/m.exec(readFileSync(join(root, 'docs/decisions', name), 'utf8'))?.[1] ?? name
  // Links count from the folder around this page.
  const lines = names.map((name) => `- [${titleOf(name)}](decisions/${name})`)
  return `# Decisions\n\nWhy things are as they are, and what was rejected.\n\n${lines.join('\n')}\n`
}
