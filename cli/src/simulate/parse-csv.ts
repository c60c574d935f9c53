/** Fields of one CSV record (RFC 4180): quotes double inside quotes. Null when a quote is never closed. */
export function parseCsvLine(line: string): readonly string[] | null {
  if (!line.includes('"')) return line.split(',')
  const fields: string[] = []
  let at = 0
  while (at <= line.length) {
    if (line[at] !== '"') {
      const end = line.indexOf(',', at)
      fields.push(line.slice(at, end < 0 ? undefined : end))
      if (end < 0) return fields
      at = end + 1
      continue
    }
    let field = ''
    for (at += 1; ; at += 1) {
      const end = line.indexOf('"', at)
      if (end < 0) return null
      field += line.slice(at, end)
      at = end + 1
      if (line[at] !== '"') break
      field += '"'
    }
    fields.push(field)
    if (line[at] !== ',') return at >= line.length ? fields : null
    at += 1
  }
  return fields
}
