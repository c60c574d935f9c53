// Prices as people read them. They are shown to their last digit: a rounded price is a wrong one.

const fixedSpace = '\u00a0'

/** A decimal text without an exponent, so that 2e-7 is read as what it is. */
export function plainDecimal(amount: number | string): string {
  const text = String(amount)
  const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/i.exec(text)
  if (!match) return text
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const point = whole.length + Number(exponent)
  const digits = (whole + fraction).padStart(whole.length + fraction.length + Math.max(0, 1 - point), '0')
  const at = Math.max(1, point)
  const padded = digits.padEnd(at, '0')
  const rest = padded.slice(at).replace(/0+$/, '')
  return `${sign}${padded.slice(0, at)}${rest === '' ? '' : `.${rest}`}`
}

/** $2.50, $0.000002, free; absent: not known, which is not free. */
export function formatPrice(amount: number | string | null | undefined): string {
  if (amount === null || amount === undefined) return '–'
  return Number(amount) === 0 ? 'free' : `$${plainDecimal(amount).replace(/\.\d$/, '$&0')}`
}

const perNames: Readonly<Record<number, string>> = { 1: 'each', 1000: 'per 1 k', 1_000_000: 'per 1 M' }

/** What a rate is for: per 1 M, per 1 k, each. */
export const formatPer = (per: number): string =>
  (perNames[per] ?? `per ${per}`).replace(' ', fixedSpace).replace(' ', fixedSpace)

/** A count of tokens as model cards write it: 128 k, 1.05 M. */
export function formatTokens(count: number | null | undefined): string {
  if (count === null || count === undefined) return '–'
  if (count < 1000) return String(count)
  const [size, unit] = count < 1_000_000 ? [1000, 'k'] : [1_000_000, 'M']
  return `${Number((count / size).toFixed(2))}${fixedSpace}${unit}`
}
