import { type SluiceClient, createClient } from '@sluice/sdk'
import { createModelRepository } from '@sluice/sdk/models'
import { scale } from '../testing/scale.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { server, shown, startConsole } from './console-rig.ts'
import { faultsOf, looks } from './open-console.ts'

const gpt = { id: 'openai:gpt-4o', name: 'GPT-4o', status: 'active', pricing: { input: 5, output: 10 } }
const glm = {
  id: 'openrouter:z-ai/glm-4.5-air:free',
  name: 'GLM-4.5 Air',
  status: 'active',
  pricing: { input: 0, output: 0 },
}
const at = (id: string, rest = ''): string => `/api/v1/models/${encodeURIComponent(id)}${rest}`
const page = (id: string): string => `${server.url}/e/demo/models/${encodeURIComponent(id)}`

async function add(...models: readonly object[]): Promise<void> {
  for (const model of models) {
    const { status, body } = await server.request('POST', '/api/v1/models?reason=seeded', model)
    expect(body).toMatchObject({ version: 1 })
    expect(status).toBe(201)
  }
}

startConsole(async () => {
  await add(gpt, glm)
})

describe('a price edited in the console', () => {
  const models = createModelRepository()
  let client: SluiceClient
  const inputPrice = (): number | undefined => models.getModelConfig(gpt.id)?.pricing['input']
  beforeAll(async () => {
    const key = await server.request('POST', '/api/v1/keys', { kind: 'server', environment: 'demo', name: 'app' })
    client = createClient({ url: server.url, key: (key.body as { secret: string }).secret, models })
    await Promise.all([client.ready(), models.ready()])
  })
  afterAll(() => client?.close())

  test('reaches a connected application, is in History with who and why, and old calls keep their cost', async () => {
    expect(inputPrice()).toBe(5)
    const before = new Date().toISOString()
    const tab = await shown.signedIn()
    await tab.goto(page(gpt.id))
    await tab.getByRole('button', { name: 'Edit' }).click()
    const dialog = tab.getByRole('dialog')
    await dialog.getByLabel('input per 1 M').fill('2.5')
    await dialog.getByText('−50 %').waitFor()
    expect(await dialog.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true)
    await dialog.getByLabel('Reason', { exact: true }).fill('OpenAI announced a price reduction')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect.poll(inputPrice, { interval: 10, timeout: 10_000 }).toBe(2.5)
    const usage = { inputTokens: 1000, outputTokens: 500 }
    expect(models.calculateCost(gpt.id, usage).usd).toBe('0.0075')
    expect(models.calculateCost(gpt.id, usage, { atMs: Date.parse(before) }).usd).toBe('0.01')
    const history = tab.getByRole('region', { name: 'History' }).getByRole('listitem').first()
    await history.getByText('v2').waitFor()
    await history.getByText('pricing.input').waitFor()
    expect(await history.innerText()).toMatch(/5 → 2\.5[^]*−50/)
    await history.getByText('“OpenAI announced a price reduction”').waitFor()
    await history.getByText(/changed by/).waitFor()
    expect(await history.getByRole('time').or(history.locator('time')).getAttribute('datetime')).toMatch(/^20\d\d-.*Z$/)
    const cost = async (context: object) =>
      (await server.request('POST', '/api/v1/models/cost', {
        model: gpt.id,
        usage,
        context,
      })) as { body: { usd: string } }
    expect((await cost({})).body.usd).toBe('0.0075')
    expect((await cost({ at: before })).body.usd).toBe('0.01')
    await tab.getByRole('heading', { name: 'What would it cost?' }).waitFor()
    await tab.getByText('$0.0075', { exact: true }).waitFor()
    expect(shown.errors).toEqual([])
  })

  test('an old version comes back as a new one, after a look at what that changes', async () => {
    const tab = await shown.signedIn()
    await tab.goto(page(gpt.id))
    await tab.getByRole('button', { name: 'Restore version 1' }).click()
    const dialog = tab.getByRole('dialog', { name: 'Restore version 1: GPT-4o' })
    expect(await dialog.getByRole('listitem').innerText()).toMatch(/pricing\.input\s+2\.5 → 5/)
    await dialog.getByLabel('Reason', { exact: true }).fill('it was a rumour')
    await dialog.getByRole('button', { name: 'Restore' }).click()
    await tab.getByText('v3').waitFor()
    await expect.poll(inputPrice).toBe(5)
    expect(shown.errors).toEqual([])
  })

  test('whoever is second sees both changes, chooses, and loses nothing', async () => {
    const tab = await shown.signedIn()
    await tab.goto(page(gpt.id))
    await tab.getByRole('button', { name: 'Edit' }).click()
    const dialog = tab.getByRole('dialog')
    await dialog.getByLabel('output per 1 M').fill('11')
    await dialog.getByLabel('Notes').fill('mine')
    await dialog.getByLabel('Reason', { exact: true }).fill('second')
    await server.request('PATCH', `${at(gpt.id)}?reason=first`, { name: 'GPT-4 omni', pricing: { output: 12 } })
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText(/changed it while you did: it is version 4 now/).waitFor()
    expect(await dialog.getByRole('row', { name: /pricing\.output/ }).innerText()).toMatch(/10\s+12\s+11/)
    expect(await dialog.getByRole('row', { name: /name/ }).innerText()).toMatch(/GPT-4o\s+GPT-4 omni/)
    await dialog.getByLabel('pricing.output: theirs').check()
    await dialog.getByRole('button', { name: 'Save on top of version 4' }).click()
    await tab.getByRole('heading', { name: /GPT-4 omni/ }).waitFor()
    await tab.getByText('v5').waitFor()
    const { body } = await server.request('GET', at(gpt.id))
    expect(body).toMatchObject({
      version: 5,
      config: { name: 'GPT-4 omni', pricing: { output: 12 } },
      model: { notes: 'mine' },
    })
    // The refusal itself, which a browser logs whatever a page does.
    expect(shown.errors.splice(0).filter((text) => !text.includes('412'))).toEqual([])
  })
})

