import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { signIn } from '../../api/commands.ts'
import { Button } from '../../ui/Button.tsx'

/** The one-time link signs in by itself; else an admin key does. */
export function SignInPage() {
  const navigate = useNavigate()
  const [key, setKey] = useState('')
  const tried = useRef(false)
  const enter = useMutation({ mutationFn: signIn, onSuccess: () => navigate({ to: '/' }) })
  useEffect(() => {
    document.title = 'Sign in · Sluice'
    const token = new URLSearchParams(window.location.hash.slice(1)).get('token')
    if (token === null || tried.current) return
    tried.current = true
    window.history.replaceState(null, '', window.location.pathname)
    enter.mutate({ token })
  }, [enter])
  return (
    <main className="mx-auto max-w-[400px] px-4 pt-[16vh]">
      <h1 className="text-20 font-semibold">Sign in to Sluice</h1>
      {enter.error && (
        <p role="alert" className="mt-3 border-l-2 border-fail pl-3">
          {enter.error.message} A new link is printed whenever the server starts.
        </p>
      )}
      <form
        className="mt-4"
        onSubmit={(event) => {
          event.preventDefault()
          enter.mutate({ key })
        }}
      >
        <label className="block text-13 font-semibold">
          Admin key
          <input
            type="password"
            autoComplete="current-password"
            value={key}
            onChange={(event) => setKey(event.target.value)}
            className="mt-1 block w-full rounded-4 border border-edge bg-bg p-2 text-14 font-normal"
          />
        </label>
        <Button kind="primary" type="submit" className="mt-3 w-full" disabled={key === '' || enter.isPending}>
          Sign in
        </Button>
      </form>
      <p className="mt-4 text-13 text-muted">Or open the one-time link that the server printed when it started.</p>
    </main>
  )
}
