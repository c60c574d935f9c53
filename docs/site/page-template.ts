import type { Rendered } from './render-markdown.ts'
import { escapeHtml } from './render-markdown.ts'

export interface Place {
  readonly title: string
  /** From the root of the site, without a slash in front: `guides/patch-mode.html`. */
  readonly path: string
}

export interface Chapter {
  readonly title: string
  readonly pages: readonly Place[]
}

export interface PageParts {
  readonly path: string
  readonly rendered: Rendered
  readonly chapters: readonly Chapter[]
  readonly previous: Place | undefined
  readonly next: Place | undefined
}

/** From the folder of a page to the root of the site: links are relative, so that it works anywhere, files included. */
export const rootOf = (path: string): string => '../'.repeat(path.split('/').length - 1)

const mostContents = 40

/** One page of the site. Nothing is inline and nothing comes from elsewhere: the server's policy allows neither. */
export function pageHtml({ path, rendered, chapters, previous, next }: PageParts): string {
  const root = rootOf(path)
  const link = (place: Place): string => {
    const current = place.path === path ? ' aria-current="page"' : ''
    return `<a href="${root}${place.path}"${current}>${escapeHtml(place.title)}</a>`
  }
  const menu = chapters
    .map(({ title, pages }) => {
      const heading = title === '' ? '' : `<h2>${escapeHtml(title)}</h2>`
      return `${heading}<ul>${pages.map((place) => `<li>${link(place)}</li>`).join('')}</ul>`
    })
    .join('\n')
  const headings = rendered.sections.filter(({ depth }) => depth === 2 || depth === 3)
  // A list that is longer than the screen helps nobody.
  const inner = headings.length > mostContents ? headings.filter(({ depth }) => depth === 2) : headings
  const contents = inner
    .map(({ id, heading, depth }) => `<li class="depth-${depth}"><a href="#${id}">${escapeHtml(heading)}</a></li>`)
    .join('')
  const turnTo = (place: Place | undefined, rel: string, label: string): string =>
    place ? `<a rel="${rel}" href="${root}${place.path}"><span>${label}</span>${escapeHtml(place.title)}</a>` : ''
  const turn = turnTo(previous, 'prev', 'Before') + turnTo(next, 'next', 'Next')
  const home = path === 'index.html'
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${home ? 'Sluice documentation' : `${escapeHtml(rendered.title)} · Sluice`}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${root}site.css">
<script src="${root}theme.js"></script>
<script src="${root}site.js" defer></script>
${path === 'search.html' ? `<script src="minisearch.js" defer></script>\n<script src="search-index.js" defer></script>\n<script src="search.js" defer></script>` : ''}
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header>
<a class="brand" href="${root}index.html">Sluice <span>docs</span></a>
<form role="search" action="${root}search.html"><input type="search" name="q" placeholder="Search" aria-label="Search the documentation" autocomplete="off"></form>
<label class="theme">Theme <select id="theme"><option value="system">System</option><option value="light">Light</option><option value="dark">Dark</option></select></label>
<a class="menu" href="#menu">Menu</a>
</header>
<div class="frame">
<nav id="menu" aria-label="Pages"><a class="close" href="#content">Close</a>
${menu}
</nav>
<main id="content" tabindex="-1">
<article>
${rendered.html}</article>
${turn === '' ? '' : `<nav class="turn" aria-label="Before and after">${turn}</nav>`}
</main>
${inner.length > 1 ? `<nav class="contents" aria-label="On this page"><h2>On this page</h2><ul>${contents}</ul></nav>` : ''}
</div>
</body>
</html>
`
}
