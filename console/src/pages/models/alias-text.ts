import type { Alias, AliasKind } from '@sluice/core/catalogue'
import { aliasKinds } from './vocabulary.ts'

const dated = /-\d{4}-?\d{2}-?\d{2}$/

/** Other names as a form shows them, a line each: `gpt-4o-2024-08-06 dated`, with when it begins where that is known. */
export const aliasText = (aliases: readonly Alias[]): string =>
  aliases.map(({ alias, kind, validFrom }) => [alias, kind, validFrom].filter(Boolean).join(' ')).join('\n')

/** The way back. A name without a kind that ends in a date is `dated`, any other `upstream`. */
export function readAliases(text: string): Alias[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([alias]) => alias !== '')
    .map(([alias = '', kind, validFrom]) => ({
      alias,
      kind: isKind(kind) ? kind : dated.test(alias) ? 'dated' : 'upstream',
      ...(validFrom === undefined ? {} : { validFrom }),
    }))
}

const isKind = (text: string | undefined): text is AliasKind => (aliasKinds as readonly unknown[]).includes(text)
