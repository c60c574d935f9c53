import type { ImportRecord } from '@sluice/contract'
import type { Mark } from '../../../components/states.ts'

export type ImportAction = ImportRecord['action']

export const importMarks: Readonly<Record<ImportAction, Mark>> = {
  error: { mark: '✖', word: 'error', tone: 'fail' },
  conflict: { mark: '▲', word: 'conflict', tone: 'warn' },
  update: { mark: '●', word: 'update', tone: 'accent' },
  create: { mark: '✚', word: 'create', tone: 'ok' },
  skip: { mark: '◌', word: 'skip', tone: 'nodata' },
  unchanged: { mark: '=', word: 'unchanged', tone: 'muted' },
}

/** The formats that can be read, as people call them. */
export const formatNames = {
  sluice: 'Sluice',
  litellm: 'LiteLLM',
  'models.dev': 'models.dev',
  openrouter: 'OpenRouter',
  'genai-prices': 'genai-prices',
} as const
