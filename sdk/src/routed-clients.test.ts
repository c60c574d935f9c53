import Anthropic from '@anthropic-ai/sdk'
import OpenAI, { AzureOpenAI } from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sluiceAnthropic } from './anthropic.ts'
import type { Observation } from './observation.ts'
import { sluiceOpenAI } from './openai.ts'
import type { SluiceClient } from './sluice-client.ts'
import { FakeServer, rolloutFlag } from './testing/fake-server.ts'
import { fastClient, lineLogger } from './testing/fast-client.ts'
import { ModelServer } from './testing/model-server.ts'

// Buckets of salt s1: user_0 53,260; user_1 49,046. At 50 % user_1 is in the candidate, user_0 in the baseline.
const candidate = { targetingKey: 'user_1' }
const baseline = { targetingKey: 'user_0' }
const [models, elsewhere] = [new ModelServer(), new ModelServer()]
const server = new FakeServer()
let sluice: SluiceClient

const modelFlag = (on: unknown, off: unknown = 'old') => ({ ...rolloutFlag(50_000), variants: { on, off } })

beforeAll(async () => {
  await Promise.all([models.start(), elsewhere.start()])
  server.flags = {
    chat: modelFlag('new'),
    failing: modelFlag('new-500'),
    muted: modelFlag('new-mute'),
    cut: modelFlag('new-cut'),
    slow: modelFlag('new-slow'),
    abroad: modelFlag({ model: 'other:new', params: { temperature: 0.1 } }, { model: 'old' }),
    'abroad-failing': modelFlag('other:new-500'),
    boolean: rolloutFlag(50_000),
  }
  await server.start()
  sluice = fastClient(server.url, { logger: lineLogger() })
})
afterAll(async () => {
  await sluice.close()
  await Promise.all([server.stop(), models.stop(), elsewhere.stop()])
})
beforeEach(() => {
  models.requests.length = 0
  elsewhere.requests.length = 0
  models.isOld = false
  models.isDown = false
})

async function rowsOf(work: () => Promise<unknown>): Promise<Observation[]> {
  await sluice.flush()
  server.rows.length = 0
  await work()
  await sluice.flush()
  return [...server.rows]
}

const outcome = { error: 0, fallback: 0, latency_ms: expect.any(Number), input_tokens: 12, output_tokens: 3 }
const messages = [{ role: 'user' as const, content: 'hi' }]
const openaiAt = ({ url }: ModelServer, apiKey: string) => new OpenAI({ baseURL: url, apiKey, maxRetries: 0 })
const openai = (flag: string, user = candidate, by = sluice) =>
  sluiceOpenAI(by, openaiAt(models, 'k1'), { other: openaiAt(elsewhere, 'k2') }).client(flag, user)
const anthropic = (flag: string, user = candidate, by = sluice) => {
  const client = new Anthropic({ baseURL: models.url.replace('/v1', ''), apiKey: 'k', maxRetries: 0 })
  return sluiceAnthropic(by, client).client(flag, user)
}

/** Each way to ask, whole and streamed, as the text that a user sees. */
const ways: Record<string, (flag: string, user?: typeof candidate, by?: SluiceClient) => Promise<string>> = {
  'a chat completion': async (...args) => {
    const answer = await openai(...args).chat.completions.create({ model: 'mine', messages })
    return answer.choices[0]?.message.content ?? ''
  },
  'a streamed chat completion': async (...args) => {
    let text = ''
    const stream = await openai(...args).chat.completions.create({ model: 'mine', messages, stream: true })
    // An application that has never asked for usage has never seen a chunk without a choice.
    for await (const { choices } of stream) text += choices[0]!.delta.content ?? ''
    return text
  },
  'the stream helper for chat completions': async (...args) =>
    (await openai(...args)
      .chat.completions.stream({ model: 'mine', messages })
      .finalContent()) ?? '',
  'a response': async (...args) => (await openai(...args).responses.create({ model: 'mine', input: 'hi' })).output_text,
  'a streamed response': async (...args) => {
    let text = ''
    for await (const event of await openai(...args).responses.create({ model: 'mine', input: 'hi', stream: true }))
      if (event.type === 'response.output_text.delta') text += event.delta
    return text
  },
  'a message': async (...args) => {
    const { content } = await anthropic(...args).messages.create({ model: 'mine', max_tokens: 9, messages })
    return content[0]?.type === 'text' ? content[0].text : ''
  },
  'a streamed message': async (...args) => {
    let text = ''
    const stream = await anthropic(...args).messages.create({ model: 'mine', max_tokens: 9, messages, stream: true })
    for await (const event of stream)
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') text += event.delta.text
    return text
  },
  'the stream helper for messages': (...args) =>
    anthropic(...args)
      .messages.stream({ model: 'mine', max_tokens: 9, messages })
      .finalText(),
}
const streamed = Object.keys(ways).filter((name) => name.includes('stream'))

