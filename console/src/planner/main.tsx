import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { PlannerPage } from './PlannerPage.tsx'
import '../styles/index.css'

const root = document.querySelector('#root')
if (root)
  createRoot(root).render(
    <StrictMode>
      <PlannerPage />
    </StrictMode>,
  )
