import type { StoredChannel } from './channel-store.ts'
import type { Message } from './message-of.ts'
import { type RequestOptions, post } from '../outbound/request.ts'
import { signWebhook } from './sign-webhook.ts'

export type Sent = 'delivered' | 'gone'

/** Posts a signed message. Throws, in words, when it did not arrive. */
export async function sendWebhook(
  { url, secret }: StoredChannel,
  message: Message,
  atMs: number,
  options: RequestOptions,
): Promise<Sent> {
  const body = JSON.stringify(message)
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Sluice',
    ...signWebhook(secret, message.data.event, atMs, body),
  }
  const { status } = await post(url, headers, body, options)
  if (status === 410) return 'gone'
  if (status < 200 || status > 299) throw new Error(`The receiver answered ${status}.`)
  return 'delivered'
}