describe.each(Object.entries(ways))('%s', (name, ask) => {
  test('comes from the model of the variant, and is counted with its tokens', async () => {
    const rows = await rowsOf(async () => {
      expect([await ask('chat'), await ask('chat', baseline)]).toEqual(['Hello, world', 'Hello, world'])
    })
    expect(models.asked).toEqual(['new', 'old'])
    const first = name.includes('stream') ? { time_to_first_token_ms: expect.any(Number) } : {}
    expect(rows.filter(({ metrics }) => 'error' in metrics)).toMatchObject([
      { variant: 'on', unit: 'user_1', model: 'new', metrics: { ...outcome, ...first } },
      { variant: 'off', unit: 'user_0', model: 'old', metrics: { ...outcome, ...first } },
    ])
    expect(rows).toHaveLength(4)
  })

  test('comes from the baseline when the candidate fails, and the failure is the candidate’s', async () => {
    const rows = await rowsOf(async () => expect(await ask('failing')).toBe('Hello, world'))
    expect(models.asked.at(-1)).toBe('old')
    expect(rows.at(-1)).toMatchObject({ variant: 'on', metrics: { error: 1, fallback: 1, output_tokens: 3 } })
  })

  test('fails as the last model has failed when nobody answers', async () => {
    models.isDown = true
    const rows = await rowsOf(() =>
      expect(ask('chat')).rejects.toMatchObject({
        status: 429,
        message: expect.stringContaining('not in the mood'),
      }),
    )
    expect(models.asked).toEqual(['new', 'old', 'mine'])
    expect(rows.at(-1)?.metrics).toEqual({ error: 1, fallback: 1 })
  })

  test('comes from the application’s own model when there is no such flag', async () => {
    const rows = await rowsOf(async () => expect(await ask('unheard-of')).toBe('Hello, world'))
    expect([models.asked, rows]).toEqual([['mine'], []])
  })
})

describe.each(streamed.map((name) => [name, ways[name]!] as const))('%s', (_, ask) => {
  test('that fails before its first word becomes the baseline’s', async () => {
    const rows = await rowsOf(async () => expect(await ask('muted')).toBe('Hello, world'))
    expect(models.asked).toEqual(['new-mute', 'old'])
    expect(rows.at(-1)).toMatchObject({ variant: 'on', metrics: { error: 1, fallback: 1 } })
  })

  test('that breaks after its first word is not begun again, and counts as failed', async () => {
    const rows = await rowsOf(() => expect(ask('cut')).rejects.toThrow())
    expect(models.asked).toEqual(['new-cut'])
    expect(rows.at(-1)?.metrics).toMatchObject({ error: 1, fallback: 0 })
  })
})

test('models of another provider go through its own client, with its key', async () => {
  await ways['a chat completion']!('abroad')
  expect(elsewhere.requests).toMatchObject([
    { model: 'new', headers: { authorization: 'Bearer k2' }, body: { temperature: 0.1 } },
  ])
  expect(await ways['a streamed chat completion']!('abroad')).toBe('Hello, world')
  expect(await ways['a streamed response']!('abroad-failing')).toBe('Hello, world')
  expect([models.asked, elsewhere.asked]).toEqual([['old'], ['new', 'new', 'new-500']])
  Object.assign(models, { isDown: true })
  Object.assign(elsewhere, { isDown: true })
  const routed = sluiceOpenAI(sluice, openaiAt(models, 'k1'), { other: openaiAt(elsewhere, 'k2') })
  const work = routed.client('abroad', candidate).responses.create({ model: 'other:third', input: 'hi' })
  await expect(work).rejects.toMatchObject({ status: 429, error: { message: expect.stringContaining('mood') } })
  elsewhere.isDown = false
})

