import type { FieldError } from '@sluice/contract'
import { createContext, useContext } from 'react'
import { ApiError } from '../api/client.ts'

/** What the server found wrong with what a form sent, by RFC 6901 pointers into that. */
export const Faults = createContext<readonly FieldError[]>([])

export const faultsOf = (error: Error | null): readonly FieldError[] => (error instanceof ApiError ? error.errors : [])

/** The server's sentence about a field, or about something inside it. */
export function useFault(): (pointer: string) => string | undefined {
  const faults = useContext(Faults)
  return (pointer) =>
    faults.find((fault) => fault.pointer === pointer || fault.pointer.startsWith(`${pointer}/`))?.message
}

/** A name as a part of a pointer. */
export const pointerPart = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')
