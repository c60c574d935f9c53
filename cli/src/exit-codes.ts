/** What a script learns from a command without reading its output. */
export const exitCodes = { ok: 0, error: 1, usage: 2, breached: 3, waiting: 4, timeout: 5, changes: 6 } as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
