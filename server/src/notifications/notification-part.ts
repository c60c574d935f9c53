import type { Shell } from '../compose.ts'
import { channelRoutes } from '../http/routes/channels.ts'
import type { ServerPart } from '../start-server.ts'
import { Dispatcher } from './dispatcher.ts'

/** Channels as a part of the server: their routes, and what tells them. */
export function notificationPart(shell: Shell): ServerPart {
  const parts = { ...shell, post: { internalHosts: shell.config.internalHosts } }
  const dispatcher = new Dispatcher(parts)
  return {
    routes: channelRoutes(parts),
    start: () => dispatcher.start(),
    stop: () => dispatcher.stop(),
  }
}
