import { describe, expect, test } from 'vitest'
import { compileFlagSet, evaluate } from '../evaluation/index.ts'
import { importWhitelistJson } from './import-whitelist-json.ts'

interface Source {
  readonly enabled: boolean
  readonly rolloutPercentage: number
  readonly whitelist: readonly string[]
  readonly blacklist: readonly string[]
}

/** What the source answers, in the words of `patch-mode-rollout`: cohorts of a 31-based hash, let in below the percentage. */
function atSource({ enabled, rolloutPercentage, whitelist, blacklist }: Source, user: string): boolean {
  let hash = 0
  for (let i = 0; i < user.length; i++) hash = (hash * 31 + user.charCodeAt(i)) | 0
  if (!enabled || whitelist.includes(user)) return enabled
  return !blacklist.includes(user) && Math.abs(hash % 100) < rolloutPercentage
}

function imported(input: unknown) {
  const result = importWhitelistJson(input)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  const { flags, segments, notes } = result.imported
  const compiled = compileFlagSet({ schema: 1, env: 'e', epoch: 'x', revision: 1, flags, segments })
  return { flags, notes, isOn: (key: string, user: string) => evaluate(compiled, key, { targetingKey: user }, 0).value }
}

const users = Array.from({ length: 3000 }, (_, i) => `user_${i}`).concat(
  ['a', 'ü', '日本', '😀', 'x'.repeat(300), '9f2c-11', '0'],
  ['whitelisted_user', 'blacklisted_user', 'both'],
)

describe('an import of whitelist-json', () => {
  test.each([0, 1, 10, 25, 33.5, 50, 99, 100, 250, -3])(
    'keeps every user on their side at %d %',
    (rolloutPercentage) => {
      const flag = {
        enabled: true,
        rolloutPercentage,
        whitelist: ['whitelisted_user', 'both', 'both', 'user_7'],
        blacklist: ['blacklisted_user', 'both', 'user_9'],
      }
      const { isOn } = imported({ patch_mode_enabled: flag })
      expect(users.filter((user) => isOn('patch_mode_enabled', user) !== atSource(flag, user))).toEqual([])
    },
  )

  test('keeps a flag that is switched off switched off, and takes flags that stand below "flags"', () => {
    const flag = { enabled: false, rolloutPercentage: 100, whitelist: ['a'], blacklist: [] }
    const { isOn, flags } = imported({ flags: { one: flag, two: { ...flag, enabled: true } } })
    expect([isOn('one', 'a'), isOn('two', 'a'), Object.keys(flags)]).toEqual([false, true, ['one', 'two']])
  })

  test('only adds users when the share grows', () => {
    const flag = { enabled: true, rolloutPercentage: 10, whitelist: [], blacklist: [] }
    const { isOn } = imported({ ten: flag, twenty: { ...flag, rolloutPercentage: 20 } })
    expect(users.filter((user) => isOn('ten', user) && !isOn('twenty', user))).toEqual([])
  })

  test('tells what is not the same', () => {
    const flag = { enabled: true, rolloutPercentage: 12.5, whitelist: ['both', ''], blacklist: ['both'], owner: 'me' }
    expect(imported({ f: flag }).notes.map(({ effect, sentence }) => `${effect}: ${sentence}`)).toEqual([
      'dropped: 12.5 % let in 13 of the 100 cohorts, so it is written as 13 %.',
      'dropped: On both lists, where the source let them in, so they are included only: both.',
      'differs: The empty text is a user at the source. Here it is nobody: it gets what is served otherwise.',
      'dropped: The field "owner" means nothing to the source\'s evaluation.',
    ])
  })

  test.each([
    ['a list', [], ''],
    ['a text for a switch', { f: { enabled: 'yes' } }, '/f/enabled'],
    ['a text for a percentage', { f: { enabled: true, rolloutPercentage: '10' } }, '/f/rolloutPercentage'],
    ['a number for a user', { flags: { f: { enabled: true, whitelist: [7] } } }, '/flags/f/whitelist/0'],
    ['a text for a list', { f: { enabled: true, blacklist: 'a,b' } }, '/f/blacklist'],
  ])('refuses %s with its place', (_, input, pointer) => {
    const result = importWhitelistJson(input)
    expect(result.ok ? [] : result.problems.map((problem) => problem.pointer)).toEqual([pointer])
  })
})
