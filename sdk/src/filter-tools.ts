/** Keeps the tools that `isOffered` by name; a list stays a list, an object an object. */
export function filterTools<T extends object>(tools: T, isOffered: (name: string) => boolean): T {
  if (Array.isArray(tools)) return tools.filter((tool) => isOffered(nameOf(tool))) as unknown as T
  return Object.fromEntries(Object.entries(tools).filter(([name]) => isOffered(name))) as T
}

/** OpenAI's chat completions nest the name; its responses and Anthropic do not. */
function nameOf(tool: { name?: unknown; function?: { name?: unknown } } | null): string {
  const name = tool?.name ?? tool?.function?.name
  return typeof name === 'string' ? name : ''
}
