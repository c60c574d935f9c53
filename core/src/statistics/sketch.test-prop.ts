import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Sketch } from './sketch.ts'

const amount = fc.oneof(
  fc.double({ min: 1e-5, max: 1e12, noNaN: true }),
  fc.constantFrom(0, 1, 812, 3_600_000),
  fc.nat(5000),
)
const odd = fc.constantFrom(-1, Number.NaN, Infinity, -Infinity)
const of = (values: readonly number[]): Sketch => {
  const sketch = new Sketch()
  for (const value of values) sketch.add(value)
  return sketch
}

test('a quantile is within 0.8 % of the value of its rank', () => {
  fc.assert(
    fc.property(
      fc.array(amount, { minLength: 1, maxLength: 200 }),
      fc.constantFrom(0.01, 0.5, 0.95, 0.99, 1),
      (values, p) => {
        const exact = values.toSorted((a, b) => a - b)[Math.ceil(p * values.length) - 1] as number
        const found = of(values).quantile(p) as number
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact / 128)
      },
    ),
  )
})

test('merged is as if it had been counted together, and bytes bring it back', () => {
  const values = fc.array(fc.oneof(amount, odd), { maxLength: 100 })
  fc.assert(
    fc.property(values, values, (some, others) => {
      const merged = of(some)
      merged.merge(of(others))
      const together = of([...some, ...others])
      expect(merged.encode()).toEqual(together.encode())
      const back = Sketch.decode(merged.encode())
      expect(back?.encode()).toEqual(merged.encode())
      expect([back?.n, back?.zeros, back?.rejected]).toEqual([merged.n, merged.zeros, merged.rejected])
    }),
  )
})

test('bytes that are none are refused, never thrown at', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const sketch = Sketch.decode(bytes)
      if (sketch !== null) expect(Sketch.decode(sketch.encode())?.n).toBe(sketch.n)
    }),
    { numRuns: 2000 },
  )
})

test('a skewed day fits into a kilobyte', () => {
  const sketch = new Sketch()
  // Log-normal by Box and Muller, sigma 0.6, from a fixed sequence.
  for (let i = 1; i <= 262_144; i++) {
    const [u, v] = [(i * 0.618_033_988_75) % 1 || 0.5, (i * 0.754_877_666_25) % 1 || 0.5]
    sketch.add(800 * Math.exp(0.6 * Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v)))
  }
  expect(sketch.encode().length).toBeLessThanOrEqual(1024)
})
