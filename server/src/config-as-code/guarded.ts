import { SluiceError } from '@sluice/contract'
import type { FieldError } from '@sluice/contract'
import { pointerTo } from '../http/json-faults.ts'

/** Notes what a check refuses, with its place in the file, and goes on with the next. */
export function guarded<T>(path: readonly string[], faults: FieldError[], check: () => readonly T[]): readonly T[] {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    const at = pointerTo(path)
    const found = error.errors.length > 0 ? error.errors : [{ pointer: '', code: 'rule', message: error.message }]
    faults.push(...found.map((fault) => ({ ...fault, pointer: at + fault.pointer })))
    return []
  }
}
