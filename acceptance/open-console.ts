import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { launchBrowser } from './launch-browser.ts'
import { adminKey } from './running-server.ts'

export interface Look {
  readonly width: number
  readonly height: number
  readonly colorScheme: 'light' | 'dark'
}

const desk: Look = { width: 1440, height: 900, colorScheme: 'light' }
const phone: Look = { width: 360, height: 740, colorScheme: 'light' }
const dark = (look: Look): Look => ({ ...look, colorScheme: 'dark' })
/** Both themes on a desk and on a small phone; the first two meet each of them once. */
export const looks: readonly Look[] = [desk, dark(phone), phone, dark(desk)]

/** The console in a real browser. */
export interface Console {
  /** Everything any page has logged as an error, or thrown. */
  readonly errors: string[]
  /** A page of somebody who is not signed in. */
  newPage(look?: Look): Promise<Page>
  /** A new person's page, at the overview. */
  signedIn(look?: Look): Promise<Page>
  close(): Promise<void>
}

export async function openConsole(url: string): Promise<Console> {
  const browser = await launchBrowser()
  const errors: string[] = []
  const newPage = async ({ colorScheme, ...viewport }: Look = desk): Promise<Page> => {
    const page = await (await browser.newContext({ viewport, colorScheme })).newPage()
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    page.on('pageerror', (error) => errors.push(String(error)))
    return page
  }
  return {
    errors,
    newPage,
    async signedIn(look) {
      const page = await newPage(look)
      await page.goto(`${url}/sign-in`)
      await page.getByLabel('Admin key').fill(adminKey)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.waitForURL('**/e/demo')
      return page
    },
    close: () => browser.close(),
  }
}

/** What is wrong with a page as it stands: each rule of axe with its first offender, and anything wider than the window. */
export async function faultsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  return [
    ...violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`),
    ...(tooWide > 0 ? [`${tooWide} px wider than the window`] : []),
  ]
}
