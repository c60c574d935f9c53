import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const main = fileURLToPath(new URL('../cli/bin/sluice.mjs', import.meta.url))
const headless = async (scenario: string): Promise<string> =>
  (
    await promisify(execFile)(process.execPath, [
      '--conditions=@sluice/source',
      main,
      'demo',
      '--headless',
      '--json',
      '--scenario',
      scenario,
    ])
  ).stdout

interface Result {
  readonly asExpected: boolean
  readonly state: string
  readonly decisions: { action: string; from: number }[]
}

test.each(['bad', 'good', 'silence', 'no-savings', 'worse-answers'])(
  'the demo of scenario %s goes as it should, the same way every time',
  async (scenario) => {
    const first = await headless(scenario)
    expect((JSON.parse(first) as Result).asExpected).toBe(true)
    expect(await headless(scenario)).toBe(first)
  },
)

test('the bad candidate passes 10 % and is rolled back at 50 %', async () => {
  const { state, decisions } = JSON.parse(await headless('bad')) as Result
  expect([state, decisions.map(({ action, from }) => [action, from])]).toEqual([
    'rolled_back',
    [
      ['start', 0],
      ['proceed', 10],
      ['rollback', 50],
    ],
  ])
})
