// The file systems that hold the gateway's data: room, whether they can be written, and what a card says of its wear.
import { ageText } from '../../kit/age.ts'
import { asError } from '../../kit/errors.ts'
import { lastBackup } from '../backup/target.ts'
import { size } from '../text.ts'
import { type Finding, sayOf } from './finding.ts'
import { type Machine, textIn } from './machine.ts'
import { journalsOf, type Site } from './site.ts'

/** A line of /proc/self/mountinfo. */
interface Mount {
  folder: string
  /** `179:2` */
  device: string
  type: string
  isReadOnly: boolean
}

/** Bytes that the journal keeps free for the rest of the system, as long as its panel says nothing else. */
const reserve = 64e6
const fewBytes = 1e9
const sectorSize = 512
/** ms; the timer makes one each night */
const backupTooOld = 3 * 86_400_000
const day = 86_400
/** File systems that a power cut may empty, or that are gone with it. */
const inMemory = new Set(['tmpfs', 'ramfs', 'overlay'])

const say = sayOf('disk')

export async function disks(site: Site, machine: Machine): Promise<Finding[]> {
  const mounts = parseMounts((await textIn(machine, '/proc/self/mountinfo')) ?? '')
  const findings: Finding[] = []
  const seen = new Set<string>()
  for (const folder of [site.home, ...journalsOf(site)]) {
    const mount = mountOf(mounts, folder)
    if (mount && seen.has(mount.folder)) continue
    if (mount) seen.add(mount.folder)
    findings.push(...(await diskOf(machine, folder, mount)))
  }
  return findings
}

async function diskOf(machine: Machine, folder: string, mount: Mount | undefined): Promise<Finding[]> {
  const where = mount ? `${folder} (${mount.type} on ${mount.folder})` : folder
  let space: { free: number; total: number }
  try {
    space = await machine.space(folder)
  } catch (error) {
    const advice =
      'is the disk plugged in and mounted? FIELDLOG_HOME, and the panel of the journal, say where it should be'
    return [say.fault(`${folder} is not there: ${asError(error).message}`, advice)]
  }
  const findings = [room(where, space)]
  if (mount?.isReadOnly)
    findings.push(
      say.fault(
        `${where} is mounted read-only`,
        'look in journalctl -k for errors of the disk: Linux does this where a card fails; copy what is there, and replace it. ' +
          'If it is meant so, put FIELDLOG_HOME on another disk',
      ),
    )
  if (mount && inMemory.has(mount.type))
    findings.push(
      say.warning(
        `${where} does not outlive the machine, or the container`,
        'put FIELDLOG_HOME on a disk, or a volume',
      ),
    )
  if (mount) findings.push(...(await wear(machine, mount)))
  return findings
}

function room(where: string, { free, total }: { free: number; total: number }): Finding {
  const says = `${where}: ${size(free)} of ${size(total)} free`
  const advice =
    'remove what is not needed, set a retention in the panel of the journal, or use a larger disk'
  if (free <= reserve) return say.fault(`${says}: the journal cannot grow`, advice)
  return free < Math.min(fewBytes, total / 10) ? say.warning(says, advice) : say.ok(says)
}

/** An eMMC tells how much of its life is used up, a card tells nothing; of both Linux counts what was written. */
async function wear(machine: Machine, { device, folder }: Mount): Promise<Finding[]> {
  const block = `/sys/dev/block/${device}`
  const written = Number(((await textIn(machine, `${block}/stat`)) ?? '').trim().split(/\s+/)[6]) * sectorSize
  const uptime = Number.parseFloat((await textIn(machine, '/proc/uptime')) ?? '')
  const findings: Finding[] = []
  if (Number.isFinite(written) && uptime > 0) {
    const rate = uptime > day / 24 ? `, ${size((written / uptime) * day)} a day` : ''
    findings.push(
      say.ok(`${folder}: ${size(written)} written since the start ${ageText(uptime * 1000)} ago${rate}`),
    )
  }
  // of a partition the device is above it
  const life =
    (await textIn(machine, `${block}/../device/life_time`)) ??
    (await textIn(machine, `${block}/device/life_time`))
  const tenths = Math.max(...(life?.split(/\s+/) ?? []).map((text) => Number.parseInt(text, 16)), 0)
  if (tenths > 0) {
    const says = `${folder}: up to ${Math.min(tenths, 10) * 10} % of the life of its flash memory is used up`
    findings.push(
      tenths >= 9
        ? say.warning(says, 'copy what is there (fieldlog backup), and replace it soon')
        : say.ok(says),
    )
  }
  return findings
}

/** The second copy, where one is asked for. */
export async function copies({ env }: Site, { clock }: Machine): Promise<Finding[]> {
  const say = sayOf('backup')
  const target = env.FIELDLOG_BACKUP?.trim()
  if (!target) return [say.ok('no second copy is asked for (FIELDLOG_BACKUP; docs/backup.md says how)')]
  const advice =
    'sudo systemctl start fieldlog-backup makes one now, and journalctl -u fieldlog-backup says why not'
  try {
    const last = await lastBackup(target)
    if (last === undefined)
      return [say.fault(`there is no copy in ${target}: is the stick, or the share, mounted?`, advice)]
    if (last.at === null) return [say.warning(`no backup to ${target} was completed yet`, advice)]
    const says = `the last one to ${target} was ${ageText(clock.wall() - last.at)} ago`
    if (!last.whole)
      return [say.fault(`${says}, and is not whole`, `fieldlog verify ${target}/journal says where`)]
    return [
      clock.wall() - last.at > backupTooOld ? say.warning(says, advice) : say.ok(`${says}, and is whole`),
    ]
  } catch (error) {
    return [say.fault(`the copy in ${target} cannot be read: ${asError(error).message}`, advice)]
  }
}

/** The file system that holds a path; what is mounted last over the same folder counts. */
function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  const holders = mounts.filter(
    ({ folder }) => folder === '/' || path === folder || path.startsWith(`${folder}/`),
  )
  return holders.reduce<Mount | undefined>(
    (best, mount) => (best && best.folder.length > mount.folder.length ? best : mount),
    undefined,
  )
}

function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after] = line.split(' - ')
    const [, , device, , folder, options] = before.split(' ')
    if (after === undefined || device === undefined || folder === undefined) return []
    const [type = '', , ofAll = ''] = after.split(' ')
    const isReadOnly = [options, ofAll].some((list) => list?.split(',').includes('ro'))
    return [{ folder: folder.replaceAll('\\040', ' '), device, type, isReadOnly }]
  })
}
