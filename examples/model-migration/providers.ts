import { chance, latencyAround } from '../world/chance.ts'

export interface Reply {
  readonly ok: boolean
  readonly latencyMs: number
  readonly usd: string
}

const typicalMs: Readonly<Record<string, number>> = {
  'google:gemma-3-27b': 1500,
  'z-ai:glm-4.5-air': 900,
  'openai:gpt-oss-20b': 700,
}

/** The simulated models. The new ones are free of charge and fast, until one of them is throttled. */
export class Providers {
  throttled = false
  #count = 0

  ask(model: string): Reply {
    this.#count += 1
    const isOld = model === 'google:gemma-3-27b'
    const failing = isOld ? 0 : model === 'z-ai:glm-4.5-air' && this.throttled ? 0.3 : 0.002
    return {
      ok: chance(model, this.#count) >= failing,
      latencyMs: latencyAround(typicalMs[model] ?? 1000, model, this.#count),
      usd: isOld ? '0.00012' : '0',
    }
  }
}
