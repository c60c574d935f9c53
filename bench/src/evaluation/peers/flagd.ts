import { FlagdCore } from '@openfeature/flagd-core'
import type { EvaluationContext } from '@openfeature/server-sdk'
import type { Peer } from '../peer.ts'
import { type BenchFlag, countries, leastVersion, plan, weights } from '../scenario.ts'

function definition({ kind, salt, percent }: BenchFlag, listed: readonly string[]): object {
  const unit = { var: 'targetingKey' }
  const key = { cat: [salt, ':', unit] }
  const share = { fractional: [key, ['on', percent], ['off', 100 - percent]] }
  if (kind === 'variants') {
    const variants = Object.fromEntries(weights.map(([name]) => [name, name]))
    return { state: 'ENABLED', variants, defaultVariant: 'v1', targeting: { fractional: [key, ...weights] } }
  }
  const when = {
    share: null,
    list: { in: [unit, listed] },
    targeted: {
      and: [
        { in: [{ var: 'country' }, countries] },
        { '==': [{ var: 'plan' }, plan] },
        { sem_ver: [{ var: 'version' }, '>=', leastVersion] },
      ],
    },
  }[kind]
  const targeting = when === null ? share : { if: [when, kind === 'list' ? 'on' : share, 'off'] }
  return { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'off', targeting }
}

const silent = { error() {}, warn() {}, info() {}, debug() {} }

export const flagd: Peer = {
  name: 'flagd-core',
  sharesHash: false,
  isAsync: false,
  prepare({ name, flags, users, listed }) {
    const core = new FlagdCore(undefined, silent)
    const definitions = Object.fromEntries(flags.map((flag) => [flag.key, definition(flag, listed)]))
    core.setConfigurations(JSON.stringify({ flags: definitions }))
    const contexts = users.map(({ id, ...rest }) => ({ targetingKey: id, ...rest }))
    const keys = flags.map(({ key }) => key)
    if (name === 'c')
      return {
        evaluate: (flag, user) =>
          core.resolveStringEvaluation(keys[flag] as string, 'v1', contexts[user] as EvaluationContext, silent).value,
      }
    return {
      evaluate: (flag, user) =>
        core.resolveBooleanEvaluation(keys[flag] as string, false, contexts[user] as EvaluationContext, silent).value,
    }
  },
}
