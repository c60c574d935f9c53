import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildSite, root } from './build-site.ts'
import { renderMarkdown } from './render-markdown.ts'
import { takeCode } from './take-code.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-docs-'))
const pages = new Map<string, string>()

beforeAll(async () => {
  for (const path of await buildSite(folder)) pages.set(path, readFileSync(join(folder, path), 'utf8'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found = '']) => found)

test('every link, picture, style and anchor of the site leads somewhere', () => {
  const files = new Set(readdirSync(folder, { recursive: true }).map(String))
  const ids = new Map([...pages].map(([path, html]) => [path, new Set(all(html, / id="([^"]*)"/g))]))
  const broken = [...pages].flatMap(([path, html]) =>
    all(html, / (?:href|src|action)="([^"]*)"/g).flatMap((address) => {
      if (/^(https?|data):/.test(address)) return []
      const [target = '', fragment] = address.split('#')
      const file = target === '' ? path : normalize(join(dirname(path), target))
      const isThere = files.has(file) && (fragment === undefined || (ids.get(file)?.has(fragment) ?? false))
      return isThere ? [] : [`${path}: ${address}`]
    }),
  )
  expect(pages.size).toBeGreaterThan(40)
  expect(broken).toEqual([])
})

test('every page that is written stands in the menu', () => {
  const written = ['guides', 'how-to', 'concepts', 'reference'].flatMap((name) =>
    readdirSync(join(root, 'docs', name)).map((file) => `${name}/${file.replace(/\.md$/, '.html')}`),
  )
  const home = pages.get('index.html') ?? ''
  expect(written.filter((path) => !home.includes(`href="${path}"`))).toEqual([])
})

test('nothing is inline and nothing comes from elsewhere, as the policy of the server wants it', () => {
  for (const [path, html] of pages) {
    expect(all(html, /<(?:script|link|img)[^>]* (?:src|href)="(https?:[^"]*)"/g), path).toEqual([])
    expect(all(html, /(<script>|<style|\sstyle="|\son[a-z]+=")/g), path).toEqual([])
  }
})

test('code is taken from the file, statement by statement, and an include that finds nothing stops the build', () => {
  const path = 'docs/site/take-code.ts'
  expect(takeCode(root, path, 'const isBlank')).toBe("const isBlank = (line: string): boolean => line.trim() === ''")
  const whole = takeCode(root, path, 'export function takeCode')
  expect(whole).toMatch(/^\/\*\*\n \* The code of a file/)
  expect(whole).toMatch(/\.trimEnd\(\)\n\}$/)
  expect(takeCode(root, path, 'if (first === undefined)')).toMatch(/^if .*\)$/)
  expect(() => takeCode(root, path, 'no such line')).toThrow(`${path} has no line with "no such line".`)
})

test('headings have the anchors of GitHub, the second of a name too, and text is found under its heading', () => {
  const outside = { addressOf: (href: string) => href, codeOf: () => '' }
  const { html, sections, title } = renderMarkdown(
    '# A `b` & c\n\nIntro.\n\n## Same\n\n- one\n- **two**\n\n## Same',
    outside,
  )
  expect(title).toBe('A b & c')
  expect(sections.map(({ id }) => id)).toEqual(['a-b--c', 'same', 'same-1'])
  expect(sections.map(({ text }) => text)).toEqual(['Intro.', 'one two', ''])
  expect(html).toContain('<h2 id="same-1">')
})

test('text that looks like a mark of HTML stays text', () => {
  const outside = { addressOf: (href: string) => href, codeOf: () => '' }
  const { html } = renderMarkdown('# T\n\n`<b>`\n\n```\n<script>\n```\n\n| `a<b` |\n| --- |\n', outside)
  expect(html).not.toMatch(/<b>|<script>/)
})

test('search looks through the text of every page', () => {
  const index = readFileSync(join(folder, 'search-index.js'), 'utf8')
  for (const path of pages.keys()) if (path !== 'search.html') expect(index, path).toContain(`"id":"${path}"`)
})