test('models stand in the code where the flag names none', async () => {
  const routed = sluiceOpenAI(sluice, openaiAt(models, 'k')).client('boolean', candidate, {
    on: 'coded-new',
    off: 'coded-old',
  })
  await routed.chat.completions.create({ model: 'mine', messages })
  await ways['a chat completion']!('boolean')
  expect(models.asked).toEqual(['coded-new', 'mine'])
})

test('a server too old to tell a stream’s usage answers all the same', async () => {
  models.isOld = true
  expect(await ways['a streamed chat completion']!('chat')).toBe('Hello, world')
})

test('usage that the application has asked for itself reaches it', async () => {
  const stream = await openai('chat').chat.completions.create({
    model: 'mine',
    messages,
    stream: true,
    stream_options: { include_usage: true },
  })
  const usages = []
  for await (const { usage } of stream) if (usage) usages.push(usage.completion_tokens)
  expect(usages).toEqual([3])
})

test('what is no call of a model passes untouched', async () => {
  await expect(openai('chat').models.list()).rejects.toMatchObject({ status: 404 })
  await expect(openai('chat').embeddings.create({ model: 'mine', input: 'hi' })).rejects.toMatchObject({ status: 404 })
  expect(models.asked).toEqual(['', 'mine'])
})

test('a call that the user calls off counts as nothing, one past its client’s time as failed', async () => {
  const called = await rowsOf(async () => {
    const controller = new AbortController()
    const work = openai('slow').chat.completions.create({ model: 'mine', messages }, { signal: controller.signal })
    setTimeout(() => controller.abort(), 30)
    await expect(work).rejects.toThrow('aborted')
  })
  const late = await rowsOf(async () => {
    const work = openai('slow').chat.completions.create({ model: 'mine', messages }, { timeout: 1000 })
    await expect(work).rejects.toThrow('timed out')
  })
  expect([called, late].map((rows) => rows.map(({ metrics }) => metrics))).toEqual([
    [{}],
    [{}, { error: 1, fallback: 0 }],
  ])
})

test('the time of a client as a whole counts as well, and a reason to call it off changes nothing', async () => {
  const late = await rowsOf(async () => {
    const impatient = new OpenAI({ baseURL: models.url, apiKey: 'k', maxRetries: 0, timeout: 100 })
    const routed = sluiceOpenAI(sluice, impatient).client('slow', candidate)
    await expect(routed.chat.completions.create({ model: 'mine', messages })).rejects.toThrow('timed out')
  })
  const called = await rowsOf(async () => {
    const controller = new AbortController()
    const work = openai('slow').chat.completions.create({ model: 'mine', messages }, { signal: controller.signal })
    setTimeout(() => controller.abort(new Error('The page was left.')), 30)
    await expect(work).rejects.toThrow('aborted')
  })
  expect([late, called].map((rows) => rows.map(({ metrics }) => metrics))).toEqual([
    [{}, { error: 1, fallback: 0 }],
    [{}],
  ])
})

test('a page in place of an answer is a failure, and the baseline answers', async () => {
  const html = () => new Response('<html>Sign in</html>', { headers: { 'content-type': 'text/html' } })
  const fetchLike: typeof fetch = async (input, init) => {
    const { model } = JSON.parse(String(init?.body)) as { model: string }
    return model === 'new' || model === 'mine' ? html() : fetch(input, init)
  }
  const proxied = new OpenAI({ baseURL: models.url, apiKey: 'k', maxRetries: 0, fetch: fetchLike })
  const rows = await rowsOf(async () => {
    const answer = await sluiceOpenAI(sluice, proxied)
      .client('chat', candidate)
      .chat.completions.create({ model: 'mine', messages })
    expect(answer.choices[0]?.message.content).toBe('Hello, world')
  })
  expect(rows.at(-1)?.metrics).toMatchObject({ error: 1, fallback: 1 })
  // The last one's is the application's, whatever it is.
  const alone = await rowsOf(async () => {
    const answer: unknown = await sluiceOpenAI(sluice, proxied)
      .client('none', candidate)
      .chat.completions.create({ model: 'mine', messages })
    expect(answer).toBe('<html>Sign in</html>')
  })
  expect(alone).toEqual([])
})

