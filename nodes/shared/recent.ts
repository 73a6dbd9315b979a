// The admin endpoint from which the panels get the last readings of a journal.
import type { Node, NodeAPI } from 'node-red'
import { systemDisk } from '../../lib/journal/disk/disk.ts'
import { asError } from '../../lib/kit/errors.ts'
import { isTurnLong, nextTurn } from '../../lib/kit/turns.ts'
import { problemOf, settingOf } from '../../lib/options/check.ts'
import { wholeNumber } from '../../lib/options/fields.ts'
import type { RecentReadings } from '../../lib/preview/reading.ts'
import { mostReadings, recentReadings } from '../../lib/preview/recent.ts'
import { type Response as Answer, type Request, refuse } from './express.ts'

/** One that is sent piece by piece. */
interface Response extends Answer {
  setHeader(name: string, value: string): void
  write(text: string): void
  end(text: string): void
}

const readingsPath = '/fieldlog/readings'
const limitField = wholeNumber({ title: 'limit', min: 1, max: mostReadings, default: 1_000 })
/** ms since 1970 */
const sinceField = wholeNumber({ title: 'since', min: 0, max: Number.MAX_SAFE_INTEGER, default: 0 })
/** characters of JSON that are sent at a time */
const pieceLength = 1 << 16

/** The part of a deployed `fieldlog-journal` that is used here. */
interface JournalPlace extends Node {
  directory?: string
}

/**
 * `GET /fieldlog/readings?journal=<config id>&limit=<n>&since=<ms>`, for users with the permission `fieldlog.read`:
 * the last n (1,000 by default, 50,000 at most) entries of a journal, by default of the first one of the flows, that
 * were received from a moment on, as `RecentReadings`. It reads the files beside the writer and changes nothing; it
 * ends where the one who asked goes away. 400 for a wrong limit or moment, 404 where there is no such journal, 500 with
 * what the disk said.
 */
export function serveRecentReadings(RED: NodeAPI): void {
  // One at a time: many panels that ask at once must not take the disk from the writer.
  let last: Promise<unknown> = Promise.resolve()
  RED.httpAdmin.get(
    readingsPath,
    RED.auth.needsPermission('fieldlog.read'),
    (request: Request, response: Response) => {
      const gone = new AbortController()
      response.on('close', () => gone.abort())
      last = last.then(() => answer(RED, request, response, gone.signal))
    },
  )
}

async function answer(
  RED: NodeAPI,
  { query }: Request,
  response: Response,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return
  try {
    const problem = problemOf(limitField, query.limit) ?? problemOf(sinceField, query.since)
    if (problem !== undefined) {
      refuse(response, 400, problem)
      return
    }
    const limit = settingOf(limitField, query.limit)
    const id = typeof query.journal === 'string' && query.journal !== '' ? query.journal : firstJournal(RED)
    const directory = id === undefined ? undefined : journalDirectory(RED, id)
    if (id === undefined || directory === undefined) {
      refuse(response, 404, 'there is no such journal among the deployed flows: deploy a log node first')
      return
    }
    const since = settingOf(sinceField, query.since)
    const found = await recentReadings(systemDisk, directory, limit, { since, signal })
    if (!signal.aborted) await sendInPieces({ journal: id, ...found }, response, signal)
  } catch (error) {
    refuse(response, 500, `the journal cannot be read: ${asError(error).message}`)
  }
}

/** Some megabytes of JSON at once would hold the event loop. */
async function sendInPieces(
  { readings, ...rest }: RecentReadings,
  response: Response,
  signal: AbortSignal,
): Promise<void> {
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  let piece = `${JSON.stringify(rest).slice(0, -1)},"readings":[`
  for (const [index, reading] of readings.entries()) {
    piece += `${index > 0 ? ',' : ''}${JSON.stringify(reading)}`
    if (piece.length < pieceLength) continue
    response.write(piece)
    piece = ''
    if (isTurnLong()) await nextTurn()
    if (signal.aborted) return
  }
  response.end(`${piece}]}`)
}

function firstJournal(RED: NodeAPI): string | undefined {
  const ids: string[] = []
  RED.nodes.eachNode((node) => {
    if (node.type === 'fieldlog-journal' && journalDirectory(RED, node.id) !== undefined) ids.push(node.id)
  })
  return ids[0]
}

function journalDirectory(RED: NodeAPI, id: string): string | undefined {
  const node = RED.nodes.getNode(id) as JournalPlace | null
  return node?.type === 'fieldlog-journal' ? node.directory : undefined
}
