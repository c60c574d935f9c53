import type { Page } from 'playwright-core'
import { scale } from '../testing/scale.ts'
import { describe, expect, test } from 'vitest'
import { server, shown, startConsole } from './console-rig.ts'
import { faultsOf, looks } from './open-console.ts'

const environment = '/api/v1/environments/staging'
const boolean = { enabled: true, variants: { on: true, off: false }, off: 'off', serve: 'off' }
const flagAt = (key: string): string => `${environment}/flags/${key}`
const put = (path: string, body: object) => server.request('PUT', path, body)
const flagOf = async (key: string): Promise<Record<string, any>> =>
  ((await server.request('GET', flagAt(key))).body as { flag: Record<string, any> }).flag

startConsole(async () => {
  await put(`${environment}/segments/pros`, { if: { attr: 'plan', op: 'in', values: ['pro'] } })
})

/** The refusal itself is logged by the browser whatever a page does. */
const noErrorsBut = (status: string): void => {
  expect(shown.errors.splice(0).filter((text) => !text.includes(status))).toEqual([])
}

async function opened(path: string, look = looks[0]): Promise<Page> {
  const page = await shown.signedIn(look)
  await page.goto(`${server.url}/e/staging${path}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  return page
}

describe('the page of a flag', () => {
  test('shows who gets what, and why one caller does', async () => {
    await put(flagAt('chat'), {
      ...boolean,
      rules: [
        { id: 'pros', if: { segment: 'pros' }, serve: 'on' },
        { id: 'rollout', sample: { share: 12_500, salt: 's1' }, serve: 'on' },
      ],
      exclude: [{ unit: 'eve', reason: 'abuse' }],
    })
    const page = await opened('/flags')
    await page.getByRole('link', { name: 'chat', exact: true }).click()
    const targeting = page.getByRole('region', { name: 'Who gets what' })
    expect((await targeting.innerText()).replaceAll('\u00a0', ' ')).toMatch(
      /1 unit excluded[^]*If in the segment pros[^]*12.5 % of everyone[^]*Everyone else/,
    )
    const caller = page.getByRole('region', { name: 'One caller' })
    await caller.getByLabel('Unit').fill('ada')
    await caller.getByLabel('Attributes').fill('{"plan": "pro"}')
    await caller.getByRole('button', { name: 'Who gets what' }).click()
    await caller.getByText('Gets on by the rule pros').waitFor()
    await caller.getByLabel('Attributes').fill('plan')
    await caller.getByRole('button', { name: 'Who gets what' }).click()
    await caller.getByText(/expected a JSON object/).waitFor()
    expect(shown.errors).toEqual([])
  })

  test('takes a complaint, and says about what it was counted', async () => {
    await put(flagAt('mail'), { ...boolean, include: [{ unit: 'ada', variant: 'on' }] })
    for (const look of looks) {
      const page = await opened('/flags/mail', look)
      await page.getByRole('button', { name: 'Note a complaint' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('button', { name: 'Note it' }).click()
      await dialog.getByText('Say who complains, or about which variant.').waitFor()
      expect(await faultsOf(page)).toEqual([])
      await dialog.getByLabel('Who complains').fill('ada')
      await dialog.getByLabel('What was said').fill('My draft was sent twice')
      await dialog.getByLabel('Critical').check()
      await dialog.getByRole('button', { name: 'Note it' }).click()
      await page.getByText('A complaint about the variant on is noted.').waitFor()
      expect(await faultsOf(page)).toEqual([])
      if (process.env['SHOTS'])
        await page.screenshot({ path: `${process.env['SHOTS']}/flag-${look.width}-${look.colorScheme}.png` })
    }
    const { body } = await server.request('GET', `${environment}/metrics/summary?flag=mail`)
    const { items } = body as { items: { variant: string; custom: Record<string, { sum: number }> }[] }
    expect(items.find(({ variant }) => variant === 'on')?.custom['complaint.critical']?.sum).toBe(looks.length)
    noErrorsBut('422')
  })

  test('takes a rule with a condition, a share and lists, tried before it is saved with a reason', async () => {
    await put(flagAt('search'), boolean)
    const page = await opened('/flags/search')
    await page.getByRole('button', { name: 'Change who gets what' }).click()
    const dialog = page.getByRole('dialog', { name: 'Who gets what: search' })
    await dialog.getByRole('button', { name: 'Add a rule' }).click()
    await dialog.getByRole('button', { name: 'Add a condition to Rule 1' }).click()
    await dialog.getByLabel('Attribute of Rule 1, condition 1').fill('patches')
    await dialog.getByLabel('Operator of Rule 1, condition 1').selectOption('is at least')
    await dialog.getByLabel('Values of Rule 1, condition 1, one a line').fill('3')
    await dialog.getByRole('button', { name: 'Add a condition to Rule 1' }).click()
    await dialog.getByLabel('Kind of Rule 1, condition 2').selectOption('Segment')
    await dialog.getByLabel('Segment of Rule 1, condition 2').selectOption('pros')
    await dialog.getByLabel('What rule 1 serves').selectOption('on')
    await dialog.getByRole('button', { name: 'Include a unit' }).click()
    await dialog.getByLabel('Unit of included unit 1').fill('bo')
    await dialog.getByLabel('Variant of included unit 1').selectOption('on')
    await dialog.getByLabel('Reason of included unit 1').fill('asked for it')
    await dialog.getByLabel('Until of included unit 1').fill('2100-01-01T00:00:00Z')

    const draft = dialog.getByRole('region', { name: 'Try it before you save' })
    await draft.getByLabel('Unit').fill('ada')
    await draft.getByLabel('Attributes').fill('{"plan": "pro", "patches": 3}')
    await draft.getByRole('button', { name: 'Who gets what' }).click()
    await draft.getByText('Gets on by the rule rule-1').waitFor()
    expect(await flagOf('search')).toEqual(boolean)

    expect(await faultsOf(page)).toEqual([])
    await dialog.getByLabel('Reason', { exact: true }).fill('for those who pay')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('1 unit included').waitFor()
    const { rules, include } = await flagOf('search')
    expect(rules).toEqual([
      {
        id: 'rule-1',
        if: { all: [{ attr: 'patches', op: 'gte', values: [3] }, { segment: 'pros' }] },
        serve: 'on',
      },
    ])
    expect(include).toEqual([{ unit: 'bo', variant: 'on', reason: 'asked for it', expires: '2100-01-01T00:00:00Z' }])
    await page.getByRole('region', { name: 'History' }).getByText('“for those who pay”').waitFor()
    expect(shown.errors).toEqual([])
  })

  test('shows what is wrong at its field, in the words of the server, and keeps what was typed', async () => {
    await put(flagAt('broken'), { ...boolean, rules: [{ id: 'r', sample: { share: 1000, salt: 's' }, serve: 'on' }] })
    const page = await opened('/flags/broken')
    await page.getByRole('button', { name: 'Change who gets what' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Percent of these').fill('150')
    await dialog.getByRole('button', { name: 'Add a condition to Rule 1' }).click()
    await dialog.getByLabel('Attribute of Rule 1, condition 1').fill('ip')
    await dialog.getByLabel('Operator of Rule 1, condition 1').selectOption('is in the network')
    await dialog.getByLabel('Values of Rule 1, condition 1, one a line').fill('10.0.0.0/33')
    await dialog.getByRole('button', { name: 'Exclude a unit' }).click()
    await dialog.getByLabel('Unit of excluded unit 1').fill('eve')
    await dialog.getByLabel('Until of excluded unit 1').fill('tomorrow')
    await dialog.getByLabel('Reason', { exact: true }).fill('try')
    await dialog.getByRole('button', { name: 'Save' }).click()
    const condition = dialog.getByRole('group', { name: 'Rule 1, condition 1' })
    await condition.getByText(/Expected an address or a range/).waitFor()
    expect(await dialog.getByLabel('Percent of these').getAttribute('aria-invalid')).toBe('true')
    expect(await dialog.getByLabel('Until of excluded unit 1').getAttribute('aria-invalid')).toBe('true')
    expect(await dialog.getByLabel('Percent of these').inputValue()).toBe('150')
    expect(await faultsOf(page)).toEqual([])
    expect((await flagOf('broken'))['rules'][0].sample.share).toBe(1000)
    noErrorsBut('422')
  })

  test('says that somebody was quicker, and lays one change over the other', async () => {
    await put(flagAt('both'), { ...boolean, rules: [{ id: 'r', sample: { share: 1000, salt: 's' }, serve: 'on' }] })
    const page = await opened('/flags/both')
    await page.getByRole('button', { name: 'Change who gets what' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('What everyone else gets').selectOption('on')
    await server.request('PATCH', flagAt('both'), {
      owner: 'platform',
      rules: [{ id: 'r', sample: { share: 5000 }, serve: 'on' }],
    })
    await dialog.getByLabel('Reason', { exact: true }).fill('mine')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText('It changed while you did: it is version 2 now.').waitFor()
    expect(await faultsOf(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Save on top of theirs' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect(await flagOf('both')).toMatchObject({
      owner: 'platform',
      serve: 'on',
      rules: [{ sample: { share: 5000, salt: 's' } }],
    })
    noErrorsBut('412')
  })

  test('leaves the share to a running rollout, and takes other changes beside it', async () => {
    await put(flagAt('ramping'), boolean)
    await server.request('POST', `${environment}/rollouts?start=true`, { flag: 'ramping', reason: 'go' })
    const page = await opened('/flags/ramping')
    await page.getByRole('button', { name: 'Change who gets what' }).click()
    const dialog = page.getByRole('dialog')
    expect(await dialog.getByLabel('Percent of these').getAttribute('readonly')).not.toBeNull()
    await dialog.getByRole('button', { name: 'Exclude a unit' }).click()
    await dialog.getByLabel('Unit of excluded unit 1').fill('eve')
    await dialog.getByLabel('Reason', { exact: true }).fill('complained')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'detached' })
    const { exclude, rules } = await flagOf('ramping')
    expect([exclude, rules[0].sample.share]).toEqual([[{ unit: 'eve' }], 1000])
    expect(shown.errors).toEqual([])
  })
})

describe('the Segments page', () => {
  test('adds one, shows who uses it, changes its list with a reason, and deletes it once nothing does', async () => {
    const page = await opened('/segments')
    await page.getByRole('button', { name: 'Add a segment' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('testers')
    await dialog.getByLabel('What it is for').fill('people of the team')
    await dialog.getByLabel('Attribute of Segment, condition 1').fill('targetingKey')
    await dialog.getByLabel('Reason').fill('first users')
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await dialog
      .getByText(/a list with at least one value/)
      .first()
      .waitFor()
    noErrorsBut('400')
    expect(await faultsOf(page)).toEqual([])
    await dialog.getByLabel('Values of Segment, condition 1, one a line').fill('ada\nbo')
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('heading', { name: 'testers' }).waitFor()
    await page.getByText('targetingKey is “ada” or “bo”').waitFor()

    await put(flagAt('uses-testers'), { ...boolean, rules: [{ id: 't', if: { segment: 'testers' }, serve: 'on' }] })
    await page.getByRole('link', { name: 'uses-testers' }).waitFor()
    expect(await page.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Change' }).click()
    await dialog.getByText(/Changes at once who gets what of uses-testers/).waitFor()
    await dialog.getByLabel('Values of Segment, condition 1, one a line').fill('ada\nbo\ncy')
    await put(`${environment}/segments/testers`, { if: { attr: 'team', op: 'in', values: ['ai'] } })
    await dialog.getByLabel('Reason').fill('one more')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText('Now it says: team is “ai”.').waitFor()
    await dialog.getByRole('button', { name: 'Put mine in its place' }).click()
    await page.getByText('targetingKey is “ada” or “bo” or “cy”').waitFor()
    await page.getByRole('region', { name: 'History' }).getByText('“one more”').waitFor()
    noErrorsBut('412')

    await server.request('DELETE', flagAt('uses-testers'))
    await page.getByText('used by nothing').waitFor()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByLabel('Reason').fill('done')
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('heading', { name: 'Segments' }).waitFor()
    await page.getByRole('link', { name: 'testers' }).waitFor({ state: 'detached' })
    expect(shown.errors).toEqual([])
  })
})

test('the pages and the editor are in order in both themes, on a desk and on a phone', async () => {
  await put(flagAt('looked-at'), {
    ...boolean,
    variants: { glm: { model: 'z-ai:glm-4.5-air' }, gemma: { model: 'google:gemma-3-27b' } },
    off: 'gemma',
    serve: {
      split: [
        ['gemma', 70_000],
        ['glm', 30_000],
      ],
    },
    rules: [
      {
        id: 'small-jobs',
        if: { any: [{ segment: 'pros' }, { attr: 'patches', op: 'lt', values: [3] }] },
        serve: 'glm',
      },
    ],
    include: [{ unit: 'ada', variant: 'glm', reason: 'asked' }],
  })
  await put(flagAt('x'.repeat(200)), { ...boolean, rules: [{ id: 'long', if: { segment: 'pros' }, serve: 'on' }] })
  for (const look of looks.slice(0, scale(2, 4))) {
    const page = await opened('/flags/looked-at', look)
    expect(['page', ...(await faultsOf(page))]).toEqual(['page'])
    await page.getByRole('button', { name: 'Change who gets what' }).click()
    await page.getByRole('dialog').getByRole('region', { name: 'Variants' }).waitFor()
    expect(['editor', ...(await faultsOf(page))]).toEqual(['editor'])
    for (const path of ['/segments', '/segments/pros']) {
      await page.goto(`${server.url}/e/staging${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      expect([path, ...(await faultsOf(page))]).toEqual([path])
    }
    await page.context().close()
  }
  expect(shown.errors).toEqual([])
}, 120_000)
