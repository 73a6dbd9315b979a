import type { NodeAPI, NodeDef, NodeStatus } from 'node-red'
import type { LoggableMessage } from '../../lib/delivery/intake.ts'
import type { LogService } from '../../lib/delivery/log-service.ts'
import { inBackground } from '../../lib/kit/background.ts'
import { asError } from '../../lib/kit/errors.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import type { Words } from '../../lib/words/words.ts'
import { onInput, sender } from '../journal/direct.ts'
import type { JournalNode, LogNode } from '../journal/registry.ts'
import { limitErrors } from '../shared/limit-errors.ts'
import { showStatus } from '../shared/show-status.ts'
import type { Throttle } from '../shared/throttle.ts'
import { statusWords } from '../shared/words.ts'
import { deliveryLimits, type LogNodeOptions } from './settings.ts'
import { logStatus, waitingStatus } from './status.ts'
import { WaitingLines } from './waiting-lines.ts'

/** Where a node's messages go, and what ends that. */
interface Connection {
  taker: Pick<LogService, 'log'>
  close(): Promise<void>
}

interface UsableJournal {
  journal: JournalNode
  service: LogService
}

interface NoJournal {
  /** why, with what to do */
  problem: string
  /** for the status */
  short: string
}

/** Errors that may come with every message: told once a minute with their count. */
const frequent = new Set(['EVENT_DROPPED', 'EVENT_NOT_JSON', 'ENTRY_TOO_LONG', 'ENTRY_TOO_DEEP'])

export default function (RED: NodeAPI): void {
  const lines = new WaitingLines(RED)
  RED.nodes.registerType('fieldlog-log', function (this: LogNode, saved: LogNodeOptions & NodeDef) {
    RED.nodes.createNode(this, saved)
    const config = migrate('fieldlog-log', saved)
    const limits = deliveryLimits(config, (problem) => this.warn(`log: ${problem}`))
    this.timeLimit = limits.timeLimit
    this.window = limits.window
    this.on('close', limitErrors(this, frequent))
    const words = statusWords(RED, 'fieldlog-log')
    const journal = () => journalFor(RED.nodes.getNode(config.journal) as JournalNode | null, words)

    let connection: Connection
    const connect = (found: UsableJournal) => {
      const { service } = found
      const connected = logInto(RED, this, limits, found, words)
      connection = connected
      const waited = lines.take(this)
      if (!waited) return
      connected.taker = waited
      const emptied = () => {
        connected.taker = service
      }
      inBackground(waited.handOver(service, emptied))
    }
    const found = journal()
    if ('service' in found) connect(found)
    else {
      this.error(`log: ${found.problem}`)
      const look = () => {
        const later = journal()
        if ('service' in later) connect(later)
      }
      connection = waitForJournal(this, found, lines, look, words)
    }

    onInput(
      RED,
      this,
      (message, _send, done) => connection.taker.log(message as LoggableMessage, this.name ?? '', done),
      { startsPaths: true },
    )
    this.on('close', (done: () => void) => {
      connection
        .close()
        .catch((error: unknown) => this.error(asError(error).message))
        .finally(done)
    })
  })
}

function logInto(
  RED: NodeAPI,
  node: LogNode,
  limits: ReturnType<typeof deliveryLimits>,
  { journal, service }: UsableJournal,
  words: Words,
): Connection {
  const status = liveStatus(node, () => logStatus(service.state, words))
  journal.user = node
  journal.listener = {
    warn: (message) => node.warn(message),
    changed: status.changed,
    recovered: (salvages) => node.send([null, { topic: 'recovered', payload: salvages }]),
  }
  service.attach(sender(RED, node), limits)
  return {
    taker: service,
    async close() {
      status.stop()
      try {
        await service.detach()
      } finally {
        journal.user = undefined
        journal.listener = undefined
      }
    },
  }
}

/** @param look called when a deploy may have brought the journal */
function waitForJournal(
  node: LogNode,
  { problem, short }: NoJournal,
  lines: WaitingLines,
  look: () => void,
  words: Words,
): Connection {
  const line = lines.wait(node, problem, () => {
    look()
    if (!lines.has(node)) status.stop()
  })
  const status = liveStatus(node, () => waitingStatus(short, line, words))
  return {
    taker: line,
    async close() {
      status.stop()
      lines.leave(node)
    },
  }
}

/** What the journal has, it has without telling: so it is looked at each second. */
function liveStatus(node: LogNode, status: () => NodeStatus): Throttle {
  const shown = showStatus(node, status)
  shown.changed()
  const timer = setInterval(shown.changed, 1000)
  return {
    changed: shown.changed,
    stop() {
      clearInterval(timer)
      shown.stop()
    },
  }
}

/** The journal where it can be written to, else why not, with what to do. */
function journalFor(journal: JournalNode | null, words: Words): UsableJournal | NoJournal {
  if (!journal)
    return { short: words('noJournal'), problem: 'no journal to write to. Choose or add one in the panel.' }
  const { service, user } = journal
  if (!service) {
    const problem = 'its journal has wrong settings. Correct them in the panel.'
    return { short: words('journalWrong'), problem }
  }
  if (!user) return { journal, service }
  const problem = `the journal is used by the log node ${user.name || user.id} already: wire to that one, or choose another journal.`
  return { short: words('journalInUse', { name: user.name || 'log' }), problem }
}
