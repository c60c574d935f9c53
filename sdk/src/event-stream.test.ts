import { describe, expect, test } from 'vitest'
import { readEventStream } from './event-stream.ts'

async function read(bytes: Uint8Array, step: number) {
  async function* chunks() {
    for (let from = 0; from < bytes.length; from += step) yield bytes.subarray(from, from + step)
  }
  const events = []
  for await (const event of readEventStream(chunks(), () => {})) events.push(event)
  return events
}

const stream = (lineEnd: string) =>
  new TextEncoder().encode(
    [
      ': a comment',
      'id: e1-7',
      'event: put',
      'data: {"ü":"日本😀"}',
      '',
      'data:one',
      'data: two',
      'retry: 5',
      '',
      'event: nothing without data',
      '',
      'event: ping',
      'data: {}',
      '',
      'data: never finished',
    ].join(lineEnd),
  )

describe('readEventStream', () => {
  test('reads the same events however lines end and however bytes are cut', async () => {
    const expected = [
      { event: 'put', data: '{"ü":"日本😀"}', id: 'e1-7' },
      { event: 'message', data: 'one\ntwo', id: 'e1-7' },
      { event: 'ping', data: '{}', id: 'e1-7' },
    ]
    for (const lineEnd of ['\n', '\r\n', '\r'])
      for (const step of [1, 2, 3, 7, 1000]) expect(await read(stream(lineEnd), step)).toEqual(expected)
  })
})
