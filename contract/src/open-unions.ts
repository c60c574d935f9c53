import type { z } from 'zod'

type Issue = z.core.$ZodIssue

/**
 * Faults of a union in place of "it fits none of them": those of the form that comes closest, which is the one whose kind
 * of value it is. Where it is of no form's kind, the union's own fault stays.
 */
export function openUnions(issues: readonly Issue[]): readonly Issue[] {
  return issues.flatMap((issue): readonly Issue[] => {
    if (issue.code !== 'invalid_union') return [issue]
    const closest = issue.errors.find((faults) => faults.length > 0 && !faults.some(isOfAnotherKind))
    if (!closest) return [issue]
    return openUnions(closest.map((fault) => ({ ...fault, path: [...issue.path, ...fault.path] })))
  })
}

const isOfAnotherKind = ({ code, path }: Issue): boolean => code === 'invalid_type' && path.length === 0
