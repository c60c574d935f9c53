import type { Command } from '../command.ts'

/** Runs one command as the shell would, and keeps what it wrote. */
export async function runCommand(command: Command, ...args: readonly string[]) {
  let [out, err] = ['', '']
  const output = {
    out: (text: string) => void (out += `${text}\n`),
    err: (text: string) => void (err += `${text}\n`),
    terminal: false,
  }
  return { code: await command.run(args, output), out, err }
}
