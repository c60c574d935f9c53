import { parseArgs } from 'node:util'
import type { Channel, Delivery } from '@sluice/contract'
import { UsageError } from '../command.ts'
import type { Command, Output } from '../command.ts'
import { connect } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'
import type { ExitCode } from '../exit-codes.ts'

const options = {
  env: { type: 'string' },
  name: { type: 'string' },
  events: { type: 'string' },
  token: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

const usage = `sluice channel ls
sluice channel add webhook URL                          the secret that signs is shown once
sluice channel add slack CHANNEL --token xoxb-…         the bot must be in the channel
sluice channel test|rm|deliveries ID

  --name NAME      what people call it
  --events LIST    such as rollout.rolled_back,alert.* (all of rollouts and alerts unless said)
  --env NAME       events of one environment only
  --json           JSON on stdout`

/** `sluice channel …`: who is told of events beside the console. */
export const channelCommand: Command = {
  name: 'channel',
  summary: 'tell webhooks and Slack of what happens',
  usage,
  options,
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options,
    })
    const [verb = '', first, second] = positionals
    const to = connect(undefined)
    const show = (value: unknown, text: string): ExitCode => {
      output.out(values.json ? JSON.stringify(value) : text)
      return exitCodes.ok
    }
    if (verb === 'ls') {
      const { items } = await to.request<{ items: Channel[] }>('GET', '/api/v1/channels')
      return show(
        { items },
        items.map(channelText).join('\n') || 'No channel yet. Next: sluice channel add webhook URL',
      )
    }
    if (verb === 'add') {
      const body = {
        ...target(first, second, values.token),
        name: values.name ?? second,
        ...(values.env === undefined ? {} : { environment: values.env }),
        ...(values.events === undefined ? {} : { events: values.events.split(',') }),
      }
      const channel = await to.request<Channel>('POST', '/api/v1/channels', body)
      const secret = channel.secret ? `\nSecret  ${channel.secret}   (shown only now)` : ''
      return show(channel, `${channelText(channel)}${secret}\nNext: sluice channel test ${channel.id}`)
    }
    if (first === undefined) throw new UsageError('Expected the id of a channel: sluice channel ls lists them.')
    const path = `/api/v1/channels/${encodeURIComponent(first)}`
    if (verb === 'rm') {
      await to.request('DELETE', path)
      return show({ removed: first }, `${first} hears nothing more.`)
    }
    if (verb === 'deliveries') {
      const { items } = await to.request<{ items: Delivery[] }>('GET', `${path}/deliveries`)
      return show({ items }, items.map(deliveryText).join('\n') || 'Nothing was sent yet.')
    }
    if (verb === 'test') return test(await to.request('POST', `${path}/test`), values.json, output)
    throw new UsageError(`There is no "sluice channel ${verb}".`)
  },
}

function target(kind: string | undefined, where: string | undefined, token: string | undefined) {
  if ((kind !== 'webhook' && kind !== 'slack') || where === undefined)
    throw new UsageError('Expected: sluice channel add webhook URL, or sluice channel add slack CHANNEL --token xoxb-…')
  if (kind === 'webhook') return { kind, url: where }
  if (token === undefined) throw new UsageError('Slack needs --token, the bot token of your app with chat:write.')
  return { kind, channel: where, token }
}

function test(answer: { delivered: boolean; error: string | null }, json: boolean, { out }: Output): ExitCode {
  out(json ? JSON.stringify(answer) : answer.delivered ? 'It arrived.' : `It did not arrive: ${answer.error}`)
  return answer.delivered ? exitCodes.ok : exitCodes.error
}

const channelText = ({ id, kind, name, environment, events, state }: Channel): string =>
  `${id}  ${kind}  ${name}  ${environment ?? 'all environments'}  ${events.join(', ')}${state === 'disabled' ? '  disabled: its receiver is gone' : ''}`

const deliveryText = ({ type, state, attempts, event, error, nextAttemptAt }: Delivery): string =>
  `${state}  ${type}  ${event}  ${attempts} ${attempts === 1 ? 'try' : 'tries'}${error ? `  ${error}` : ''}${nextAttemptAt ? `  again at ${nextAttemptAt}` : ''}`
