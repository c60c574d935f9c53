import type { Rollout, Train } from '@sluice/contract'
import { day, openWorld } from '../world/world.ts'
import type { Tell } from '../world/world.ts'
import { answer, flags } from './agent.ts'
import { Turns } from './turns.ts'

/** What each flag is for, and what happens when it goes back: shown beside its kill switch. */
const described = {
  'retry-with-backoff': { description: 'Retry transient failures', risk: 'low', rollbackImpact: 'None' },
  'prompt-message-id': { description: 'Retry-safe streaming', risk: 'low', rollbackImpact: 'None' },
  'message-compression': { description: 'Fewer tokens', risk: 'medium', rollbackImpact: 'None' },
  'log-provider': { description: 'External logging', risk: 'low', rollbackImpact: 'Logs stop' },
  workflow: { description: 'Durable execution', risk: 'high', rollbackImpact: 'Reverts to direct execution' },
} as const

export interface Outcome {
  readonly beforeTheFix: { readonly train: Train; readonly workflow: Rollout }
  readonly afterTheFix: Train
  /** When each rollout began, in the order in which it happened; the same flag may stand there again. */
  readonly starts: readonly { readonly flag: string; readonly at: string }[]
  readonly logged: number
}

/** Five flags in their order, a day of watching between them; the last one is broken, goes back alone, and comes again. */
export async function runRecipe(tell: Tell): Promise<Outcome> {
  const world = await openWorld(tell)
  try {
    for (const flag of flags)
      await world.inside('PUT', `/flags/${flag}`, {
        enabled: false,
        variants: { on: true, off: false },
        off: 'off',
        rules: [{ id: 'rollout', sample: { share: 0, salt: flag }, serve: 'on' }],
        serve: 'off',
        ...described[flag],
      })
    const planned = (flag: (typeof flags)[number], reason: string) => ({
      flag,
      template: flag === 'workflow' ? 'durable-execution' : 'after-enabling',
      after: flags.slice(0, flags.indexOf(flag)).slice(-1),
      block: '30m',
      reason,
    })
    /** The team ticks what is due before the start (-1) or at a stage. */
    const tick = async (flag: string, at: number): Promise<void> => {
      for (const { id, stage } of (await world.rollout(flag)).checklist)
        if (stage === at) await world.inside('POST', `/rollouts/${flag}/checks`, { item: id, state: 'passed' })
    }
    for (const flag of flags) {
      await world.inside('POST', '/rollouts', planned(flag, 'The agent becomes durable'))
      await tick(flag, -1)
      await world.act(flag, 'start', 'The agent becomes durable')
    }
    const sluice = await world.connect()
    const turns = new Turns()
    let visitor = 0
    const traffic = (): void => {
      for (let i = 0; i < 24; i++) answer(sluice, turns, `user_${visitor++ % 5000}`)
    }
    const stateOf = async (): Promise<string> => (await world.rollout('workflow')).state
    await world.pass(7 * day, traffic, async () => (await stateOf()) === 'rolled_back')
    const beforeTheFix = { train: await theTrain(), workflow: await world.rollout('workflow') }

    turns.workflowIsBroken = false
    const reason = 'Runs lost their place when the process restarted; the place is stored now'
    await world.pass(day, traffic)
    await world.inside('POST', '/rollouts', planned('workflow', reason))
    await tick('workflow', -1)
    await world.act('workflow', 'start', reason)
    await world.pass(4 * day, traffic, async () => (await stateOf()) === 'awaiting_decision')
    await tick('workflow', 0)
    await world.act('workflow', 'proceed', 'Restarted the process during a run: it went on')
    const starts = []
    for (const flag of flags) {
      const { items } = await world.inside<{ items: Rollout[] }>('GET', `/rollouts?flag=${flag}`)
      for (const { startedAt } of items) if (startedAt) starts.push({ flag, at: startedAt })
    }
    starts.sort((a, b) => a.at.localeCompare(b.at))
    return { beforeTheFix, afterTheFix: await theTrain(), starts, logged: turns.logged.length }
  } finally {
    await world.close()
  }

  async function theTrain(): Promise<Train> {
    const { items } = await world.inside<{ items: Train[] }>('GET', '/train')
    const [train] = items
    if (!train) throw new Error('There is no train.')
    return train
  }
}
