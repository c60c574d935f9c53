import { type FlagProblem, isPlainObject } from '../../evaluation/faults.ts'
import type { AliasKind } from '../model.ts'

/** One model as a file has it, put into the words of `parseModel`, which then judges it. */
export interface SourceRecord {
  /** Null: the record does not say. */
  readonly id: string | null
  /** Input of `parseModel`; null: nothing could be made of it, and `problems` say why. */
  readonly input: Readonly<Record<string, unknown>> | null
  /** Where in the file it stands. */
  readonly path: readonly string[]
  /** The path in the file of what stands at a pointer of `input`. */
  readonly originOf: (pointer: string) => readonly string[]
  readonly problems: readonly SourceProblem[]
  readonly warnings: readonly string[]
  /** The record is no model: it adds a row to a list of the model `id`. */
  readonly adds?: { readonly to: 'aliases' | 'prices'; readonly row: unknown }
}

/** A fault of the record itself, at a path from its beginning. */
export interface SourceProblem extends Omit<FlagProblem, 'pointer' | 'code'> {
  readonly path: readonly string[]
  readonly code: string
}

/** A record that is nothing but its faults. */
export function unreadable(
  path: readonly string[],
  id: string | null,
  problems: readonly SourceProblem[],
): SourceRecord {
  return { id, input: null, path, originOf: () => [], problems, warnings: [] }
}

/** A record that only gives another one a name. */
export function otherName(
  path: readonly string[],
  id: string,
  row: { readonly alias: string; readonly kind: AliasKind },
): SourceRecord {
  return { ...unreadable(path, id, []), adds: { to: 'aliases', row } }
}

/** A record that has to be an object. */
export function notAnObject(path: readonly string[], id: string | null): SourceRecord {
  return unreadable(path, id, [{ path: [], code: 'type', message: 'Expected the model as an object.' }])
}

/** The members of something that may be no object. */
export const membersOf = (value: unknown): Readonly<Record<string, unknown>> => (isPlainObject(value) ? value : {})
