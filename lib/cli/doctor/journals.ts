// The journals: the chain of their last files, what they note of troubles, and how far the flow is.
import { readCheckpoint } from '../../delivery/progress/audit.ts'
import { openText } from '../../journal/archive/open-text.ts'
import { systemDisk } from '../../journal/disk/disk.ts'
import { verifyJournal } from '../../journal/inspect/verify.ts'
import { readCatalog } from '../../journal/read/catalog.ts'
import { readJournal } from '../../journal/read/reader.ts'
import { ageText } from '../../kit/age.ts'
import { asError, errorCode } from '../../kit/errors.ts'
import { count } from '../text.ts'
import { type Finding, sayOf } from './finding.ts'
import type { Machine } from './machine.ts'
import { journalsOf, type Site } from './site.ts'

/** Files that are looked at, the newest; `fieldlog verify` reads all. */
const newest = 2
/** ms that an entry may be ahead of the clock: that much clocks differ */
const leeway = 60_000

const say = sayOf('journal')

/** What the newest files say. */
interface Recent {
  /** how often each kind of notice is there */
  notices: Map<string, number>
  /** the time of the last entry, ms since 1970 */
  last: number | undefined
}

export async function journals(site: Site, machine: Machine): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const directory of journalsOf(site)) {
    try {
      findings.push(...(await journalIn(directory, machine)))
    } catch (error) {
      if (errorCode(error) === undefined) throw error
      findings.push(
        say.fault(
          `${directory} cannot be read: ${asError(error).message}`,
          'is it the right user (sudo), and is the disk in order?',
        ),
      )
    }
  }
  return findings
}

async function journalIn(directory: string, { clock }: Machine): Promise<Finding[]> {
  const { files } = await readCatalog(systemDisk, directory, openText(systemDisk, directory))
  if (files.length === 0)
    return [
      say.warning(
        `${directory} is empty`,
        'nothing was ever logged there: has the gateway run, and is the home right?',
      ),
    ]
  const checkpoint = await readCheckpoint(systemDisk, directory)
  const { problems, lastSeq } = await verifyJournal(systemDisk, directory, {
    checkpoint: checkpoint?.seq,
    newest,
  })
  const recent = await recentIn(directory, files.at(-newest)?.firstSeq ?? 1)
  const [problem] = problems
  const age = recent.last === undefined ? '' : `, the last one ${ageText(clock.wall() - recent.last)} ago`
  const findings = [
    problem === undefined
      ? say.ok(`${directory}: ${count(lastSeq)} entries${age}; the chain of its newest files is whole`)
      : say.fault(
          `${directory}: ${problem.file}: ${problem.text}`,
          `see all of it by fieldlog verify --all ${directory}; a good copy of the file, from a backup, takes its place while the gateway is stopped`,
        ),
  ]
  if (recent.last !== undefined && recent.last > clock.wall() + leeway)
    findings.push(
      sayOf('clock').fault(
        `the clock is behind the journal: the last entry is of ${new Date(recent.last).toISOString()}`,
        'set the clock (sudo timedatectl set-ntp true); fieldlog clock says what the journal makes of it',
      ),
    )
  if (checkpoint && lastSeq > checkpoint.seq)
    findings.push(
      say.ok(`the flow is done with all but the newest ${count(lastSeq - checkpoint.seq)} entries`),
    )
  return [...findings, ...troubles(directory, recent.notices)]
}

/** What the writer has noted, as far as somebody should know. */
function troubles(directory: string, notices: ReadonlyMap<string, number>): Finding[] {
  const findings: Finding[] = []
  const noted = (kind: string, says: (times: string) => Finding) => {
    const times = notices.get(kind) ?? 0
    if (times > 0) findings.push(says(times === 1 ? 'once' : `${count(times)} times`))
  }
  noted('gap', (times) =>
    say.warning(
      `${directory}: ${times} of late events were dropped, for the disk did not take them and memory was full`,
      'look at the disk; the gap notices in the journal say how many, and when',
    ),
  )
  noted('foreign', (times) =>
    say.warning(
      `${directory}: ${times} of late another program has changed the file that was being written`,
      'let nothing else write there: neither an editor, nor a program that synchronises folders',
    ),
  )
  noted('salvage', (times) =>
    say.ok(`${directory}: ${times} of late a crash, or a power cut, was recovered from`),
  )
  noted('step', (times) =>
    sayOf('clock').ok(`it was stepped ${times} of late, as the journal ${directory} notes`),
  )
  return findings
}

async function recentIn(directory: string, firstSeq: number): Promise<Recent> {
  const recent: Recent = { notices: new Map(), last: undefined }
  for await (const reading of readJournal(systemDisk, directory, firstSeq)) {
    if (reading.kind === 'damage') continue
    for (const item of reading.items) {
      if (item.kind === 'N') recent.notices.set(item.notice, (recent.notices.get(item.notice) ?? 0) + 1)
      else if (item.kind !== 'poison') recent.last = item.received
    }
  }
  return recent
}
