import { createHmac } from 'node:crypto'

/**
 * The headers of Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body` under the secret behind `whsec_`, so that a
 * receiver knows who sent it, and refuses repeats and old ones.
 */
export function signWebhook(secret: string, id: string, atMs: number, body: string): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1000))
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}
