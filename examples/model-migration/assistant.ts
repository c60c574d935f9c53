// The application: an assistant whose tasks are answered by models that one flag names, in every environment.
import type { SluiceClient } from '@sluice/sdk'
import type { Providers } from './providers.ts'

export const tasks = ['chat', 'email', 'analysis', 'intents'] as const

/** What the assistant had, and what it is to have: two models by task, and the old one where both fail. */
export const assistantFlag = {
  enabled: false,
  variants: {
    before: { model: 'google:gemma-3-27b' },
    openrouter: {
      model: 'z-ai:glm-4.5-air',
      tasks: { analysis: 'openai:gpt-oss-20b', intents: 'openai:gpt-oss-20b' },
      fallback: ['google:gemma-3-27b'],
    },
  },
  off: 'before',
  rules: [{ id: 'rollout', sample: { share: 0, salt: 's4' }, serve: 'openrouter' }],
  serve: 'before',
  description: 'Which models answer in the assistant',
  rollbackImpact: 'Gemma 3 27B answers everything again',
}

/** Answers one request, with the fallback when its model fails. The user gets an answer as long as one model works. */
export function answer(
  sluice: SluiceClient,
  providers: Providers,
  user: string,
  task: (typeof tasks)[number],
): boolean {
  const context = { targetingKey: user, task }
  const routed = sluice.model('assistant', context)
  const [first = '', ...others] = routed ? [routed.id, ...routed.fallback] : ['google:gemma-3-27b']
  const asked = providers.ask(first)
  const answered = asked.ok || others.some((model) => providers.ask(model).ok)
  sluice.track(context, {
    flag: 'assistant',
    model: first,
    error: asked.ok ? 0 : 1,
    fallback: asked.ok ? 0 : 1,
    cost_usd: asked.usd,
    ...(asked.ok ? { latency_ms: asked.latencyMs } : {}),
  })
  return answered
}