describe('the life of a model', () => {
  test('R93: is added with what was filled in, and a refusal stands at its field', async () => {
    const tab = await shown.signedIn()
    await tab.goto(`${server.url}/e/demo/models`)
    await tab.getByRole('button', { name: 'Add a model' }).click()
    const dialog = tab.getByRole('dialog', { name: 'Add a model' })
    await dialog.getByLabel('Id', { exact: true }).fill('mistral:large 3')
    await dialog.getByLabel('Name', { exact: true }).fill('Mistral Large 3')
    await dialog.getByLabel('Reason', { exact: true }).fill('new')
    await dialog.getByRole('button', { name: 'Add' }).click()
    await dialog.getByText('Expected provider:name, as openai:gpt-4o, without spaces.').waitFor()
    await dialog.getByLabel('Id', { exact: true }).fill('mistral:large-3')
    await dialog.getByLabel('input per 1 M').fill('0.5')
    await dialog.getByLabel('Context, tokens').fill('256 000')
    await dialog.getByLabel('tools').check()
    await dialog.getByRole('button', { name: 'Add' }).click()
    await tab.getByRole('heading', { name: /Mistral Large 3/ }).waitFor()
    const { body } = await server.request('GET', at('mistral:large-3'))
    expect(body).toMatchObject({ config: { contextWindow: 256_000, pricing: { input: 0.5 }, capabilities: ['tools'] } })
    expect(shown.errors).toEqual([])
  })

  test('has its reasoning and other names changed, and a click beside the form loses nothing', async () => {
    await add({
      id: 'acme:thinker',
      name: 'Thinker',
      status: 'active',
      reasoning: { type: 'openai-reasoning-effort', values: ['low', 'high'], default: 'low' },
    })
    const tab = await shown.signedIn()
    await tab.goto(page('acme:thinker'))
    await tab.getByRole('button', { name: 'Edit' }).click()
    const dialog = tab.getByRole('dialog')
    await dialog.getByText('Calling, other names, reasoning').click()
    await dialog.getByLabel('Other names').fill('thinker-2026-01-31')
    await tab.mouse.click(4, 400)
    await dialog.getByLabel('Reasoning', { exact: true }).selectOption('budget-tokens')
    await dialog.getByLabel('Most tokens').fill('8000')
    await dialog.getByLabel('Reason', { exact: true }).fill('as its card says')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await tab.getByText('budget-tokens: 8000').waitFor()
    const { body } = await server.request('GET', at('thinker-2026-01-31'))
    expect(body).toMatchObject({
      model: { id: 'acme:thinker', reasoning: { type: 'budget-tokens', max: 8000 } },
    })
    expect((body as { model: { reasoning: object } }).model.reasoning).not.toHaveProperty('values')
    expect(shown.errors).toEqual([])
  })

  test('is not deleted while a flag names it, and the flag is shown', async () => {
    await server.request('PUT', '/api/v1/environments/demo/flags/air', {
      enabled: true,
      variants: { on: { model: glm.id }, off: { model: gpt.id } },
      off: 'off',
      serve: 'off',
    })
    const tab = await shown.signedIn()
    await tab.goto(page(glm.id))
    await tab.getByRole('button', { name: 'More' }).click()
    await tab.getByRole('menuitem', { name: 'Delete' }).click()
    const dialog = tab.getByRole('dialog')
    await dialog.getByText(/It is in use, so it cannot be deleted/).waitFor()
    await dialog.getByRole('link', { name: 'air' }).waitFor()
    expect(await dialog.getByRole('button', { name: 'Delete' }).count()).toBe(0)
    expect(shown.errors).toEqual([])
  })

  test('that is deprecated is told to the flags that name it, on their page and as an alert', async () => {
    await add({ id: 'acme:old', name: 'Old', status: 'active' })
    await server.request('PUT', '/api/v1/environments/staging/flags/old-choice', {
      enabled: true,
      variants: { on: { model: 'acme:old' }, off: { model: gpt.id } },
      off: 'off',
      serve: 'off',
    })
    await server.request('PATCH', `${at('acme:old')}?reason=old`, { status: 'deprecated', replacedBy: gpt.id })
    const tab = await shown.signedIn()
    await tab.goto(`${server.url}/e/staging/flags`)
    await tab.getByText(/▲ The model "acme:old" of the variant "on" is deprecated/).waitFor()
    await tab.getByRole('link', { name: /Alerts/ }).click()
    await tab.getByRole('listitem').getByRole('link', { name: 'old-choice' }).click()
    await tab.waitForURL('**/flags?q=old-choice')
    expect(shown.errors).toEqual([])
  })

  test('B32: goes from active to deprecated, retired, deleted, and back', async () => {
    await add({ id: 'acme:one', name: 'One', status: 'active' })
    const tab = await shown.signedIn()
    await tab.goto(page('acme:one'))
    for (const [name, word] of [
      ['Deprecate', 'deprecated'],
      ['Retire', 'retired'],
      ['Delete', 'deleted'],
    ] as const) {
      await tab.getByRole('button', { name: 'More' }).click()
      await tab.getByRole('menuitem', { name }).click()
      await tab.getByRole('dialog').getByLabel('Reason', { exact: true }).fill(`time to ${word}`)
      await tab.getByRole('dialog').getByRole('button', { name }).click()
      await tab.getByRole('heading', { name: new RegExp(`One .* ${word}`) }).waitFor()
    }
    await tab.getByRole('button', { name: 'Restore', exact: true }).click()
    await tab.getByRole('dialog').getByLabel('Reason', { exact: true }).fill('too early')
    await tab.getByRole('dialog').getByRole('button', { name: 'Restore' }).click()
    await tab.getByRole('heading', { name: /One .* retired/ }).waitFor()
    expect(shown.errors).toEqual([])
  })
})

