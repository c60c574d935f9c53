import type { ModelRecord } from '@sluice/contract'
import { changeModel, type Change, deleteModel, restoreModel } from '../../api/model-commands.ts'

export type ActName = 'activate' | 'deprecate' | 'retire' | 'delete' | 'restore'

interface Act {
  readonly label: string
  /** What it does, before it is done. */
  readonly effect: string
  readonly perform: (change: Change, successor: string) => Promise<unknown>
}

const setStatus = (status: string) => (change: Change, successor: string) =>
  changeModel(change, { status, ...(successor === '' ? {} : { replacedBy: successor }) })

/** What can be done with a whole model. */
export const acts: Readonly<Record<ActName, Act>> = {
  activate: {
    label: 'Activate',
    effect: 'Pickers offer it again, and calls go to it.',
    perform: (change) => changeModel(change, { status: 'active' }),
  },
  deprecate: {
    label: 'Deprecate',
    effect: 'New flags are no longer offered it. Those that use it go on, with a warning.',
    perform: setStatus('deprecated'),
  },
  retire: {
    label: 'Retire',
    effect: 'It is called no more: variants that name it take their fallback, then the successor.',
    perform: setStatus('retired'),
  },
  delete: {
    label: 'Delete',
    effect: 'It resolves to nothing. Its history stays, its id stays taken, and it can be restored.',
    perform: deleteModel,
  },
  restore: {
    label: 'Restore',
    effect: 'It comes back as it was when it was deleted.',
    perform: restoreModel,
  },
}

/** What fits its present state. */
export function possibleActs({ deletedAt, model: { status } }: ModelRecord): readonly ActName[] {
  if (deletedAt !== null) return ['restore']
  if (status === 'retired') return ['activate', 'delete']
  if (status === 'deprecated') return ['activate', 'retire', 'delete']
  return status === 'draft' ? ['activate', 'delete'] : ['deprecate', 'retire', 'delete']
}
