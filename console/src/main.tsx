import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createQueryClient } from './api/query-client.ts'
import { router } from './router.tsx'
import './styles/index.css'

/** Several requests learn at once that the session is over; the first one takes the person away. */
function onSignedOut(): void {
  const { pathname, href } = router.state.location
  if (pathname === '/sign-in') return
  void router.navigate({ to: '/sign-in', search: { from: href }, replace: true })
}

createRoot(document.querySelector('#root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={createQueryClient(onSignedOut)}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