describe('many models', () => {
  test('are searched, filtered and compared; only those in sight are drawn', async () => {
    const many = Array.from({ length: 250 }, (_, i) => ({
      id: `many:model-${String(i).padStart(3, '0')}`,
      name: `Model ${i}`,
      status: 'active',
      pricing: { input: i + 1, output: 2 * i + 1 },
    }))
    await Promise.all(many.map((model) => server.request('POST', '/api/v1/models?reason=many', model)))
    const tab = await shown.signedIn()
    await tab.goto(`${server.url}/e/demo/models?provider=many`)
    await tab.getByText('250 of').waitFor()
    await tab.getByText('many:model-000').waitFor()
    expect(await tab.getByRole('row').count()).toBeLessThan(60)
    await tab.keyboard.press('End')
    await tab.getByText('many:model-249').waitFor()
    await tab.keyboard.press('Home')
    await tab.getByLabel('Search models').fill('model-24')
    await tab.getByText('10 of').waitFor()
    await tab.getByRole('button', { name: 'Output' }).click()
    await tab.waitForURL(/sort=output/)
    await tab.getByLabel('Compare Model 240').check()
    await tab.getByLabel('Compare Model 241').check()
    await tab.getByRole('link', { name: 'Compare 2' }).click()
    await tab.getByRole('columnheader', { name: /Model 241/ }).waitFor()
    expect(await tab.getByRole('row', { name: /^input/ }).innerText()).toMatch(/\$241[^]*\$242/)
    expect(shown.errors).toEqual([])
  })
})