test('a failure in place of an answer is one, whatever the status says', async () => {
  const gateway: typeof fetch = async (input, init) => {
    const { model } = JSON.parse(String(init?.body)) as { model: string }
    return model === 'new'
      ? Response.json({ error: { code: 502, message: 'Provider returned error' } })
      : fetch(input, init)
  }
  const client = new OpenAI({ baseURL: models.url, apiKey: 'k', maxRetries: 0, fetch: gateway })
  const rows = await rowsOf(async () => {
    const routed = sluiceOpenAI(sluice, client).client('chat', candidate)
    const answer = await routed.chat.completions.create({ model: 'mine', messages })
    expect(answer.choices[0]?.message.content).toBe('Hello, world')
  })
  expect(rows.at(-1)?.metrics).toMatchObject({ error: 1, fallback: 1 })
})

test('a model that Azure names in the address is the one that the flag says', async () => {
  const asked: string[] = []
  const azure = new AzureOpenAI({
    endpoint: 'https://azure.invalid',
    apiKey: 'k',
    apiVersion: '2026-01-01',
    maxRetries: 0,
    fetch: async (input, init) => {
      const { pathname, search } = new URL(String(input))
      asked.push(`${pathname}${search} ${(JSON.parse(String(init?.body)) as { model: string }).model}`)
      return Response.json({ error: { message: 'Not today.' } }, { status: 429 })
    },
  })
  const plain = { other: openaiAt(elsewhere, 'k2') as AzureOpenAI }
  const call = { model: 'mine', messages }
  const routed = sluiceOpenAI(sluice, azure).client('chat', candidate)
  await expect(routed.chat.completions.create(call)).rejects.toMatchObject({ status: 429 })
  const at = (model: string) => `/openai/deployments/${model}/chat/completions?api-version=2026-01-01 ${model}`
  expect(asked).toEqual([at('new'), at('old'), at('mine')])
  const abroad = sluiceOpenAI(sluice, azure, plain).client('abroad', candidate)
  expect((await abroad.chat.completions.create(call)).choices[0]?.message.content).toBe('Hello, world')
  expect(elsewhere.requests.map(({ path }) => path.split('?')[0])).toEqual(['/chat/completions'])
})

test('what the last model’s stream tells of its failure reaches the application as the error that it is', async () => {
  const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }
  const overloaded: typeof fetch = async () =>
    new Response(`event: error\ndata: ${JSON.stringify(error)}\n\n`, {
      headers: { 'content-type': 'text/event-stream' },
    })
  const down = new Anthropic({ baseURL: models.url, apiKey: 'k', maxRetries: 0, fetch: overloaded })
  const rows = await rowsOf(async () => {
    const routed = sluiceAnthropic(sluice, down).client('chat', candidate)
    const stream = await routed.messages.create({ model: 'mine', max_tokens: 9, messages, stream: true })
    const read = async () => {
      for await (const event of stream) expect(event).toBeUndefined()
    }
    await expect(read()).rejects.toThrow('overloaded_error')
  })
  expect(rows.at(-1)?.metrics).toEqual({ error: 1, fallback: 1 })
})

test('the headers of an answer are those of what the application reads', async () => {
  const packed: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init)
    const headers = {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'content-length': '7',
      'x-request-id': 'r',
    }
    return new Response(await answer.text(), { headers })
  }
  const client = new OpenAI({ baseURL: models.url, apiKey: 'k', fetch: packed })
  const routed = sluiceOpenAI(sluice, client).client('chat', candidate)
  const { response } = await routed.chat.completions.create({ model: 'mine', messages }).withResponse()
  expect([...response.headers]).toEqual([
    ['content-type', 'application/json'],
    ['x-request-id', 'r'],
  ])
})

test('a candidate that hangs is not waited for', async () => {
  const impatient = fastClient(server.url, { logger: lineLogger(), timeoutMs: 600 })
  for (const ask of [ways['a response']!, ways['a streamed chat completion']!])
    expect(await ask('slow', candidate, impatient)).toBe('Hello, world')
  await impatient.close()
  expect(models.asked).toEqual(['new-slow', 'old', 'new-slow', 'old'])
})
