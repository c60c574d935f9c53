import * as fc from 'fast-check'
import { type KeyedModel, type Model, keyedForm } from '@sluice/core/catalogue'
import { type Operation, applyPatch } from 'rfc6902'
import { expect, test } from 'vitest'
import { scale } from '../../../testing/scale.ts'
import { startTestServer } from '../testing/test-server.ts'

const word = fc.stringMatching(/^[a-z~/]{1,8}$/)
/** An edit as people make them, with names that a pointer has to escape. */
const edit = fc.oneof(
  fc.record({ pricing: fc.record({ input: fc.nat(100), output: fc.nat(100) }, { requiredKeys: [] }) }),
  fc.record({ name: word, tags: fc.uniqueArray(word, { maxLength: 3 }) }, { requiredKeys: ['name'] }),
  fc.record({ limits: fc.record({ context: fc.integer({ min: 1, max: 1e6 }) }) }),
  fc.record({ status: fc.constantFrom('active', 'preview', 'deprecated', 'retired') }),
  fc.record({
    aliases: fc.uniqueArray(word, { maxLength: 3 }).map((names) => names.map((alias) => ({ alias: `own:${alias}` }))),
  }),
  fc.constant({ family: null }),
)

test('history, replayed from the first version, gives every version and the present state', async () => {
  const { send, clock } = await startTestServer()
  let made = 0
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { maxLength: 8 }), async (edits) => {
      const id = `a:model-${(made += 1)}`
      const path = `/api/v1/models/${encodeURIComponent(id)}`
      await send('POST', '/api/v1/models', { body: { id, family: 'f', pricing: { input: 1 } } })
      for (const body of edits) {
        await clock.advance(1000)
        const own = JSON.parse(JSON.stringify(body).replaceAll('own:', `${id}-`)) as object
        expect((await send('PATCH', `${path}?reason=x`, { body: own })).status).toBe(200)
      }
      const { items } = (await send('GET', `${path}/history`)).body as {
        items: { after: Model; patch: Operation[] }[]
      }
      const [first, ...later] = items.toReversed()
      const state = structuredClone(keyedForm(first?.after as Model)) as KeyedModel
      for (const { after, patch } of later) {
        expect(applyPatch(state, patch).filter((error) => error !== null)).toEqual([])
        expect(state).toEqual(keyedForm(after))
        const { prices, aliases, tags } = state
        const counts = [prices, aliases, tags].map((keyed) => Object.keys(keyed).length)
        expect(counts).toEqual([after.prices.length, after.aliases.length, after.tags?.length ?? 0])
      }
      expect(items[0]?.after).toEqual((await send('GET', path)).body.model)
    }),
    { numRuns: scale(25, 500) },
  )
})
