/**
 * Fields of one CSV record (RFC 4180): quotes double inside quotes. `open`: a quote goes on in the next line; `stray`: text
 * follows the end of a quote.
 */
export function parseCsvLine(line: string, delimiter = ','): readonly string[] | 'open' | 'stray' {
  if (!line.includes('"')) return line.split(delimiter)
  const fields: string[] = []
  let at = 0
  while (at <= line.length) {
    if (line[at] !== '"') {
      const end = line.indexOf(delimiter, at)
      fields.push(line.slice(at, end < 0 ? undefined : end))
      if (end < 0) return fields
      at = end + 1
      continue
    }
    let field = ''
    for (at += 1; ; at += 1) {
      const end = line.indexOf('"', at)
      if (end < 0) return 'open'
      field += line.slice(at, end)
      at = end + 1
      if (line[at] !== '"') break
      field += '"'
    }
    fields.push(field)
    if (line[at] !== delimiter) return at >= line.length ? fields : 'stray'
    at += 1
  }
  return fields
}

/** What separates the columns of a header: whichever of the usual characters it has most of. */
export function delimiterOf(header: string): string {
  const count = (delimiter: string) => header.split(delimiter).length
  return [',', ';', '\t', '|'].reduce((most, next) => (count(next) > count(most) ? next : most))
}
