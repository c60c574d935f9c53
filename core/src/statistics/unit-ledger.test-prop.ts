import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { scale } from '../../../testing/scale.ts'
import { PlainLedger } from '../../testing/plain-ledger.ts'
import { UnitLedger } from './index.ts'
import type { LedgerMetric, LedgerRow, LedgerSettings, Position } from './index.ts'

const counted = (metric: string, kind: LedgerMetric['kind'], failsOn: 0 | 1 = 1): LedgerMetric => ({
  key: metric,
  metric,
  where: null,
  per: null,
  kind,
  failsOn,
  counting: 'unit',
})

const settings: LedgerSettings = {
  metrics: [counted('error', 'rate'), counted('completed', 'rate', 0), counted('latency_ms', 'value')],
  settleBlocks: 3,
  maxUnits: 1000,
  sampleBits: { T: 0, C: 0 },
}

const row: fc.Arbitrary<LedgerRow> = fc.record({
  unit: fc.integer({ min: 0, max: 12 }).map((id) => `user_${id}`),
  arm: fc.constantFrom('T', 'C'),
  atMs: fc.nat(5),
  metrics: fc.record(
    { error: fc.constantFrom(0, 1), completed: fc.constantFrom(0, 1), latency_ms: fc.constantFrom(0, 10, 2000) },
    { requiredKeys: [] },
  ),
})

/** Blocks in order, with gaps; a new visit, or a new stage, begins now and then. */
const story = fc
  .array(fc.record({ rows: fc.array(row, { maxLength: 12 }), gap: fc.constantFrom(1, 1, 1, 2, 70), turn: fc.nat(9) }), {
    maxLength: 14,
  })
  .map((blocks) => {
    let position: Position = { block: -1, visit: 1, entry: 0 }
    return blocks.map(({ rows, gap, turn }) => {
      const isVisit = turn <= 1
      const [visit, entry] = [position.visit + (isVisit ? 1 : 0), position.entry + (turn === 0 ? 1 : 0)]
      position = { block: position.block + gap, visit, entry }
      return { rows, position }
    })
  })

const many = { numRuns: scale(300, 20_000) }

test('the ledger gives what looking at every unit in every block gives', () => {
  fc.assert(
    fc.property(story, (blocks) => {
      const [quick, plain] = [new UnitLedger(settings), new PlainLedger(settings)]
      for (const { rows, position } of blocks) expect(quick.seal(rows, position)).toEqual(plain.seal(rows, position))
    }),
    many,
  )
})

test('rows in another order, repeated rows and repeated batches seal the same blocks', () => {
  const shuffled = story.chain((blocks) =>
    fc.record({
      blocks: fc.constant(blocks),
      other: fc.tuple(
        ...blocks.map(({ rows, position }) =>
          fc
            .array(fc.nat(Math.max(0, rows.length - 1)), { maxLength: 5 })
            .chain((again) =>
              fc.shuffledSubarray([...rows, ...again.flatMap((i) => rows[i] ?? [])], {
                minLength: rows.length === 0 ? 0 : rows.length + again.length,
              }),
            )
            .map((mixed) => ({ rows: mixed, position })),
        ),
      ),
    }),
  )
  fc.assert(
    fc.property(shuffled, ({ blocks, other }) => {
      const seal = (some: typeof blocks) => {
        const ledger = new UnitLedger(settings)
        return some.map(({ rows, position }) => ledger.seal(rows, position))
      }
      expect(seal(other)).toEqual(seal(blocks))
    }),
    many,
  )
})

test('a ledger that was saved and loaded between two blocks goes on as if nothing had happened', () => {
  fc.assert(
    fc.property(story, fc.nat(13), (blocks, after) => {
      const stay = new UnitLedger(settings)
      let moved = new UnitLedger(settings)
      for (const [i, { rows, position }] of blocks.entries()) {
        if (i === after) {
          const image = moved.save()
          moved = UnitLedger.load(settings, {
            ...(JSON.parse(JSON.stringify(image)) as typeof image),
            T: image.T,
            C: image.C,
          })
        }
        expect(moved.seal(rows, position)).toEqual(stay.seal(rows, position))
      }
    }),
    many,
  )
})
