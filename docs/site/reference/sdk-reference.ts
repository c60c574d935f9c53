import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseSync } from 'rolldown/utils'
import { code } from './table.ts'

/** An export with its comment and the line that declares it. */
interface Documented {
  readonly name: string
  readonly isType: boolean
  readonly comment: string
}

interface Parsed {
  readonly text: string
  readonly body: readonly Node[]
  readonly comments: readonly {
    readonly type: string
    readonly value: string
    readonly start: number
    readonly end: number
  }[]
}

/** As much of ESTree as exports need. */
interface Node {
  readonly type: string
  readonly start: number
  readonly exportKind?: string
  readonly source?: { readonly value: string } | null
  readonly declaration?: {
    readonly type: string
    readonly id?: { readonly name: string }
    readonly declarations?: readonly { readonly id: { readonly name: string } }[]
  } | null
  readonly specifiers?: readonly {
    readonly local: { readonly name: string }
    readonly exported: { readonly name: string }
  }[]
}

const parsed = new Map<string, Parsed>()

function parse(path: string): Parsed {
  const known = parsed.get(path)
  if (known) return known
  const text = readFileSync(path, 'utf8')
  const { program, comments } = parseSync(path, text) as unknown as {
    program: { body: Node[] }
    comments: Parsed['comments']
  }
  const file = { text, body: program.body, comments }
  parsed.set(path, file)
  return file
}

/** What a module exports, each with the comment at its declaration; those of the core, which lie behind `#…`, without. */
function exportsOf(path: string): Documented[] {
  return parse(path).body.flatMap((node): Documented[] => {
    const isType = node.exportKind === 'type'
    if (node.type === 'ExportAllDeclaration') return node.source ? exportsOf(fileOf(path, node.source.value)) : []
    if (node.type !== 'ExportNamedDeclaration') return []
    if (node.declaration)
      return declaredNames(node).map((name) => ({ name, isType: isTypeOnly(node), comment: commentAt(path, node) }))
    return (node.specifiers ?? []).map(({ local, exported }) => {
      const from = node.source?.value ?? ''
      const file = fileOf(path, from)
      const found =
        from.startsWith('.') && existsSync(file) ? exportsOf(file).find(({ name }) => name === local.name) : undefined
      return { name: exported.name, isType: isType || (found?.isType ?? false), comment: found?.comment ?? '' }
    })
  })
}

const fileOf = (path: string, source: string): string => join(dirname(path), source)
const isTypeOnly = ({ declaration }: Node): boolean =>
  declaration?.type === 'TSInterfaceDeclaration' || declaration?.type === 'TSTypeAliasDeclaration'

const declaredNames = ({ declaration }: Node): string[] =>
  declaration?.declarations?.map(({ id }) => id.name) ?? (declaration?.id ? [declaration.id.name] : [])

/** The text of the JSDoc that ends right before the node. */
function commentAt(path: string, { start }: Node): string {
  const { text, comments } = parse(path)
  const comment = comments.findLast(({ end }) => end <= start && text.slice(end, start).trim() === '')
  if (!comment?.value.startsWith('*')) return ''
  return comment.value
    .replaceAll(/^\s*\* ?/gm, '')
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ')
}

/** The SDK: what its own pages say, and everything that it exports. */
export function sdkReference(root: string): string {
  const folder = join(root, 'sdk')
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    exports: Record<string, { '@sluice/source'?: string }>
  }
  const parts = Object.entries(exports).flatMap(([name, { '@sluice/source': source }]) => {
    if (source === undefined) return []
    const all = exportsOf(join(folder, source))
    const lines = [
      ...all.filter(({ isType }) => !isType),
      ...all.filter(({ isType, comment }) => isType && comment !== ''),
    ]
    const items = lines.map(
      ({ name: exported, isType, comment }) =>
        `- ${code(exported)}${isType ? ' (type)' : ''}${comment === '' ? '' : `: ${comment}`}`,
    )
    return `### @sluice/sdk${name.slice(1)}\n\n${items.join('\n')}`
  })
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
    .replace(/^# .*$/m, '# SDK')
    .replace(/\nApache-2\.0\s*$/, '\n')
  return `${readme}\n## Exports\n\nThe types say more; your editor shows them.\n\n${parts.join('\n\n')}\n`
}
