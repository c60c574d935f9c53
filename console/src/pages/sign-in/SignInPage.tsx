import { useNavigate, useRouter } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { signIn } from '../../api/commands.ts'
import { useAct } from '../../api/use-act.ts'
import { Button } from '../../ui/Button.tsx'
import { Refused } from '../../ui/States.tsx'

/** The one-time link signs in by itself; else an admin key does. Then it goes on where the session had ended. */
export function SignInPage({ goOn }: { goOn: string | undefined }) {
  const navigate = useNavigate()
  const router = useRouter()
  const [key, setKey] = useState('')
  const tried = useRef(false)
  const enter = useAct({
    act: signIn,
    onSuccess: () => {
      if (goOn === undefined) void navigate({ to: '/', replace: true })
      else router.history.replace(goOn)
    },
  })
  useEffect(() => {
    document.title = 'Sign in · Sluice'
    const token = new URLSearchParams(window.location.hash.slice(1)).get('token')
    if (token === null || tried.current) return
    tried.current = true
    window.history.replaceState(null, '', window.location.pathname)
    enter.run({ token })
  }, [enter])
  return (
    <main className="mx-auto max-w-[400px] px-4 pt-[16vh]">
      <h1 className="text-20 font-semibold">Sign in to Sluice</h1>
      {goOn !== undefined && !enter.error && (
        <p className="mt-2 text-muted">You are not signed in, or no longer. Then it goes on where you were.</p>
      )}
      <Refused error={enter.error} />
      <form
        className="mt-4"
        onSubmit={(event) => {
          event.preventDefault()
          enter.run({ key: key.trim() })
        }}
      >
        <label className="block text-13 font-semibold">
          Admin key
          <input
            type="password"
            autoComplete="current-password"
            value={key}
            onChange={(event) => setKey(event.target.value)}
            className="field mt-1 block w-full font-normal"
          />
        </label>
        <Button kind="primary" type="submit" className="mt-3 w-full" disabled={key.trim() === '' || enter.isPending}>
          Sign in
        </Button>
      </form>
      <p className="mt-4 text-13 text-muted">
        Or open the one-time link that the server printed when it started; each start prints a new one.
      </p>
    </main>
  )
}
