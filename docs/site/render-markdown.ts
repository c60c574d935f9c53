import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import json from 'highlight.js/lib/languages/json'
import typescript from 'highlight.js/lib/languages/typescript'
import yaml from 'highlight.js/lib/languages/yaml'
import { Marked } from 'marked'
import type { Token, Tokens } from 'marked'

hljs.registerLanguage('sh', bash)
hljs.registerLanguage('json', json)
hljs.registerLanguage('ts', typescript)
hljs.registerLanguage('yaml', yaml)

/** A heading with the plain text that stands under it: the unit that a search finds. */
export interface Section {
  readonly id: string
  readonly heading: string
  readonly depth: number
  readonly text: string
}

export interface Rendered {
  readonly title: string
  readonly html: string
  readonly sections: readonly Section[]
}

/** What a page needs from the outside: where a link leads, and the code that a fence asks for. */
export interface Surroundings {
  /** The address of a link or picture; null: it lies outside of the site, and only its name is shown. */
  readonly addressOf: (href: string) => string | null
  /** The code of an empty fence whose info string has more than a language. */
  readonly codeOf: (request: string) => string
}

export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const slugOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-')

/** A page of Markdown as HTML. The anchors of its headings are those that GitHub makes. */
export function renderMarkdown(source: string, { addressOf, codeOf }: Surroundings): Rendered {
  const taken = new Map<string, number>()
  const idOf = (text: string): string => {
    const slug = slugOf(text)
    const count = taken.get(slug) ?? 0
    taken.set(slug, count + 1)
    return count === 0 ? slug : `${slug}-${count}`
  }
  const ids = new Map<Token, string>()
  const marked = new Marked({
    renderer: {
      heading(token) {
        const [id, html] = [ids.get(token) ?? '', this.parser.parseInline(token.tokens)]
        if (token.depth === 1) return `<h1 id="${id}">${html}</h1>\n`
        return `<h${token.depth} id="${id}">${html} <a class="anchor" href="#${id}" aria-label="Link to this section">#</a></h${token.depth}>\n`
      },
      link({ href, tokens }) {
        const [address, html] = [addressOf(href), this.parser.parseInline(tokens)]
        return address === null ? html : `<a href="${escapeHtml(address)}">${html}</a>`
      },
      image: ({ href, text }) => `<img src="${escapeHtml(addressOf(href) ?? '')}" alt="${escapeHtml(text)}">`,
      code: ({ text, lang = '' }) => {
        const [language = '', ...request] = lang.split(' ')
        const code = request.length > 0 && text === '' ? codeOf(request.join(' ')) : text
        return codeBlock(code, language)
      },
      table(token) {
        const row = (cells: readonly Tokens.TableCell[], tag: string) =>
          `<tr>${cells.map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`).join('')}</tr>`
        const head = token.header.some(({ text }) => text !== '') ? `<thead>${row(token.header, 'th')}</thead>` : ''
        const body = token.rows.map((cells) => row(cells, 'td')).join('\n')
        return `<div class="table"><table>${head}<tbody>\n${body}\n</tbody></table></div>\n`
      },
    },
  })
  const tokens = marked.lexer(source)
  const sections: { id: string; heading: string; depth: number; text: string }[] = []
  for (const token of tokens)
    if (token.type === 'heading') {
      const heading = plainText(token)
      const id = idOf(heading)
      ids.set(token, id)
      sections.push({ id, heading, depth: (token as Tokens.Heading).depth, text: '' })
    } else {
      const section = sections.at(-1)
      if (section) section.text = `${section.text} ${plainText(token)}`.trim()
    }
  return { title: sections[0]?.heading ?? '', html: marked.parser(tokens), sections }
}

const languages: Readonly<Record<string, string>> = { tsx: 'ts', js: 'ts', jsonc: 'json', bash: 'sh' }

function codeBlock(code: string, language: string): string {
  const name = languages[language] ?? language
  const html = hljs.getLanguage(name) ? hljs.highlight(code, { language: name }).value : escapeHtml(code)
  return `<pre tabindex="0"><code>${html}</code></pre>\n`
}

/** What a person reads in a token, without marks. */
function plainText(token: Token): string {
  if (token.type === 'table') {
    const { header, rows } = token as Tokens.Table
    return [header, ...rows].flatMap((cells) => cells.map(({ tokens }) => tokens.map(plainText).join(''))).join(' ')
  }
  if (token.type === 'list') return (token as Tokens.List).items.map(plainText).join(' ')
  if ('tokens' in token && token.tokens) return token.tokens.map(plainText).join('')
  return token.type === 'html' || !('text' in token) ? '' : unescape(String(token.text))
}

const unescape = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
