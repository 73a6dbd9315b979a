// The admin endpoint from which the panel learns what was heard.
import type { NodeAPI } from 'node-red'
import type { SeriesReport } from '../../lib/devices/watch/device-watch.ts'
import type { Response } from '../shared/express.ts'
import { watchedDevices } from './registry.ts'

/** Answer of `GET /fieldlog/devices`. */
export interface DevicesReport {
  /** the gateway's wall clock, ms since 1970 UTC */
  now: number
  /** the latest first */
  heard: SeriesReport[]
}

const day = 86_400_000

/** `GET /fieldlog/devices` (permission `fieldlog.read`): what was heard in the last day, as `DevicesReport`. */
export function serveDevices(RED: NodeAPI): void {
  RED.httpAdmin.get(
    '/fieldlog/devices',
    RED.auth.needsPermission('fieldlog.read'),
    (_request: unknown, response: Response) => {
      const now = Date.now()
      const heard = watchedDevices(RED).filter(({ lastHeard }) => lastHeard > now - day)
      response.json({ now, heard } satisfies DevicesReport)
    },
  )
}
