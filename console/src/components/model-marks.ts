import type { ModelListItem, ModelVersion } from '@sluice/contract'
import type { Mark } from './states.ts'

export type ModelStatus = ModelListItem['status']

export const modelMarks: Readonly<Record<ModelStatus, Mark>> = {
  draft: { mark: '○', word: 'draft', tone: 'muted' },
  active: { mark: '●', word: 'active', tone: 'ok' },
  preview: { mark: '◐', word: 'preview', tone: 'accent' },
  deprecated: { mark: '▲', word: 'deprecated', tone: 'warn' },
  retired: { mark: '■', word: 'retired', tone: 'nodata' },
}

export const deletedMark: Mark = { mark: '✖', word: 'deleted', tone: 'fail' }

/** What a status means for whoever wants to call the model. */
export const statusMeanings: Readonly<Record<ModelStatus, string>> = {
  draft: 'Priced, not offered and not called.',
  active: 'Offered in pickers and called.',
  preview: 'Offered in pickers and called.',
  deprecated: 'Still called; no longer offered to new flags.',
  retired: 'Called no more: routing takes the fallback of the variant, then the successor.',
}

export const actionWords: Readonly<Record<ModelVersion['action'], string>> = {
  create: 'created',
  update: 'changed',
  duplicate: 'duplicated',
  import: 'imported',
  deprecate: 'deprecated',
  retire: 'retired',
  delete: 'deleted',
  restore: 'restored',
  revert: 'restored an old version',
}
