import type { MetricsSummary, Rollout } from '@sluice/contract'
import { day, hour, openWorld } from '../world/world.ts'
import type { Tell } from '../world/world.ts'
import { chance } from '../world/chance.ts'
import { edit } from './assistant.ts'
import { Model } from './model.ts'

export interface Outcome {
  readonly firstAttempt: Rollout
  /** What the engine refused to start with. */
  readonly refusedStart: string
  readonly secondAttempt: Rollout
  /** Shares that the second attempt went through. */
  readonly shares: readonly number[]
  /** Which tool each kind of request was given, while half of the users had the new one. */
  readonly toolsAtHalf: Readonly<Record<'small' | 'large', ReadonlySet<string>>>
  readonly summary: MetricsSummary
}

const plan = { flag: 'patch-mode', template: 'execution-mode', block: '2h' }

/** Patch Mode: 10, 20, 50, 100 % with a week at each; the first attempt fails, is mended, and comes again. */
export async function runRecipe(tell: Tell): Promise<Outcome> {
  const world = await openWorld(tell, 2 * hour)
  try {
    await world.inside('PUT', '/flags/patch-mode', {
      enabled: false,
      variants: { on: true, off: false },
      off: 'off',
      serve: 'off',
      description: 'Apply lists of patches at once',
      rollbackImpact: 'Single Mode: one call for each patch',
      include: [{ unit: 'user_1', variant: 'on', reason: 'asked for it' }],
      exclude: [{ unit: 'user_2', reason: 'prefers one at a time' }],
      rules: [
        {
          id: 'rollout',
          if: { attr: 'patchCount', op: 'gte', values: [3] },
          sample: { share: 0, salt: 's1' },
          serve: 'on',
        },
      ],
    })
    const sluice = await world.connect()
    const model = new Model()
    const tools = { small: new Set<string>(), large: new Set<string>() }
    let request = 0
    const traffic = (): void => {
      for (let i = 0; i < 40; i++) {
        request += 1
        const patchCount = 1 + Math.floor(7 * chance('patches', request))
        const user = `user_${3 + Math.floor(3000 * chance('user', request))}`
        const { tool } = edit(sluice, model, user, patchCount)
        tools[patchCount < 3 ? 'small' : 'large'].add(tool)
      }
    }
    const state = async (): Promise<Rollout['state']> => (await world.rollout('patch-mode')).state

    const start = async (reason: string): Promise<void> => {
      const { checklist } = await world.inside<Rollout>('POST', '/rollouts', { ...plan, reason })
      for (const { id, stage } of checklist)
        if (stage < 0) await world.inside('POST', '/rollouts/patch-mode/checks', { item: id, state: 'passed' })
      await world.act('patch-mode', 'start', reason)
    }
    await start('Batching saves tokens')
    await world.pass(7 * day, traffic, async () => (await state()) === 'rolled_back')
    const firstAttempt = await world.rollout('patch-mode')

    const refusedStart = await world.inside('POST', '/rollouts?start=true', plan).then(
      () => '',
      (error: Error) => error.message,
    )
    const { errors } = JSON.parse(refusedStart.slice(refusedStart.indexOf('{'))) as { errors: { message: string }[] }
    tell(`Asked to start again without a word: ${errors[0]?.message}`)
    model.listIsCutOff = false
    const reason = 'Long lists were cut off after 4,000 characters; the limit is gone'
    await start(reason)
    const shares: number[] = []
    for (let stage = 0; stage < 4; stage++) {
      tools.small.clear()
      tools.large.clear()
      shares.push((await world.rollout('patch-mode')).exposure.set)
      await world.pass(20 * day, traffic, async () => ['awaiting_decision', 'completed'].includes(await state()))
      if (stage === 2) break
      await world.act('patch-mode', 'proceed', 'Weekly review: targets met')
    }
    const toolsAtHalf = { small: new Set(tools.small), large: new Set(tools.large) }
    const summary = await world.inside<MetricsSummary>('GET', '/metrics/summary?lastMinutes=1440&flag=patch-mode')
    tell(savingsText(summary))
    await world.act('patch-mode', 'proceed', 'Weekly review: targets met')
    shares.push((await world.rollout('patch-mode')).exposure.set)
    await world.pass(30 * day, traffic, async () => (await state()) === 'completed')
    const secondAttempt = await world.rollout('patch-mode')
    return { firstAttempt, refusedStart, secondAttempt, shares, toolsAtHalf, summary }
  } finally {
    await world.close()
  }
}

/** Tokens of both tools: by call, as they are charged, and by patch, as they are needed. */
function savingsText({ items }: MetricsSummary): string {
  const arms = items.map(({ variant, totalTokens, avgTokensPerCall, custom }) => {
    const patches = custom['patches']?.sum ?? 0
    return `${variant} ${Math.round(avgTokensPerCall ?? 0)} tokens a call, ${Math.round(totalTokens / patches)} a patch`
  })
  return `The last day at half of the users: ${arms.join('; ')}.`
}
