// The documentation as a folder of HTML files: `npm run docs`. Markdown and generated pages in, no framework, nothing from elsewhere.
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import posix from 'node:path/posix'
import { planTemplateNamed } from '@sluice/contract'
import { contents } from './contents.ts'
import { pageHtml, rootOf } from './page-template.ts'
import type { Chapter, Place } from './page-template.ts'
import { planText } from './plan-text.ts'
import { renderMarkdown } from './render-markdown.ts'
import type { Rendered } from './render-markdown.ts'
import { takeCode } from './take-code.ts'

export const root = join(import.meta.dirname, '..', '..')
const require = createRequire(import.meta.url)

/** A page on its way: where its text comes from and where it goes. */
interface Page {
  /** Of its Markdown, from the root of the repository; of a generated page where it would lie. */
  readonly source: string
  readonly path: string
  readonly markdown: string
}

/** Puts the site in place of a folder; throws when a link leads nowhere or an include finds nothing, and changes nothing then. */
export async function buildSite(target: string): Promise<readonly string[]> {
  const folder = `${target}.new`
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const chapters = await contents(root)
  const pages = chapters.flatMap(({ pages: all }) => all)
  const bySource = new Map(pages.map(({ source, path }) => [source, path]))
  const rendered = pages.map((page) => render(page, bySource, folder))
  const placeOf = (page: (typeof pages)[number]): Place[] => {
    const title = page.label ?? rendered[pages.indexOf(page)]?.title ?? ''
    return page.unlisted ? [] : [{ title, path: page.path }]
  }
  const placed = chapters.map(({ title, pages: all }): Chapter => ({ title, pages: all.flatMap(placeOf) }))
  const order = placed.flatMap(({ pages: all }) => all)
  for (const [i, page] of pages.entries()) {
    const at = order.findIndex(({ path }) => path === page.path)
    const [previous, next] = at < 0 ? [] : [order[at - 1], order[at + 1]]
    const file = join(folder, page.path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(
      file,
      pageHtml({ path: page.path, rendered: rendered[i] as Rendered, chapters: placed, previous, next }),
    )
  }
  writeAssets(folder)
  writeFileSync(join(folder, 'search-index.js'), `var sluiceDocs = ${JSON.stringify(searchable(pages, rendered))}\n`)
  rmSync(target, { recursive: true, force: true })
  renameSync(folder, target)
  return pages.map(({ path }) => path)
}

function render({ source, path, markdown }: Page, bySource: ReadonlyMap<string, string>, folder: string): Rendered {
  const addressOf = (href: string): string | null => {
    if (/^(https?:|#)/.test(href)) return href
    const [target = '', fragment] = href.split('#')
    const wanted = posix.join(posix.dirname(source), target)
    const page = bySource.get(wanted)
    if (page !== undefined) return relativeAddress(path, page) + (fragment === undefined ? '' : `#${fragment}`)
    if (!existsSync(join(root, wanted))) throw new Error(`${source} links to ${href}, which is not there.`)
    if (!/\.(png|svg)$/.test(wanted)) return null
    mkdirSync(join(folder, 'images'), { recursive: true })
    cpSync(join(root, wanted), join(folder, 'images', posix.basename(wanted)))
    return `${rootOf(path)}images/${posix.basename(wanted)}`
  }
  try {
    return renderMarkdown(markdown, { addressOf, codeOf })
  } catch (cause) {
    throw new Error(`${source}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

const relativeAddress = (from: string, to: string): string => posix.relative(posix.dirname(from), to)

/** `file=PATH`, `file=PATH#the text its statement begins with`, or `template=NAME`: a plan that comes with Sluice. */
function codeOf(request: string): string {
  const [, kind, value = ''] = /^(file|template)=(.*)$/.exec(request) ?? []
  if (kind === 'file') {
    const [path = '', ...start] = value.split('#')
    return takeCode(root, path, start.join('#'))
  }
  const template = kind === 'template' ? planTemplateNamed(value) : undefined
  if (!template) throw new Error(`There is nothing to include for "${request}".`)
  return planText({ flag: '…', ...template.plan })
}

function writeAssets(folder: string): void {
  const own = join(import.meta.dirname, 'assets')
  for (const name of ['site.js', 'search.js']) cpSync(join(own, name), join(folder, name))
  cpSync(join(root, 'console/public/theme.js'), join(folder, 'theme.js'))
  cpSync(join(dirname(require.resolve('minisearch')), '../umd/index.js'), join(folder, 'minisearch.js'))
  const tokens = readFileSync(join(root, 'console/src/styles/tokens.css'), 'utf8')
  writeFileSync(join(folder, 'site.css'), `${tokens}\n${readFileSync(join(own, 'site.css'), 'utf8')}`)
}

const searchable = (pages: readonly Page[], rendered: readonly Rendered[]) =>
  pages.flatMap(({ path }, i) =>
    (rendered[i]?.sections ?? []).map(({ id, heading, depth, text }) => ({
      id: depth === 1 ? path : `${path}#${id}`,
      page: rendered[i]?.title ?? '',
      heading,
      text,
    })),
  )
