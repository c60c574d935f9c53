import { createOpenAI } from '@ai-sdk/openai'
import { createClient } from '@sluice/sdk'
import { sluiceAI } from '@sluice/sdk/ai-sdk'

/** Set by the test before the applications are loaded: addresses that an operator would have in the environment. */
export const openai = createOpenAI({ baseURL: process.env['OPENAI_URL'] ?? '', apiKey: 'any' })
export const sluice = createClient({ flushIntervalMs: 200 })
export const ai = sluiceAI(sluice, { providers: { openai } })
