import { commands } from '@sluice/cli/commands'
import { exitCodes } from '@sluice/cli/exit-codes'
import { code, table } from './table.ts'

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'Done; nothing needs you.',
  error: 'It did not work. stderr says why.',
  usage: 'The command was called wrongly.',
  breached: 'A rollout was rolled back or has a breach; a check failed; something critical is open.',
  waiting: 'Something waits for a person.',
  timeout: 'The time of `watch` was up before anything was decided.',
  changes: 'There is a difference, and `--exit-code` or `--check` was asked for.',
}

/** Every command with the help that it prints. */
export function cliReference(): string {
  const parts = commands.map(({ name, summary, usage }) => {
    const title = `## sluice ${name}\n\n${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`
    return `${title}\n\n\`\`\`text\n${usage}\n\`\`\``
  })
  const codes = Object.entries(exitCodes).map(([name, value]) => [
    String(value),
    meanings[name as keyof typeof exitCodes],
  ])
  return `# Command line

\`npx sluice …\` in the folder of Sluice; with its \`node_modules/.bin\` in \`PATH\`, \`sluice …\` anywhere. \`SLUICE_URL\` says which server
(\`http://127.0.0.1:4400\`), \`SLUICE_KEY\` is an admin key. Results go to stdout, everything else to stderr; \`--json\` gives one JSON document.

${table(
  ['Command', 'What it does'],
  commands.map(({ name, summary }) => [`[${code(name)}](#sluice-${name.replaceAll(' ', '-')})`, summary]),
)}

## Exit codes

${table(['Code', 'Meaning'], codes)}

${parts.join('\n\n')}
`
}
