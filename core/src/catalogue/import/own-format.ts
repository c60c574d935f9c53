import { isPlainObject } from '../../evaluation/faults.ts'
import { fromGuideInput } from '../guide-view.ts'
import type { Model } from '../model.ts'
import { type FileFormat } from './file-format.ts'
import type { JsonPart } from './read-json.ts'
import { type SourceRecord, notAnObject, unreadable } from './source-record.ts'

/** The name and version of our own format. */
const ownFormatName = 'sluice-catalogue/1'

const lists = new Set(['models', 'aliases', 'prices'])

/**
 * Our own file: `{"format": "sluice-catalogue/1", "models": […]}`, each model with its prices and names in it. Rows of
 * `aliases` and `prices` beside the models say with `modelId` (or `model`) whose they are. A bare list of models is taken too.
 */
export const ownFormat: FileFormat = {
  name: 'sluice',
  split: {
    isSplit: (path) => path.length === 0 || (path.length === 1 && lists.has(path[0] ?? '')),
    markDepth: 2,
  },
  knows: (part) =>
    part.path[0] === 'format' || (lists.has(part.path[0] ?? '') && part.path.length === 2) || isModelOfList(part),
  read: (part) => {
    const { path, value } = part
    const [top = '', position] = path
    if (isListItem(path)) return [readModel(path, value)]
    if (position !== undefined) return [top === 'models' ? readModel(path, value) : readRow(path, value)]
    if (top === 'format' && value === ownFormatName) return []
    const message =
      top === 'format'
        ? `Expected "${ownFormatName}"; got ${JSON.stringify(value)?.slice(0, 60)}.`
        : lists.has(top)
          ? 'Expected a list.'
          : `Unknown field "${top.slice(0, 80)}": known are format, models, aliases, prices.`
    return [unreadable(path, null, [{ path: [], code: 'type', message }])]
  },
}

const isListItem = (path: readonly string[]): boolean => path.length === 1 && /^\d+$/.test(path[0] ?? '')
const isModelOfList = ({ path, value }: JsonPart): boolean =>
  isListItem(path) && isPlainObject(value) && typeof value['id'] === 'string' && !('models' in value)

/** Models may also be written as in the guides, with `pricing` and `contextWindow`. */
function readModel(path: readonly string[], value: unknown): SourceRecord {
  if (!isPlainObject(value)) return notAnObject(path, null)
  const input = fromGuideInput(value, null, 0) as Readonly<Record<string, unknown>>
  const isGuide = isPlainObject(value['pricing'])
  const originOf = (pointer: string): readonly string[] =>
    isGuide && pointer.startsWith('/prices') ? ['pricing'] : pointer.split('/').slice(1).map(unescapePart)
  return { id: typeof value['id'] === 'string' ? value['id'] : null, input, path, originOf, problems: [], warnings: [] }
}

const unescapePart = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~')

function readRow(path: readonly string[], value: unknown): SourceRecord {
  if (!isPlainObject(value)) return notAnObject(path, null)
  const { model, modelId = model, ...row } = value
  if (typeof modelId !== 'string')
    return unreadable(path, null, [{ path: ['modelId'], code: 'type', message: 'Expected the id of a model.' }])
  return { ...unreadable(path, modelId, []), adds: { to: path[0] === 'prices' ? 'prices' : 'aliases', row } }
}

/** The file of these models, one a line, by id. Reading it again gives the same models, and these the same file. */
export function writeOwnFormat(models: Iterable<Model>): string {
  const lines = [...models].sort((a, b) => (a.id < b.id ? -1 : 1)).map((model) => JSON.stringify(model))
  return `{"format":"${ownFormatName}","models":[${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n`}]}\n`
}
