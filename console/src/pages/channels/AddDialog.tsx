import type { Channel, ChannelInput } from '@sluice/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { ApiError } from '../../api/client.ts'
import { createChannel } from '../../api/commands.ts'
import { channelsQuery } from '../../api/queries.ts'
import { useAct } from '../../api/use-act.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Field } from '../../ui/Field.tsx'
import { Refused } from '../../ui/States.tsx'

interface Values {
  readonly kind: Channel['kind']
  readonly name: string
  readonly where: 'here' | 'everywhere'
  readonly url: string
  readonly token: string
  readonly channel: string
  readonly events: string
}

const empty: Values = { kind: 'webhook', name: '', where: 'here', url: '', token: '', channel: '', events: '' }

/** A webhook gets signed messages; Slack a bot's, into one conversation. */
export function AddDialog({
  environment,
  opener,
  onClose,
  onMade,
}: {
  environment: string
  opener: Element | null
  onClose: () => void
  onMade: (channel: Channel) => void
}) {
  const client = useQueryClient()
  const form = useForm<Values>({ defaultValues: empty })
  const create = useAct({
    act: () => createChannel(inputOf(form.getValues(), environment)),
    onSuccess: (channel) => {
      void client.invalidateQueries({ queryKey: channelsQuery.queryKey })
      onMade(channel)
      onClose()
    },
    onError: (error) => {
      if (!(error instanceof ApiError)) return
      for (const { pointer, message } of error.errors) {
        const field = pointer.split('/')[1]
        if (field !== undefined && field in empty) form.setError(field as keyof Values, { message })
      }
    },
  })
  const { errors } = form.formState
  const kind = form.watch('kind')
  const text = (name: 'name' | 'url' | 'token' | 'channel', label: string, hint?: string) => (
    <Field label={label} error={errors[name]?.message} {...(hint === undefined ? {} : { hint })} className="mt-3">
      {(tied) => (
        <input
          {...tied}
          {...form.register(name, { required: `${label} is needed.` })}
          type={name === 'token' ? 'password' : 'text'}
          autoComplete="off"
          className="field w-full"
        />
      )}
    </Field>
  )
  return (
    <Dialog title="Add a channel" isForm open opener={opener} onClose={onClose}>
      <form noValidate onSubmit={(event) => void form.handleSubmit(() => create.run())(event)}>
        <fieldset className="mt-3 flex gap-4 text-13">
          <legend className="sr-only">Kind</legend>
          {(['webhook', 'slack'] as const).map((value) => (
            <label key={value} className="flex items-center gap-2">
              <input type="radio" value={value} {...form.register('kind')} />{' '}
              {value === 'webhook' ? 'Webhook' : 'Slack'}
            </label>
          ))}
        </fieldset>
        {text('name', 'Name')}
        {kind === 'webhook' ? (
          text('url', 'Address', 'https, on the public internet; each message is signed')
        ) : (
          <>
            {text('token', 'Bot token', 'xoxb-…, with chat:write')}
            {text('channel', 'Conversation', 'The id of a conversation that the bot is in')}
          </>
        )}
        <Field label="Of what happens in" className="mt-3">
          {(tied) => (
            <select {...tied} className="field w-full" {...form.register('where')}>
              <option value="here">{environment}</option>
              <option value="everywhere">every environment</option>
            </select>
          )}
        </Field>
        <Field
          label="Events (may stay empty)"
          hint="Types such as rollout.rolled_back or alert.*, separated by commas; empty: rollouts and alerts"
          error={errors.events?.message}
          className="mt-3"
        >
          {(tied) => <input {...tied} {...form.register('events')} className="field w-full" autoComplete="off" />}
        </Field>
        <Refused error={create.error} />
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={create.isPending}>
            Add
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}

function inputOf({ kind, name, where, url, token, channel, events }: Values, environment: string): ChannelInput {
  const list = events
    .split(',')
    .map((event) => event.trim())
    .filter((event) => event !== '')
  const common = {
    name: name.trim(),
    environment: where === 'here' ? environment : null,
    ...(list.length === 0 ? {} : { events: list }),
  }
  if (kind === 'slack') return { kind, ...common, token: token.trim(), channel: channel.trim() }
  return { kind, ...common, url: url.trim() }
}
