import { AlertKeeper } from '../alerts/alert-keeper.ts'
import { CheckKeeper } from '../checklists/check-keeper.ts'
import type { Shell } from '../compose.ts'
import { alertRoutes } from '../http/routes/alerts.ts'
import { aroundRolloutRoutes } from '../http/routes/around-rollouts.ts'
import { configRoutes } from '../http/routes/config.ts'
import { metricsRoutes } from '../http/routes/metrics.ts'
import { observationRoutes } from '../http/routes/observations.ts'
import { rolloutRoutes } from '../http/routes/rollouts.ts'
import { DailyDigest } from '../notifications/daily-digest.ts'
import { ObservationPruner } from '../observations/observation-pruner.ts'
import { PrometheusMetrics } from '../metrics/prometheus.ts'
import type { ServerPart } from '../start-server.ts'
import { RolloutRunner } from './rollout-runner.ts'
import type { RunnerParts } from './runner-parts.ts'
import { StoreWatch } from './store-watch.ts'

/** Rollouts and observations as a part of the server: their routes, and the engine that lives beside them. */
export function rolloutPart(shell: Shell): ServerPart {
  const { hub } = shell
  const alerts = new AlertKeeper(shell)
  const parts: RunnerParts = {
    ...shell,
    rolloutAudience: {
      rollout: (environment, rollout) => {
        hub.publish(environment, 'rollout', rollout)
        void alerts.reconcile(rollout)
      },
      decision: (environment, decision) => hub.publish(environment, 'decision', decision),
    },
  }
  const runner = new RolloutRunner(parts)
  const watch = new StoreWatch(runner, parts)
  const checks = new CheckKeeper(runner, parts, { internalHosts: shell.config.internalHosts })
  const pruner = new ObservationPruner(shell)
  const digest = new DailyDigest({ ...shell, live: () => runner.live() })
  const prometheus = new PrometheusMetrics({ ...shell, live: () => runner.live() })
  return {
    routes: [
      ...rolloutRoutes(runner, parts),
      ...aroundRolloutRoutes(runner, parts),
      ...observationRoutes(runner, { ...parts, instances: shell.instances }),
      ...metricsRoutes({ ...parts, prometheus }),
      ...alertRoutes(alerts, shell.database),
      ...configRoutes(parts),
    ],
    async start() {
      await runner.start()
      for (const rollout of runner.live()) await alerts.reconcile(rollout)
      watch.start()
      checks.start()
      pruner.start()
      digest.start()
    },
    async stop() {
      pruner.stop()
      digest.stop()
      watch.stop()
      checks.stop()
      await runner.close()
      await alerts.settle()
    },
  }
}
