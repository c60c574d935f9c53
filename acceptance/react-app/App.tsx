import { Feature, SluiceProvider, useDetails, useFlag, useSluiceStatus, useValue, useVariant } from '@sluice/sdk/react'
import type { SluiceProviderProps } from '@sluice/sdk/react'
import type { ReactNode } from 'react'

/** How often each part has rendered. */
export const renders: Record<string, number> = {}
const count = (part: string): void => void (renders[part] = (renders[part] ?? 0) + 1)

export function App(provider: SluiceProviderProps): ReactNode {
  return (
    <SluiceProvider {...provider}>
      <Checkout />
      <Limits />
      <Feature flag="banner" fallback={<p id="banner">no banner</p>}>
        <p id="banner">banner</p>
      </Feature>
      <Status />
    </SluiceProvider>
  )
}

export function Checkout(): ReactNode {
  count('checkout')
  const isNew = useFlag('checkout')
  return <p id="checkout">{isNew ? 'new checkout' : 'old checkout'}</p>
}

function Limits(): ReactNode {
  count('limits')
  const { max } = useValue('limits', { max: 0 })
  const { variant, reason } = useDetails('limits', { max: 0 })
  return <p id="limits">{`${max} ${useVariant('limits', 'none')} ${variant} ${reason}`}</p>
}

function Status(): ReactNode {
  const { state } = useSluiceStatus()
  return <p id="status">{state}</p>
}
