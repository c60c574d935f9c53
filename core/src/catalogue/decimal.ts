/**
 * An exact decimal number: `digits` · 10^-`scale`, with `scale` from 0. All money is one of these; text outside, never a
 * JavaScript number.
 */
export interface Decimal {
  readonly digits: bigint
  readonly scale: number
}

const pattern = /^(-?)(\d{1,40})(?:\.(\d{1,60}))?(?:[eE]([+-]?\d{1,3}))?$/
const largestExponent = 60

/** 0. */
export const zero: Decimal = { digits: 0n, scale: 0 }

/** Reads digits with an optional fraction and exponent, as JSON and JavaScript write numbers; null when it is none. */
export function parseDecimal(text: string): Decimal | null {
  const match = pattern.exec(text)
  if (!match) return null
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match
  const exponent = Number(exponentText)
  if (Math.abs(exponent) > largestExponent) return null
  const magnitude = BigInt(whole + fraction)
  return shift({ digits: sign === '' ? magnitude : -magnitude, scale: fraction.length }, -exponent)
}

/** A decimal from what JSON brings: text, or a number by its shortest text; null for anything else. */
export function decimalOf(value: unknown): Decimal | null {
  if (typeof value === 'string') return parseDecimal(value)
  return typeof value === 'number' ? parseDecimal(String(value)) : null
}

/** Without exponent and without trailing zeros. */
export function formatDecimal(value: Decimal): string {
  const { digits, scale } = trim(value)
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
  const whole = text.slice(0, text.length - scale)
  const fraction = scale === 0 ? '' : `.${text.slice(-scale)}`
  return `${digits < 0n ? '-' : ''}${whole}${fraction}`
}

/** The sum. */
export function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale)
  return { digits: atScale(a, scale) + atScale(b, scale), scale }
}

/** The product. */
export function multiply(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, scale: a.scale + b.scale }
}

/** Divided by 10^`places`, exactly; negative places multiply. */
export function shift({ digits, scale }: Decimal, places: number): Decimal {
  const moved = scale + places
  return moved >= 0 ? { digits, scale: moved } : { digits: digits * powerOfTen(-moved), scale: 0 }
}

/** Below 0, 0 or above 0, as `a` is less than, equal to or more than `b`. */
export function compare(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale)
  const difference = atScale(a, scale) - atScale(b, scale)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Rounded to so many places after the point (before it, when negative); a tie goes to the even digit. */
export function roundHalfEven(value: Decimal, places: number): Decimal {
  if (value.scale <= places) return value
  if (places < 0) return shift(roundHalfEven(shift(value, -places), 0), places)
  const unit = powerOfTen(value.scale - places)
  const isNegative = value.digits < 0n
  const magnitude = isNegative ? -value.digits : value.digits
  const quotient = magnitude / unit
  const twice = (magnitude % unit) * 2n
  const isUp = twice > unit || (twice === unit && quotient % 2n === 1n)
  const rounded = isUp ? quotient + 1n : quotient
  return { digits: isNegative ? -rounded : rounded, scale: places }
}

/** How many digits count: 0.00250 has 2, its zeros before and after do not. */
export function significantDigits(value: Decimal): number {
  const { digits } = trim(value)
  const text = String(digits < 0n ? -digits : digits).replace(/0+$/, '')
  return Math.max(1, text.length)
}

/** Rounded to so many significant digits, half to even. */
export function roundSignificant(value: Decimal, count: number): Decimal {
  const length = String(value.digits < 0n ? -value.digits : value.digits).length
  return length <= count ? value : roundHalfEven(value, value.scale - (length - count))
}

function trim({ digits, scale }: Decimal): Decimal {
  let [left, places] = [digits, scale]
  while (places > 0 && left % 10n === 0n) {
    left /= 10n
    places -= 1
  }
  return { digits: left, scale: places }
}

const atScale = (value: Decimal, scale: number): bigint => value.digits * powerOfTen(scale - value.scale)

const powers = Array.from({ length: 41 }, (_, exponent) => 10n ** BigInt(exponent))
const powerOfTen = (exponent: number): bigint => powers[exponent] ?? 10n ** BigInt(exponent)
