// The application: a chat agent with five improvements, each behind a flag of its own.
import type { SluiceClient } from '@sluice/sdk'
import type { Turns } from './turns.ts'

export const flags = [
  'retry-with-backoff',
  'prompt-message-id',
  'message-compression',
  'log-provider',
  'workflow',
] as const

/** Answers one message, and reports the turn to every flag that had a part in it. */
export function answer(sluice: SluiceClient, turns: Turns, user: string): void {
  const context = { targetingKey: user }
  const on = (flag: (typeof flags)[number]): boolean => sluice.isEnabled(flag, context)
  const turn = turns.next({
    attempts: on('retry-with-backoff') ? 3 : 1,
    hasMessageId: on('prompt-message-id'),
    isCompressed: on('message-compression'),
    isDurable: on('workflow'),
  })
  if (on('log-provider')) turns.log(turn)
  for (const flag of flags)
    sluice.track(context, {
      flag,
      error: turn.failed ? 1 : 0,
      completed: turn.stuck || turn.failed ? 0 : 1,
      stuck: turn.stuck ? 1 : 0,
      message_consistency: turn.consistent ? 1 : 0,
      ...(turn.failed ? {} : { latency_ms: turn.latencyMs, tokens: turn.tokens }),
    })
}
