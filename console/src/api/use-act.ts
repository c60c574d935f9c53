import { useMutation } from '@tanstack/react-query'
import { useRef } from 'react'

/**
 * Something a person does once. A second click before the answer changes nothing: the guard is a plain variable, because
 * the button is only disabled with the next frame.
 */
export function useAct<Input = void, Answer = unknown>(options: {
  readonly act: (input: Input) => Promise<Answer>
  readonly onSuccess?: (answer: Answer) => void
  readonly onError?: (error: Error) => void
}) {
  const isUnderWay = useRef(false)
  const mutation = useMutation({
    mutationFn: options.act,
    onSuccess: (answer) => options.onSuccess?.(answer),
    onError: (error: Error) => options.onError?.(error),
    onSettled: () => {
      isUnderWay.current = false
    },
  })
  const run = (input: Input): void => {
    if (isUnderWay.current) return
    isUnderWay.current = true
    mutation.mutate(input)
  }
  return { run, error: mutation.error, answer: mutation.data, isPending: mutation.isPending, isIdle: mutation.isIdle }
}
