// The page of search: an index made here, of the texts in search-index.js. Elements are built, never parsed.
const index = new MiniSearch({
  fields: ['heading', 'text', 'page'],
  storeFields: ['page', 'heading', 'text'],
  searchOptions: { prefix: true, fuzzy: 0.15, combineWith: 'AND', boost: { heading: 4, page: 2 } },
})
index.addAll(sluiceDocs)

const field = document.querySelector('[type=search]')
const [list, count] = [document.getElementById('found'), document.getElementById('count')]

function excerpt(text, terms) {
  const words = terms.map((term) => term.replace(/[^\p{L}\p{N}]/gu, '\\$&'))
  const at = words.length === 0 ? -1 : text.search(new RegExp(words.join('|'), 'iu'))
  const from = Math.max(0, at - 60)
  const part = `${from > 0 ? '… ' : ''}${text.slice(from, from + 180)}${text.length > from + 180 ? ' …' : ''}`
  const paragraph = document.createElement('p')
  for (const [i, piece] of (words.length ? part.split(new RegExp(`(${words.join('|')})`, 'iu')) : [part]).entries()) {
    const node = i % 2 === 1 ? document.createElement('mark') : document.createElement('span')
    node.textContent = piece
    paragraph.append(node)
  }
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
