import type { PriceCondition } from '@sluice/core/catalogue'

const marks = { q: 'quality', s: 'size', r: 'region', t: 'timeOfDayUtc' } as const
const isMark = (letter: string): letter is keyof typeof marks => letter in marks

/**
 * A condition as slots name it, `>200000|flex|q:hd`; null when a part of it cannot be read. `conditionKey` of the core
 * is the way back.
 */
export function parseCondition(text: string): PriceCondition | null {
  const when: Record<string, unknown> = {}
  for (const part of text.split('|').map((each) => each.trim())) {
    if (part === '') continue
    const [, letter = '', value = ''] = /^([a-z]):(.+)$/.exec(part) ?? []
    if (/^>\s*\d+$/.test(part)) when['promptTokensGt'] = Number(part.slice(1))
    else if (part === 'batch') when['batch'] = true
    else if (letter === 'd' && /^[1-7]+$/.test(value)) when['weekdays'] = [...value].map(Number)
    else if (isMark(letter)) when[marks[letter]] = value
    else if (/^[\w.-]+$/.test(part)) when['serviceTier'] = part
    else return null
  }
  return when
}
