import { createRequire } from 'node:module'

/** A module of Node itself, loaded when it is needed: together they take longer than all that a client does until its first answer. */
export const builtin: NodeJS.Require = createRequire(import.meta.url)
