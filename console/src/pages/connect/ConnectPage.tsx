import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { createFlag, createServerKey } from '../../api/commands.ts'
import { flagsQuery, instancesQuery, keysQuery } from '../../api/queries.ts'
import { useAct } from '../../api/use-act.ts'
import { formatAge } from '../../format/time.ts'
import { Button } from '../../ui/Button.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { Keys } from './Keys.tsx'
import { Refused } from '../../ui/States.tsx'
import { useNow } from '../../ui/use-now.ts'

const flagKey = 'my-first-flag'

const snippet = (url: string, key: string): string => `import { createClient } from '@sluice/sdk'

const sluice = createClient({
  url: '${url}',
  key: '${key}',
})
await sluice.ready()

for (let i = 1; i <= 50; i++) {
  const answer = await sluice.run('${flagKey}', { targetingKey: \`user_\${i}\` }, {
    on: () => 'the new way',
    off: () => 'the way it was',
  })
  console.log(\`user_\${i}\`, answer)
}
await sluice.close()
`

/** From nothing to a guarded call in a stranger's own code. */
export function ConnectPage({ environment }: { environment: string }) {
  const now = useNow()
  const client = useQueryClient()
  const key = useAct({
    act: () => createServerKey(environment),
    onSuccess: () => void client.invalidateQueries({ queryKey: keysQuery.queryKey }),
  })
  const flags = useQuery(flagsQuery(environment))
  const flag = useAct({
    act: () => createFlag(environment, flagKey),
    onSuccess: () => void flags.refetch(),
  })
  const instances = useQuery(instancesQuery(environment))
  const newest = instances.data?.items.toSorted((a, b) => b.lastSeenAt.localeCompare(a.lastSeenAt))[0]
  const hasFlag = flags.data?.items.some(({ key: known }) => known === flagKey) ?? false
  const url = window.location.origin
  return (
    <div className="max-w-[760px] pt-6">
      <PageHeader title="Connect your application" place={environment} />
      <ol className="mt-4 space-y-6">
        <li>
          <h2 className="font-semibold">1. Install the SDK of this very server</h2>
          <Code text={`npm i ${url}/sdk.tgz`} />
        </li>
        <li>
          <h2 className="font-semibold">2. Make a flag and a key</h2>
          <div className="mt-2 flex flex-wrap gap-2">
            <Button onClick={() => flag.run()} disabled={hasFlag || flag.isPending}>
              {hasFlag ? `✔ ${flagKey} is there` : `Create ${flagKey}`}
            </Button>
            <Button kind="primary" onClick={() => key.run()} disabled={key.isPending}>
              {key.answer ? 'Make another key' : `Make a server key for ${environment}`}
            </Button>
          </div>
          <Refused error={key.error ?? flag.error} />
          {key.answer && (
            <p className="mt-2 text-13 text-muted">The key is shown this once; it stands in the code below.</p>
          )}
        </li>
        <li>
          <h2 className="font-semibold">3. Guard a call: save as app.mjs, run node app.mjs</h2>
          <Code text={snippet(url, key.answer?.secret ?? 'slc_srv_… (make a key above)')} />
        </li>
      </ol>
      <p className={`mt-6 text-16 ${newest ? 'text-ok' : 'text-muted'}`} aria-live="polite">
        {newest
          ? `✔ Received from ${newest.sdk}, ${formatAge(newest.lastSeenAt, now)}`
          : '◌ Waiting for the first call …'}
      </p>
      <Keys environment={environment} now={now} />
    </div>
  )
}

function Code({ text }: { text: string }) {
  const [copied, setCopied] = useState(false)
  return (
    <div className="relative mt-2">
      <pre tabIndex={0} className="overflow-x-auto rounded-4 bg-sunken p-3 pr-20 font-mono text-13">
        {text}
      </pre>
      <Button
        className="absolute top-2 right-2"
        onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
      >
        {copied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  )
}
