import { readFileSync } from 'node:fs'

/** Lines of the story that the guide of a recipe tells, and that the recipe did not. A line may end in "…". */
export function untold(recipe: string, told: readonly string[]): readonly string[] {
  const guide = readFileSync(new URL(`../../docs/guides/${recipe}.md`, import.meta.url), 'utf8')
  const [, story = ''] = new RegExp(`\`\`\`text story=${recipe}\n([^\`]+)\n\`\`\``).exec(guide) ?? []
  const lines = story.split('\n')
  return lines.filter(
    (line) => !told.some((one) => (line.endsWith('…') ? one.startsWith(line.slice(0, -1)) : one === line)),
  )
}
