import { quoted, typeOfValues } from './value-type.ts'

/** What codegen reads of a flag. */
export interface NamedFlag {
  readonly variants: Readonly<Record<string, unknown>>
  readonly description?: string | undefined
}

/** The declarations that give the SDK the keys, values and variants of these flags: the same text for the same flags. */
export function flagTypesText(flags: Readonly<Record<string, NamedFlag>>): string {
  const keys = Object.keys(flags).sort()
  const members = keys.map((key) => flagType(key, flags[key] as NamedFlag))
  return [
    '// Written by `sluice codegen`. Run it again when flags come or go; do not edit.',
    "import '@sluice/sdk/flags'",
    '',
    "declare module '@sluice/sdk/flags' {",
    '  interface FlagTypes {',
    ...members,
    '  }',
    '}',
    '',
  ].join('\n')
}

function flagType(key: string, { variants, description }: NamedFlag): string {
  const names = Object.keys(variants).map(quoted).join(' | ') || 'never'
  const comment = description ? [`    /** ${oneLine(description)} */`] : []
  const member = `    ${quoted(key)}: { value: ${typeOfValues(Object.values(variants))}; variant: ${names} }`
  return [...comment, member].join('\n')
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').replaceAll('*/', '* /').trim()
