import { createRequire } from 'node:module'

/** A module of Node itself, or an optional package, loaded when it is needed: Node's network and hashes alone take longer than all that a client does until its first answer. */
export const builtin: NodeJS.Require = createRequire(import.meta.url)
