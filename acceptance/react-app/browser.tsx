import { StrictMode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { createClient } from '@sluice/sdk/browser'
import type { BrowserOptions } from '@sluice/sdk/browser'
import { App, renders } from './App.tsx'

declare const options: BrowserOptions

const sluice = createClient(options)
const faults: string[] = []
Object.assign(globalThis, { sluice, renders, faults })
// Late, as on a slow page: by now the flags are newer than what was rendered.
await sluice.ready()
hydrateRoot(
  document.getElementById('root') as HTMLElement,
  <StrictMode>
    <App client={sluice} />
  </StrictMode>,
  { onRecoverableError: (error) => faults.push(String(error)) },
)
