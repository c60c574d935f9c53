import { chance, latencyAround } from '../world/chance.ts'

export interface Edited {
  readonly tool: string
  readonly failed: boolean
  readonly failedPatches: number
  readonly latencyMs: number
  readonly tokens: number
}

/** The simulated model. It takes the list when it is offered one, and pays for the context once instead of for each patch. */
export class Model {
  /** Whether lists of patches are cut off: a fault of the new tool, until it is mended. */
  listIsCutOff = true
  #count = 0

  edit(offered: readonly string[], patchCount: number): Edited {
    this.#count += 1
    const index = this.#count
    const takesList = offered.includes('apply_patches')
    const failed = chance('edit', index) < (takesList && this.listIsCutOff ? 0.2 : 0.012)
    const calls = takesList ? 1 : patchCount
    return {
      tool: takesList ? 'apply_patches' : 'apply_patch',
      failed,
      failedPatches: failed ? 1 : 0,
      latencyMs: latencyAround(takesList ? 1200 : 1250, 'edit', index),
      tokens: Math.round(calls * 450 + patchCount * 120 * (0.7 + 0.6 * chance('size', index))),
    }
  }
}
