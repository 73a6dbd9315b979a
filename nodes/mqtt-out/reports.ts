// A node whose payload is a report of time events: its reporter, and what the log node in front allows.
import { join } from 'node:path'
import type { Node, NodeAPI } from 'node-red'
import { inBackground } from '../../lib/kit/background.ts'
import { systemClock } from '../../lib/kit/clock.ts'
import { reportLimits } from '../../lib/mqtt/report/report-limits.ts'
import { unknownText } from '../../lib/mqtt/report/report-payload.ts'
import { ReportStore } from '../../lib/mqtt/report/report-store.ts'
import { reportTopic } from '../../lib/mqtt/report/report-topic.ts'
import { Reporter, type ReportSettings } from '../../lib/mqtt/report/reporter.ts'
import type { Session } from '../../lib/mqtt/session/session.ts'
import { machineMonotonic } from '../../lib/time-events/wire/monotonic.ts'
import { limitsBefore } from '../clean/upstream.ts'
import { onFlows } from '../shared/flows.ts'
import type { MqttOutSettings } from './options.ts'
import { folderName, outboxDirectory } from './sessions.ts'

/** @throws Error in words when the topic cannot be used */
export function reportSettings(settings: MqttOutSettings, gateway: string): ReportSettings {
  const { topic, qos, retain, expiry, nodeId = gateway, compressed } = settings
  const { firmware = unknownText, location = unknownText } = settings
  return {
    ...{ topic: reportTopic(topic, gateway), qos, retain, expiry, compressed },
    identity: { nodeId, firmware, locationId: location },
  }
}

/** Where the reports of a node are, beside the outbox of its broker. */
function reportDirectory(RED: NodeAPI, brokerId: string, nodeId: string): string {
  return join(outboxDirectory(RED, brokerId), 'reports', folderName(nodeId))
}

export interface OpenReporter {
  reporter: Reporter
  close(): Promise<void>
}

export function openReporter(
  RED: NodeAPI,
  node: Node,
  session: Session,
  settings: MqttOutSettings,
  form: ReportSettings,
): OpenReporter {
  const { reportInterval } = settings
  const warn = (text: string) => node.warn(text)
  const directory = reportDirectory(RED, settings.broker, node.id)
  const problem = (text: string | undefined) => {
    if (text !== undefined) warn(`mqtt out: reports wait: ${text}`)
  }
  const reporter = new Reporter(form, reportLimits(reportInterval), {
    ...{ session, store: new ReportStore({ directory }, { problem }), clock: systemClock, warn },
    now: () => ({ wall: Date.now(), monotonic: machineMonotonic() }),
  })
  inBackground(reporter.open())
  const forgetFlows = onFlows(RED.events, {
    started() {
      const before = limitsBefore(RED, node.id)
      const limits = reportLimits(reportInterval, before)
      reporter.limit(limits)
      if (limits.age < reportInterval * 1000) {
        warn(
          `mqtt out: reports are closed after ${limits.age / 1000} s instead of ${reportInterval}, because the log node gives up on an ` +
            `event that is held for ${before.timeLimit} s: raise the time limit there, or lower the interval.`,
        )
      }
    },
  })
  return {
    reporter,
    close() {
      forgetFlows()
      return reporter.close()
    },
  }
}
