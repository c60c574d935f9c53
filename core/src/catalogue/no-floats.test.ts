import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
/** Where money is worked out. */
const folders = ['core/src/catalogue', 'core/src/catalogue/import', 'server/src/catalogue', 'cli/src/model']
/** What would make a float of an amount, and the places where a number is no money or only shown. */
const floats = /parseFloat|toFixed|toPrecision|Math\.(?:round|floor|ceil)|Number\(/
const allowed: Readonly<Record<string, RegExp>> = {
  'decimal.ts': /Number\(exponentText\)/,
  'usage.ts': /Math\.round\(value \* 1000\)|Math\.floor\(value\)/,
  'check-model.ts': /Number\(\(\(rates\.after/,
  'shadow.ts': /Number\(\(\(b - a\)/,
  'guide-view.ts': /Number\(formatDecimal\(shown\)\)/,
  'instant.ts': /Math\.floor/,
  'litellm-prices.ts': /Number\(thousands\)|Number\([ab]\.startsWith/,
  'openrouter.ts': /Number\(value\) (?:=== -1|> 0)|Math\.floor\(expires\)/,
  'read-json.ts': /const number = Number\(digits\)/,
  'time-window.ts': /map\(Number\)/,
  'import-models.ts': /Math\.floor\(\(100 \* done\)/,
}

test('no float touches money', () => {
  const found = folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.ts') && !name.includes('.test'))
      .flatMap((name) =>
        readFileSync(join(root, folder, name), 'utf8')
          .split('\n')
          .filter((line) => floats.test(line) && !allowed[name]?.test(line))
          .map((line) => `${name}: ${line.trim()}`),
      ),
  )
  expect(found).toEqual([])
})
