import { expect, test } from 'vitest'
import { createLogger } from './logger.ts'

function collect(level: 'debug' | 'warn' | 'silent', secrets: string[] = []) {
  const lines: string[] = []
  return { lines, logger: createLogger({ level, now: () => 0, secrets, write: (line) => void lines.push(line) }) }
}

test('a line is one JSON object with time, level and fields', () => {
  const { lines, logger } = collect('debug')
  logger.info('ready', { port: 4400 })
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    at: '1970-01-01T00:00:00.000Z',
    level: 'info',
    message: 'ready',
    port: 4400,
  })
})

test('below the level nothing is written', () => {
  const { lines, logger } = collect('warn')
  logger.debug('a')
  logger.info('b')
  logger.warn('c')
  expect(lines).toHaveLength(1)
})

test('control characters cannot forge a line or move a terminal', () => {
  const { lines, logger } = collect('debug')
  logger.info('a\nb\u001b[2Jc\u007fd\u009be\u2028f')
  // eslint-disable-next-line no-control-regex -- they are what must not be there
  expect(lines[0]).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028]/)
  expect(JSON.parse(lines[0] ?? '').message).toBe('a\nb\u001b[2Jc\u007fd\u009be\u2028f')
})

test('keys, the admin key and passwords do not appear', () => {
  const { lines, logger } = collect('debug', ['the-admin-key'])
  const key = `slc_srv_production_${'A'.repeat(45)}wxyz`
  logger.error('refused', { key, error: new Error(`with the-admin-key at postgres://me:secret@host/db`) })
  expect(lines[0]).toContain('slc_srv_production_…wxyz')
  expect(lines[0]).not.toMatch(/AAAA|the-admin-key|:secret@/)
})

test('an error brings its story and its cause', () => {
  const { lines, logger } = collect('debug')
  logger.error('failed', { error: new Error('outer', { cause: new TypeError('inner') }) })
  const { error } = JSON.parse(lines[0] ?? '')
  expect(error).toMatchObject({ name: 'Error', message: 'outer', cause: { name: 'TypeError', message: 'inner' } })
})
