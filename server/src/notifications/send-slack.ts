import type { StoredChannel } from './channel-store.ts'
import type { Message } from './message-of.ts'
import { type RequestOptions, post } from '../outbound/request.ts'

const marks: Readonly<Record<string, string>> = {
  'rollout.rolled_back': ':small_red_triangle_down:',
  'rollout.held': ':double_vertical_bar:',
  'rollout.completed': ':white_check_mark:',
  'alert.opened': ':warning:',
}

/**
 * One message a rollout, kept up to date, and each change as a reply below it; what belongs to no rollout stands alone.
 * Gives the message that stands for the rollout. Throws, in words, when Slack refuses.
 */
export async function sendSlack(
  channel: StoredChannel,
  message: Message,
  options: RequestOptions,
): Promise<string | undefined> {
  const { rollout } = message.data
  const text = textOf(message)
  const call = (method: string, body: Record<string, unknown>) => callSlack(channel, method, body, options)
  const known = rollout === null ? undefined : channel.messages[rollout]
  if (known === undefined) return (await call('chat.postMessage', { text })).ts
  // Alerts are told in the thread; the message itself says where the rollout stands.
  if (message.type.startsWith('rollout.')) await call('chat.update', { ts: known, text })
  await call('chat.postMessage', { thread_ts: known, text })
  return known
}

async function callSlack(
  { url, secret, conversation }: StoredChannel,
  method: string,
  body: Record<string, unknown>,
  options: RequestOptions,
): Promise<{ ts?: string }> {
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json; charset=utf-8' }
  const sent = JSON.stringify({ channel: conversation, ...body })
  const { status, text } = await post(`${url.replace(/\/+$/, '')}/${method}`, headers, sent, options)
  if (status !== 200) throw new Error(`Slack answered ${status}.`)
  const answer = JSON.parse(text) as { ok: boolean; error?: string; ts?: string }
  if (!answer.ok) throw new Error(`Slack refused: ${String(answer.error).slice(0, 100)}.`)
  return answer
}

function textOf({ type, data }: Message): string {
  const { flag, environment, from, to, why, reason, actor, rollback, runbook } = data
  const moved =
    from !== null && to !== null && from !== to && type.startsWith('rollout.') ? `: ${from} % → ${to} %` : ''
  const by = actor.kind === 'engine' ? 'by itself' : `by ${actor.name}`
  const lines = [
    `${marks[type] ?? ':information_source:'} *${plain(flag ?? data.subject.id)}* (${environment}) ${type.replaceAll(/^\w+\.|_/g, ' ').trim()}${moved}, ${plain(by)}`,
    ...(why?.sentence ? [plain(why.sentence)] : []),
    ...(reason ? [`> ${plain(reason)}`] : []),
    ...(runbook ? [`Runbook: ${plain(runbook)}`] : []),
    ...(rollback && type !== 'rollout.rolled_back' ? [`\`${rollback}\``] : []),
  ]
  return lines.join('\n')
}

/** Slack reads these three as its own marks: `<!channel>` in a reason must wake nobody. */
const plain = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
