import { generateText } from 'ai'
import { openai } from './providers.ts'

export async function answer(user: string, prompt: string): Promise<string> {
  const { text } = await generateText({
    model: openai('old'),
    headers: { 'x-user': user },
    prompt,
  })
  return text
}
