// GET /fieldlog/metrics: the gateway's health for Prometheus. Permission fieldlog.read. The appliance answers the same at /metrics
// (bin/node-red.ts); in a Node-RED of the user's own that address is left to his own exporters.
import type { ServerResponse } from 'node:http'
import type { NodeAPI } from 'node-red'
import { asError } from '../../../lib/kit/errors.ts'
import { contentType, exposition } from '../../../lib/metrics/exposition.ts'
import { gatewayMetrics } from '../../../lib/metrics/gateway-metrics.ts'
import type { DiskSpace } from '../../../lib/pages/disk-use.ts'
import { factsOf } from './facts.ts'

/** @param space of the disk that the journal is on */
export function serveMetrics(RED: NodeAPI, space: () => Promise<DiskSpace>): void {
  const mayRead = RED.auth.needsPermission('fieldlog.read')
  RED.httpAdmin.get('/fieldlog/metrics', mayRead, (_request: unknown, response: ServerResponse) => {
    metricsNow(RED, space).then(
      (text) => {
        response.setHeader('Content-Type', contentType)
        response.end(text)
      },
      (error: unknown) => {
        response.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8' })
        response.end(`The metrics could not be made: ${asError(error).message}\n`)
      },
    )
  })
}

async function metricsNow(RED: NodeAPI, space: () => Promise<DiskSpace>): Promise<string> {
  const disk = await space()
  const own = { uptime: Math.round(process.uptime()), memory: process.memoryUsage.rss(), disk }
  return exposition(
    gatewayMetrics(
      factsOf(RED, () => null),
      own,
    ),
  )
}
