// What was derived from the journal: messages that wait for a broker, or were refused, and the store.
import { join } from 'node:path'
import { readCheckpoint } from '../../delivery/progress/audit.ts'
import { StoreFile } from '../../history/query/read/store-file.ts'
import { systemDisk } from '../../journal/disk/disk.ts'
import { verifyJournal } from '../../journal/inspect/verify.ts'
import { journalPaths } from '../../journal/read/catalog.ts'
import { asError, errorCode } from '../../kit/errors.ts'
import { count, counted } from '../text.ts'
import { type Finding, sayOf } from './finding.ts'
import type { Machine } from './machine.ts'
import { journalsOf, nodesOf, propertyOf, type Site } from './site.ts'

const many = 10_000

/** The outbox of each broker that was ever sent to, and what it refused. */
export async function outboxes({ home }: Site, machine: Machine): Promise<Finding[]> {
  const say = sayOf('outbox')
  const folder = join(home, 'outbox')
  const findings: Finding[] = []
  for (const name of (await machine.list(folder).catch(() => [])).sort()) {
    const path = join(folder, name)
    const { waiting, problem } = await waitingIn(path)
    const refused = await waitingIn(join(path, 'refused'))
    const says = `${name}: ${counted(waiting, 'message')} ${waiting === 1 ? 'waits' : 'wait'}, ${count(refused.waiting)} refused`
    findings.push(
      waiting < many
        ? say.ok(says)
        : say.warning(says, 'see what is said of the broker; they are sent in order once it takes them'),
    )
    for (const text of [problem, refused.problem]) {
      if (text === undefined) continue
      const advice = 'what cannot be read there is in the journal, and can be sent again: fieldlog replay'
      findings.push(say.warning(`${path}: ${text}`, advice))
    }
    if (refused.waiting > 0)
      findings.push(
        say.warning(
          `${name}: the broker can never take ${counted(refused.waiting, 'message')} as they are`,
          'fieldlog refused says why, and sends them again once that is mended',
        ),
      )
  }
  return findings
}

/** An outbox is a journal with a checkpoint up to which its messages are acknowledged. */
async function waitingIn(directory: string): Promise<{ waiting: number; problem: string | undefined }> {
  if ((await journalPaths(systemDisk, directory)).length === 0) return { waiting: 0, problem: undefined }
  const checkpoint = await readCheckpoint(systemDisk, directory)
  const { lastSeq, problems } = await verifyJournal(systemDisk, directory, { newest: 1 })
  const { seq = 0, above = [] } = checkpoint ?? {}
  // of these every second length counts messages that are acknowledged, too
  const beyond = above.reduce((sum, length, index) => sum + (index % 2 === 1 ? length : 0), 0)
  return { waiting: Math.max(0, lastSeq - seq - beyond), problem: problems[0]?.text }
}

/** The database of each store of the flow. */
export async function stores(site: Site): Promise<Finding[]> {
  const say = sayOf('store')
  const beside = join(journalsOf(site)[0]!, '..', 'store', 'fieldlog.sqlite')
  return nodesOf(site, 'fieldlog-store').map((node) => {
    const file = propertyOf(site, node, 'file')
    const path = file === '' ? beside : join(file.startsWith('/') ? '' : site.home, file)
    const store = new StoreFile(path)
    try {
      const upTo = store.ask((open) => open.first("SELECT value FROM meta WHERE key = 'upTo'")?.[0])
      return say.ok(`${path} can be read, and has all up to entry ${count(Number(upTo ?? 0))}`)
    } catch (error) {
      if (errorCode(error) === undefined) throw error
      return say.warning(
        `${path}: ${asError(error).message}`,
        'nothing is lost, for it is made of the journal: the gateway makes it when it starts; fieldlog rebuild makes it anew',
      )
    } finally {
      store.close()
    }
  })
}