describe('what models cost', () => {
  test('is added up by model, flag and variant, beside the calls that nobody could price', async () => {
    await server.request('PUT', '/api/v1/environments/demo/flags/answer', {
      enabled: true,
      variants: { on: true, off: false },
      off: 'off',
      serve: 'off',
    })
    const now = new Date().toISOString()
    const call = (cost: object) => ({
      flag: 'answer',
      variant: 'off',
      unit: 'user_1',
      at: now,
      model: gpt.id,
      metrics: { error: 0, input_tokens: 1000, output_tokens: 500, ...cost },
    })
    const observations = [
      call({ cost_usd: '0.0075' }),
      call({ cost_usd: '0.0005' }),
      { ...call({}), model: 'no:price' },
    ]
    await server.request('POST', '/api/v1/environments/demo/observations', { id: 'cost-1', observations })
    const tab = await shown.signedIn()
    await tab.goto(`${server.url}/e/demo/models/usage`)
    const costs = tab.getByRole('group', { name: 'Costs' })
    await costs.getByRole('row', { name: /^openai:gpt-4o 2 .*\$0\.008/ }).waitFor()
    await tab.getByLabel('by variant').check()
    await costs.getByRole('row', { name: /^openai:gpt-4o off 2/ }).waitFor()
    expect(await faultsOf(tab)).toEqual([])
    await costs.getByRole('link', { name: gpt.id }).click()
    await tab
      .getByRole('region', { name: 'Last 7 days' })
      .getByRole('row', { name: /^answer off 2/ })
      .waitFor()
    expect(shown.errors).toEqual([])
  })
})

describe('an import', () => {
  const file = (body: object) => ({
    name: 'models.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(body)),
  })
  const priced = (input: number, context: number) => ({
    acme: {
      id: 'acme',
      models: {
        two: { id: 'two', name: 'Two', cost: { input, output: 4 }, limit: { context, output: 1000 } },
        three: { id: 'three', name: 'Three', cost: { input: 1, output: 2 }, limit: { context: 1000, output: 100 } },
      },
    },
  })

  test('shows what it would change before it does, and names what is bad', async () => {
    const tab = await shown.signedIn()
    await tab.goto(`${server.url}/e/demo/models/import`)
    const look = async (body: object): Promise<void> => {
      await tab.locator('input[type=file]').setInputFiles(file(body))
      await tab.getByRole('button', { name: 'Show what would change' }).click()
    }
    await look(priced(2, 1000))
    await tab.getByText('Read as models.dev: 2 records. Nothing is changed yet.').waitFor()
    expect((await server.request('GET', at('acme:two'))).status).toBe(404)
    await tab.getByLabel('Reason').fill('first list')
    await tab.getByRole('button', { name: 'Import 2 new' }).click()
    await tab.getByText('✔ 2 created, 0 updated').waitFor()
    await look(priced(2, 1000))
    await tab.getByRole('heading', { name: /All unchanged/ }).waitFor()
    await look(priced(3, 2000))
    const record = tab.getByRole('list', { name: 'Records' }).getByRole('listitem').first()
    await record.getByText('acme:two').waitFor()
    expect(await record.innerText()).toMatch(/\$2 → \$3 ▲ \+50[^]*limits\.context\s+1000 → 2000/)
    await tab.getByLabel('Reason').fill('second list')
    await tab.getByRole('button', { name: 'Import 1 changed' }).click()
    await tab.getByText('✔ 0 created, 1 updated').waitFor()
    await look(priced(-3, 2000))
    await record.getByText('✖ error').waitFor()
    await tab
      .getByText(/\/acme\/models\/two\/cost\/input/)
      .first()
      .waitFor()
    expect(await faultsOf(tab)).toEqual([])
    expect(shown.errors).toEqual([])
  })

  test('goes out again as a file', async () => {
    const tab = await shown.signedIn()
    await tab.goto(`${server.url}/e/demo/models`)
    await tab.getByRole('button', { name: 'Export' }).click()
    const download = tab.waitForEvent('download')
    await tab.getByRole('menuitem', { name: 'Sluice, complete' }).click()
    expect((await download).suggestedFilename()).toBe('models.sluice.json')
  })
})

test('the pages of models are in order in both themes, on a desk and on a phone', async () => {
  const dialogs = ['Edit', 'Prices', 'Duplicate', 'Edit'] as const
  for (const [i, look] of looks.slice(0, scale(2, 4)).entries()) {
    const tab = await shown.signedIn(look)
    const faults = async (path: string): Promise<string[]> => {
      await tab.goto(path)
      await tab.getByRole('heading', { level: 1 }).waitFor()
      await tab.waitForTimeout(300)
      return faultsOf(tab)
    }
    expect(await faults(`${server.url}/e/demo/models`)).toEqual([])
    const ids = encodeURIComponent(JSON.stringify([gpt.id, glm.id]))
    expect(await faults(`${server.url}/e/demo/models/compare?ids=${ids}`)).toEqual([])
    expect(await faults(page(gpt.id))).toEqual([])
    await tab.getByRole('button', { name: dialogs[i] ?? '', exact: true }).click()
    await tab.getByRole('dialog').waitFor()
    expect(await faultsOf(tab)).toEqual([])
    await tab.context().close()
  }
  expect(shown.errors).toEqual([])
}, 120_000)
