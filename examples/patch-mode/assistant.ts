// The application: an assistant that edits files with tools. For requests of three patches and more it has a new one.
import type { SluiceClient } from '@sluice/sdk'
import type { Model } from './model.ts'

const tools = {
  apply_patch: { description: 'Apply one patch to one file' },
  apply_patches: { description: 'Apply a list of patches at once' },
}

/** Edits as one user asks for, with the tools that are there for this user and this request. */
export function edit(sluice: SluiceClient, model: Model, user: string, patchCount: number): { readonly tool: string } {
  const context = { targetingKey: user, patchCount }
  // Filtered before the prompt: a model that was offered a tool and then refused it answers worse than one that never saw it.
  const offered = sluice.filterTools(tools, context, { apply_patches: 'patch-mode' })
  const done = model.edit(Object.keys(offered), patchCount)
  sluice.track(context, {
    flag: 'patch-mode',
    error: done.failed ? 1 : 0,
    patches: patchCount,
    failed_patches: done.failedPatches,
    ...(done.failed ? {} : { latency_ms: done.latencyMs, tokens: done.tokens }),
  })
  return { tool: done.tool }
}
