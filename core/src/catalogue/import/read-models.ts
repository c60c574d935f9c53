import type { Model } from '../model.ts'
import type { ImportFormat } from './file-format.ts'
import { type ImportFault, planImport } from './plan-import.ts'

/** The models of a file by themselves, and what is wrong with the others. Throws JsonBroken and UnreadableFile. */
export function readModels(
  text: string,
  format?: ImportFormat,
): { readonly models: readonly Model[]; readonly faults: readonly ImportFault[] } {
  const options = { take: 'kept', atMs: 0, ...(format === undefined ? {} : { format }) } as const
  const work = planImport(text, { find: () => undefined, aliases: new Map() }, options)
  for (;;) {
    const step = work.next()
    if (!step.done) continue
    const { records } = step.value
    return {
      models: records.map(({ model }) => model).filter((model) => model !== null),
      faults: records.flatMap(({ errors }) => errors),
    }
  }
}
