import { expect, test } from 'vitest'
import { signWebhook } from './sign-webhook.ts'

test('signs as Standard Webhooks does', () => {
  const body = '{"type":"rollout.rolled_back","data":{"rollout":"ro_1"}}'
  const headers = signWebhook('whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=', 'evt_1', 1_763_629_200_999, body)
  expect(headers).toEqual({
    'webhook-id': 'evt_1',
    'webhook-timestamp': '1763629200',
    'webhook-signature': 'v1,zmVcQO/GDgQ+azpEt1mNhTNY3gP/Fh6NWcC8ndJ17IQ=',
  })
})
