import { createOpenAI } from '@ai-sdk/openai'
import { generateText, streamText } from 'ai'
import type { LanguageModel } from 'ai'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sluiceAI } from './ai-sdk.ts'
import type { Model } from './ai/routed-language-model.ts'
import type { Observation } from './observation.ts'
import type { SluiceClient } from './sluice-client.ts'
import { FakeServer, rolloutFlag } from './testing/fake-server.ts'
import { fastClient, lineLogger, until } from './testing/fast-client.ts'
import { ModelServer } from './testing/model-server.ts'

// Buckets of salt s1: user_0 53,260; user_1 49,046. At 50 % user_1 is in the candidate, user_0 in the baseline.
const candidate = { targetingKey: 'user_1' }
const baseline = { targetingKey: 'user_0' }

const models = new ModelServer()
const server = new FakeServer()
let sluice: SluiceClient
let openai: ReturnType<typeof createOpenAI>

/** A flag whose variants name models; the candidate at 50 %. */
const modelFlag = (on: unknown, more: Record<string, unknown> = {}, off: unknown = 'openai:old') => ({
  ...rolloutFlag(50_000, more),
  variants: { on, off },
})

beforeAll(async () => {
  await models.start()
  openai = createOpenAI({ baseURL: models.url, apiKey: 'k' })
  server.flags = {
    chat: modelFlag('openai:new'),
    tuned: modelFlag(
      { model: 'openai:new', params: { temperature: 0.1, topP: 0.5, prompt: 'hijack' } },
      {},
      { model: 'openai:old' },
    ),
    failing: modelFlag('openai:new-500'),
    limited: modelFlag('openai:new-429'),
    refusing: modelFlag('openai:new-400'),
    muted: modelFlag('openai:new-mute'),
    cut: modelFlag('openai:new-cut'),
    slow: modelFlag('openai:new-slow'),
    elsewhere: modelFlag('nobody:new'),
    chain: modelFlag({ model: 'openai:new-500', fallback: ['openai:third'] }, {}, { model: 'openai:old-500' }),
    boolean: rolloutFlag(50_000),
    hopeless: modelFlag('openai:new-500', {}, 'openai:old-500'),
  }
  await server.start()
  sluice = fastClient(server.url, { logger: lineLogger() })
})
afterAll(async () => {
  await sluice.close()
  await Promise.all([server.stop(), models.stop()])
})
beforeEach(() => {
  models.requests.length = 0
})

const ai = (client = sluice) => sluiceAI(client, { providers: { openai } })

async function rowsOf(work: () => Promise<unknown>): Promise<Observation[]> {
  await sluice.flush()
  server.rows.length = 0
  await work()
  await sluice.flush()
  return [...server.rows]
}
type Part = Awaited<ReturnType<Model['doStream']>>['stream'] extends ReadableStream<infer P> ? P : never

const noUsage = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
}

/** A model of the application's own that streams these parts. */
const streaming = (parts: readonly Part[], after: 'ends' | 'stays open' = 'ends'): Model => ({
  specificationVersion: 'v4',
  provider: 'own',
  modelId: 'own',
  supportedUrls: {},
  doGenerate: () => Promise.reject(new Error('It only streams.')),
  doStream: async ({ abortSignal }) => ({
    stream: new ReadableStream<Part>({
      start(controller) {
        for (const part of parts) controller.enqueue(part)
        if (after === 'ends') controller.close()
        else abortSignal?.addEventListener('abort', () => controller.error(abortSignal.reason))
      },
    }),
  }),
})

const once = { maxRetries: 0, prompt: 'hi' }
const outcome = { error: 0, fallback: 0, latency_ms: expect.any(Number), input_tokens: 12, output_tokens: 3 }

