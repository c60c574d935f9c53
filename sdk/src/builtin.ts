/**
 * A module of Node itself, loaded when it is needed: to import Node's files, network and hashes takes longer than all that a
 * client does until its first answer.
 */
export const builtin: typeof process.getBuiltinModule = process.getBuiltinModule
