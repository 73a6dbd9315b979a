// GET /fieldlog/metrics: the gateway's health for Prometheus. Permission fieldlog.read. It is not /metrics, which an exporter of the
// user's own may have.
import type { ServerResponse } from 'node:http'
import type { NodeAPI } from 'node-red'
import { contentType, exposition } from '../../../lib/metrics/exposition.ts'
import { gatewayMetrics } from '../../../lib/metrics/gateway-metrics.ts'
import { factsOf } from './facts.ts'

export function serveMetrics(RED: NodeAPI): void {
  const mayRead = RED.auth.needsPermission('fieldlog.read')
  RED.httpAdmin.get('/fieldlog/metrics', mayRead, (_request: unknown, response: ServerResponse) => {
    const own = { uptime: Math.round(process.uptime()), memory: process.memoryUsage.rss() }
    response.setHeader('Content-Type', contentType)
    response.end(
      exposition(
        gatewayMetrics(
          factsOf(RED, () => null),
          own,
        ),
      ),
    )
  })
}
