import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { progressQuery } from '../../../api/model-import.ts'

const words = { reading: 'Reading', comparing: 'Comparing', writing: 'Writing', done: 'Done' } as const

/** Before it has arrived, a server knows nothing of a file. */
const patienceMs = 700

/** How far a plan or an import has come. */
export function Progress({ name }: { name: string | null }) {
  const [isAsking, setAsking] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setAsking(true), patienceMs)
    return () => clearTimeout(timer)
  }, [])
  const { data } = useQuery(progressQuery(isAsking ? name : null))
  const share = data && data.total > 0 ? data.done / data.total : undefined
  return (
    <div role="status" className="mt-4 max-w-[720px] text-13">
      <p>
        {data ? words[data.phase] : 'Sending the file'}
        {share === undefined ? ' …' : ` ${Math.round(share * 100)} %`}
      </p>
      <div className="mt-1 h-1 overflow-hidden rounded-4 bg-sunken">
        <div className="h-full bg-accent" style={{ width: `${(share ?? 0) * 100}%` }} />
      </div>
    </div>
  )
}