describe('a whole answer', () => {
  test('comes from the model of the variant, and is counted with its tokens', async () => {
    const rows = await rowsOf(async () => {
      for (const user of [candidate, baseline]) {
        const { text, usage } = await generateText({ ...once, model: ai().model('chat', user) })
        expect([text, usage.inputTokens]).toEqual(['Hello, world', 12])
      }
    })
    expect(models.asked).toEqual(['new', 'old'])
    expect(rows).toMatchObject([
      { variant: 'on', unit: 'user_1', metrics: {} },
      { variant: 'on', unit: 'user_1', model: 'openai:new', metrics: outcome },
      { variant: 'off', unit: 'user_0', metrics: {} },
      { variant: 'off', unit: 'user_0', model: 'openai:old', metrics: outcome },
    ])
  })

  test('takes the settings of the variant, and nothing else that stands beside them', async () => {
    await generateText({ ...once, model: ai().model('tuned', candidate), temperature: 0.9 })
    expect(models.requests[0]?.body).toMatchObject({ temperature: 0.1, top_p: 0.5 })
    expect(JSON.stringify(models.requests[0]?.body)).not.toContain('hijack')
  })

  test.each([['failing'], ['limited'], ['refusing'], ['elsewhere']])(
    'comes from the baseline when the candidate is %s, and the failure is the candidate’s',
    async (flag) => {
      const rows = await rowsOf(async () => {
        expect((await generateText({ ...once, model: ai().model(flag, candidate) })).text).toBe('Hello, world')
      })
      expect(models.asked.at(-1)).toBe('old')
      expect(rows.at(-1)).toMatchObject({
        variant: 'on',
        unit: 'user_1',
        metrics: { error: 1, fallback: 1, output_tokens: 3 },
      })
      expect(rows.at(-1)?.metrics).not.toHaveProperty('latency_ms')
    },
  )

  test('comes from the variant’s own fallback when the baseline fails too', async () => {
    expect((await generateText({ ...once, model: ai().model('chain', candidate) })).text).toBe('Hello, world')
    expect(models.asked).toEqual(['new-500', 'old-500', 'third'])
  })

  test('fails as the last model has failed when nobody answers', async () => {
    const rows = await rowsOf(async () => {
      const work = generateText({ ...once, model: ai().model('hopeless', candidate) })
      await expect(work).rejects.toThrow('old-500 is not in the mood')
    })
    expect(rows.map(({ metrics }) => metrics)).toEqual([{}, { error: 1, fallback: 1 }])
  })

  test('does not wait for a model that hangs', async () => {
    const impatient = fastClient(server.url, { logger: lineLogger(), timeoutMs: 600 })
    expect((await generateText({ ...once, model: ai(impatient).model('slow', candidate) })).text).toBe('Hello, world')
    await impatient.close()
    expect(server.rows.at(-1)).toMatchObject({ variant: 'on', metrics: { error: 1, fallback: 1 } })
  })

  test('that the user calls off says nothing about the model; one that runs out of the user’s time does', async () => {
    const rows = await rowsOf(async () => {
      const controller = new AbortController()
      const work = generateText({ ...once, model: ai().model('slow', candidate), abortSignal: controller.signal })
      await until(() => models.asked.length === 1)
      controller.abort()
      await expect(work).rejects.toMatchObject({ name: 'AbortError' })
    })
    expect(rows.map(({ metrics }) => metrics)).toEqual([{}])
    const late = await rowsOf(async () => {
      const work = generateText({ ...once, model: ai().model('slow', candidate), abortSignal: AbortSignal.timeout(30) })
      await expect(work).rejects.toThrow()
    })
    expect(late.map(({ metrics }) => metrics)).toEqual([{}, { error: 1, fallback: 0 }])
    expect(models.asked).not.toContain('old')
  })

  test.each([['a text'], [new Error('The page was left.')]])(
    'that is called off for %s says nothing either',
    async (reason) => {
      const rows = await rowsOf(async () => {
        const controller = new AbortController()
        const work = generateText({ ...once, model: ai().model('slow', candidate), abortSignal: controller.signal })
        await until(() => models.asked.length === 1)
        controller.abort(reason)
        await expect(work).rejects.toBeDefined()
      })
      expect(rows.map(({ metrics }) => metrics)).toEqual([{}])
    },
  )
})

