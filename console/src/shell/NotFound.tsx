import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'

/** An address that leads nowhere, with the way back. */
export function NotFound({ what, environment }: { what: string; environment: string }) {
  useEffect(() => {
    document.title = 'Not found · Sluice'
  }, [])
  return (
    <div className="pt-10">
      <h1 className="text-20 font-semibold wrap-anywhere" tabIndex={-1}>
        {what}
      </h1>
      <p className="mt-2">
        <Link className="link" to="/e/$env" params={{ env: environment }}>
          Rollouts of {environment}
        </Link>
      </p>
    </div>
  )
}
