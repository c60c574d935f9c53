// The page of search: an index made here, of the texts in search-index.js. Elements are built, never parsed.
const index = new MiniSearch({
  fields: ['heading', 'text', 'page'],
  storeFields: ['page', 'heading', 'text'],
  searchOptions: {
    prefix: (term) => term.length > 2,
    fuzzy: (term) => (term.length > 4 ? 0.2 : false),
    combineWith: 'AND',
    boost: { heading: 4, page: 2 },
    // Why a thing is as it is comes after how to use it.
    boostDocument: (id) => (id.includes('decisions/') ? 0.2 : 1),
  },
})
index.addAll(sluiceDocs)

const field = document.querySelector('[type=search]')
const [list, count] = [document.getElementById('found'), document.getElementById('count')]

/** Some words around the first of the terms, which are set off. */
function excerpt(text, terms) {
  const words = terms.map((term) => term.replace(/[^\p{L}\p{N}]/gu, '\\$&')).join('|')
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(${words})`, 'iu')
  const at = Math.max(0, text.search(pattern) - 60)
  const from = at === 0 ? 0 : text.indexOf(' ', at) + 1
  const end = from + 180 < text.length ? text.lastIndexOf(' ', from + 180) : text.length
  const paragraph = document.createElement('p')
  for (const [i, piece] of text.slice(from, end).split(pattern).entries()) {
    const node = document.createElement(i % 2 === 1 ? 'mark' : 'span')
    node.textContent = piece
    paragraph.append(node)
  }
  if (end < text.length) paragraph.append(' …')
  return paragraph
}

function show() {
  const results = field.value.trim() === '' ? [] : index.search(field.value).slice(0, 30)
  count.textContent = field.value.trim() === '' ? 'Type what you look for.' : `${results.length} places`
  list.replaceChildren(
    ...results.map(({ id, page, heading, text, terms }) => {
      const [item, link] = [document.createElement('li'), document.createElement('a')]
      link.href = id
      link.textContent = heading === page ? page : `${page}: ${heading}`
      item.append(link, excerpt(text, terms))
      return item
    }),
  )
}

field.value = new URLSearchParams(location.search).get('q') ?? ''
field.addEventListener('input', show)
show()
field.focus()
