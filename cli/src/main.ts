import { UsageError } from './command.ts'
import type { Output } from './command.ts'
import { commands } from './command-table.ts'
import { exitCodes } from './exit-codes.ts'

const output: Output = {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
  terminal: process.stdout.isTTY === true,
}

function help(): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return [
    'sluice: progressive delivery for AI features',
    '',
    ...lines,
    '',
    'sluice COMMAND --help shows how to use one.',
  ].join('\n')
}

async function main(args: readonly string[]): Promise<number> {
  if (args.length === 0 || args[0] === '--help' || args[0] === 'help') {
    output.out(help())
    return args.length === 0 ? exitCodes.usage : exitCodes.ok
  }
  const command = commands.find(({ name }) => name.split(' ').every((word, i) => args[i] === word))
  if (!command) {
    output.err(`There is no command "${args[0]}".\n\n${help()}`)
    return exitCodes.usage
  }
  const rest = args.slice(command.name.split(' ').length)
  if (rest.includes('--help')) {
    output.out(command.usage)
    return exitCodes.ok
  }
  try {
    return await command.run(rest, output)
  } catch (error) {
    const wrongCall =
      error instanceof UsageError ||
      (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
    output.err(error instanceof Error ? error.message : String(error))
    if (wrongCall) output.err(`\n${command.usage}`)
    return wrongCall ? exitCodes.usage : exitCodes.error
  }
}

// Who reads along may have seen enough: `sluice rollout history FLAG | head -3`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

process.exitCode = await main(process.argv.slice(2))
