// The pages below `/fieldlog/` and their interface. They are there as soon as the package is loaded, whatever the flows hold:
// the pages themselves say which node to add.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { NodeAPI } from 'node-red'
import { systemDisk } from '../../../lib/journal/disk/disk.ts'
import { type CheckInterval, checkIntervals } from '../../../lib/journal/inspect/check-interval.ts'
import { inBackground } from '../../../lib/kit/background.ts'
import { idleClock } from '../../../lib/kit/clock.ts'
import { packageRoot } from '../../../lib/package.ts'
import { spaceOf } from '../../../lib/pages/disk-use.ts'
import type { Facts } from '../../../lib/pages/facts.ts'
import { JournalChecks } from '../../../lib/pages/journal-checks.ts'
import { JournalFiles } from '../../../lib/pages/journal-files.ts'
import { LiveFeed } from '../../../lib/pages/live-feed.ts'
import { machineStatus } from '../../../lib/pages/machine.ts'
import { StaticFiles } from '../../../lib/pages/static-files.ts'
import { lookInterval, StatusBook } from '../../../lib/pages/status-book.ts'
import { onFlows } from '../../shared/flows.ts'
import { serveApi } from './api.ts'
import { factsOf } from './facts.ts'
import { Histories } from './histories.ts'
import { serveMetrics } from './metrics.ts'

/** What Express adds: the address below where it is mounted. */
interface PageRequest extends IncomingMessage {
  path: string
  originalUrl: string
}

export default function (RED: NodeAPI): void {
  const histories = new Histories(RED)
  const files = new JournalFiles(systemDisk, idleClock)
  const checks = new JournalChecks({ every: checkInterval(), disk: systemDisk, clock: idleClock })
  const facts = () => factsOf(RED, (directory) => checks.lastOf(directory))
  const space = ({ journals }: Facts) => {
    return firstSpace([...journals.map(({ directory }) => directory), userDirectory(RED)])
  }
  const book = new StatusBook({
    facts,
    space,
    files: (directory) => files.report(directory),
    machine: machineStatus,
    uptime: () => process.uptime() * 1000,
    clock: idleClock,
  })
  const status = () => book.status()
  const feed = new LiveFeed({
    store: () => histories.store,
    history: () => histories.history,
    status,
    clock: idleClock,
  })
  serveApi(RED, { histories, status, feed })
  serveMetrics(RED, () => space(facts()))
  servePages(RED)

  let stopTimer = () => {}
  const look = () => {
    stopTimer()
    stopTimer = idleClock.after(lookInterval, look)
    inBackground(book.look())
    const journals = facts().journals.map(({ directory, state }) => ({
      directory,
      checkpoint: state.delivery?.checkpoint,
    }))
    inBackground(checks.look(journals))
  }
  onFlows(RED.events, {
    started: look,
    stopping({ isDeploy }) {
      if (isDeploy) return
      stopTimer()
      feed.close()
      histories.close()
      checks.close()
    },
  })
}

/** The appliance has looked at the variable; in another Node-RED what is not understood is as what is not set. */
function checkInterval(): CheckInterval {
  return checkIntervals.find((each) => each === process.env.FIELDLOG_VERIFY) ?? 'daily'
}

/** Addresses that no file has are left to other routes: admin endpoints have theirs below `/fieldlog/`, too. */
function servePages(RED: NodeAPI): void {
  // read when the first one comes: most starts see none
  let files: StaticFiles | undefined
  RED.httpAdmin.use('/fieldlog', (request: PageRequest, response: ServerResponse, next: () => void) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next()
    const [address = '', query] = request.originalUrl.split('?')
    if (request.path === '/' && !address.endsWith('/')) {
      response.writeHead(308, { location: `fieldlog/${query === undefined ? '' : `?${query}`}` }).end()
      return
    }
    files ??= new StaticFiles(join(packageRoot, 'dist/pages'))
    const answer = files.answer(request.path, request.headers)
    if (!answer) return next()
    for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value!)
    response.writeHead(answer.status).end(request.method === 'HEAD' ? undefined : answer.body)
  })
}

function userDirectory({ settings }: NodeAPI): string {
  return settings.userDir ?? process.cwd()
}

/** Of the first directory that is there. */
async function firstSpace(directories: readonly string[]) {
  for (const directory of directories) {
    try {
      return await spaceOf(directory)
    } catch {
      // not made yet
    }
  }
  return { free: 0, total: 0 }
}