describe('a stream', () => {
  const read = async (model: LanguageModel) => {
    const errors: string[] = []
    let text = ''
    try {
      const onError = ({ error }: { error: unknown }) => void errors.push(String(error))
      for await (const piece of streamText({ ...once, model, onError }).textStream) text += piece
    } catch (thrown) {
      errors.push(String(thrown))
    }
    return { text, errors }
  }
  const said = (flag: string) => read(ai().model(flag, candidate))

  test('is passed on piece by piece and counted with its time to first token', async () => {
    const rows = await rowsOf(async () => expect(await said('chat')).toEqual({ text: 'Hello, world', errors: [] }))
    expect(rows).toMatchObject([
      { variant: 'on', metrics: {} },
      { variant: 'on', model: 'openai:new', metrics: { ...outcome, time_to_first_token_ms: expect.any(Number) } },
    ])
    const { latency_ms, time_to_first_token_ms } = rows[1]!.metrics
    expect(time_to_first_token_ms).toBeLessThanOrEqual(latency_ms as number)
  })

  test.each([['failing'], ['muted']])(
    'of a candidate that is %s before its first word becomes the baseline’s',
    async (flag) => {
      const rows = await rowsOf(async () => expect(await said(flag)).toEqual({ text: 'Hello, world', errors: [] }))
      expect(rows.at(-1)).toMatchObject({ variant: 'on', metrics: { error: 1, fallback: 1 } })
    },
  )

  test('that breaks after its first word is not begun again, and counts as failed', async () => {
    const rows = await rowsOf(async () => {
      const { text, errors } = await said('cut')
      expect(text).toBe('Hello')
      expect(errors.length).toBeGreaterThan(0)
    })
    expect(models.asked).toEqual(['new-cut'])
    expect(await said('cut')).toEqual(await read(openai('new-cut')))
    expect(rows.at(-1)?.metrics).toMatchObject({ error: 1, fallback: 0 })
  })

  test.each([
    ['left', 'for a reason of the user’s', (controller: AbortController) => controller.abort(new Error('left')), []],
    [
      'late',
      'for want of time',
      (controller: AbortController) => controller.abort(new DOMException('', 'TimeoutError')),
      [1],
    ],
  ])('that is %s in the middle counts as what it is, %s', async (_, __, abort, errors) => {
    const controller = new AbortController()
    const rows = await rowsOf(async () => {
      const parts: readonly Part[] = [{ type: 'text-delta', id: '1', delta: 'a' }]
      const model = ai().model('chat', candidate, { on: streaming(parts, 'stays open'), off: 'openai:old' })
      const { textStream } = streamText({ ...once, model, abortSignal: controller.signal, onError() {} })
      for await (const piece of textStream) if (piece !== '') abort(controller)
    })
    expect(rows.flatMap(({ metrics }) => metrics['error'] ?? [])).toEqual(errors)
  })

  test('that was filtered has no first word', async () => {
    const end: Part = { type: 'finish', finishReason: { unified: 'content-filter', raw: 'x' }, usage: noUsage }
    const rows = await rowsOf(async () => {
      const model = ai().model('chat', candidate, { on: streaming([end]), off: 'openai:old' })
      expect(await streamText({ ...once, model }).finishReason).toBe('content-filter')
    })
    expect(rows.map(({ metrics }) => metrics)).toEqual([{}, { error: 0, fallback: 0, latency_ms: expect.any(Number) }])
  })

  test('that its reader leaves counts as nothing', async () => {
    const rows = await rowsOf(async () => {
      const { stream } = await ai().model('chat', candidate).doStream({ prompt: [] })
      const reader = stream.getReader()
      await reader.read()
      await reader.cancel()
    })
    expect(rows.map(({ metrics }) => metrics)).toEqual([{}])
  })
})

describe('models in the code', () => {
  test('answer by variant', async () => {
    const coded = { on: openai('coded-new'), off: openai('coded-old') }
    for (const user of [candidate, baseline, {}])
      await generateText({ ...once, model: ai().model('boolean', user, coded) })
    expect(models.asked).toEqual(['coded-new', 'coded-old', 'coded-old'])
  })

  test('answer when there is no such flag or no server, and nothing is counted', async () => {
    const offline = fastClient('http://127.0.0.1:1', { initTimeoutMs: 20 })
    const rows = await rowsOf(async () => {
      const work = [ai(), ai(offline)].map((each) =>
        generateText({ ...once, model: each.model('unheard-of', candidate, openai('mine')) }),
      )
      expect((await Promise.all(work)).map(({ text }) => text)).toEqual(['Hello, world', 'Hello, world'])
    })
    await offline.close()
    expect(models.asked).toEqual(['mine', 'mine'])
    expect(rows).toEqual([])
  })

  test('are asked for in words when nobody names one', async () => {
    const work = generateText({ ...once, model: ai().model('unheard-of', candidate) })
    await expect(work).rejects.toMatchObject({ code: 'NO_BRANCH', message: expect.stringContaining('names no model') })
  })
})

test('a conversation keeps its model when the share rises, is no evidence then, and follows a rollback at once', async () => {
  const talk = { targetingKey: 'user_1', sessionKey: 'chat_1' }
  const say = async () => {
    const rows = await rowsOf(() => generateText({ ...once, model: ai().model('chat', talk) }))
    return [models.asked.at(-1), rows.at(-1)?.unit]
  }
  const at = async (share: number) => {
    const more = { rollout: { id: 'r1', rule: 'rollout', attempt: 3, visit: share, timeoutMs: 60_000 } }
    server.patch({
      chat: {
        ...modelFlag('openai:new', more),
        rules: [{ id: 'rollout', sample: { share, salt: 's1' }, serve: 'on' }],
      },
    })
    await until(() => sluice.status().revision === server.revision)
  }
  await at(10_000)
  expect(await say()).toEqual(['old', 'user_1'])
  await at(50_000)
  expect(await say()).toEqual(['old', undefined])
  expect(sluice.variant('chat', candidate, '')).toBe('on')
  const other = { ...talk, sessionKey: 'chat_2' }
  expect(sluice.details('chat', other, '')).toMatchObject({ variant: 'on', reason: 'RULE' })
  expect(sluice.details('chat', talk, '')).toMatchObject({ variant: 'off', value: 'openai:old', reason: 'PINNED' })
  await at(0)
  expect(sluice.variant('chat', other, '')).toBe('off')
  await at(50_000)
  expect(sluice.variant('chat', other, '')).toBe('off')
})
