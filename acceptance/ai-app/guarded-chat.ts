import { generateText } from 'ai'
import { ai, openai } from './providers.ts'

export async function answer(user: string, prompt: string): Promise<string> {
  const { text } = await generateText({
    model: ai.model('chat-model', { targetingKey: user }, openai('old')),
    headers: { 'x-user': user },
    prompt,
  })
  return text
}
