import { SluiceError } from '@sluice/contract'

const longestUnitBytes = 1024

/** The edge takes no unit of more than 1 KiB; NUL and lone surrogates were refused with the body. */
export function checkUnit(context: Readonly<Record<string, unknown>>): void {
  const unit = Object.hasOwn(context, 'targetingKey') ? context['targetingKey'] : undefined
  if (typeof unit !== 'string') return
  const bytes = Buffer.byteLength(unit)
  if (bytes <= longestUnitBytes) return
  const message = `targetingKey has ${bytes} bytes; at most ${longestUnitBytes} are taken. Send an id, or a hash of what you have.`
  throw new SluiceError('INVALID_INPUT', message, {
    errors: [{ pointer: '/context/targetingKey', code: 'too_big', message }],
  })
}
