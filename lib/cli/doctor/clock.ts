// Whether the clock can be believed.
import { type Finding, sayOf } from './finding.ts'
import { type Machine, textIn } from './machine.ts'

const say = sayOf('clock')
const byNetwork = 'is the network up, and is a time service on? sudo timedatectl set-ntp true'

export async function clock(machine: Machine): Promise<Finding[]> {
  const now = new Date(machine.clock.wall()).toISOString().replace(/\.\d+/, '')
  const isSynchronized = await synchronized(machine)
  const chip =
    (await textIn(machine, '/sys/class/rtc/rtc0/name')) === undefined ? 'no clock chip' : 'a clock chip'
  if (isSynchronized === undefined) {
    return [say.ok(`it says ${now}; whether the network sets it cannot be asked here (${chip})`)]
  }
  if (isSynchronized) return [say.ok(`it says ${now}, set by the network (${chip})`)]
  return [say.warning(`it says ${now}, and the network has not set it since the start (${chip})`, byNetwork)]
}

/** Undefined where nobody knows. */
async function synchronized(machine: Machine): Promise<boolean | undefined> {
  const asked = await machine.run('timedatectl', 'show', '--property=NTPSynchronized', '--value')
  if (asked?.status === 0) return asked.out.trim() === 'yes'
  const chrony = await machine.run('chronyc', '-n', 'tracking')
  return chrony?.status === 0 ? !chrony.out.includes('Not synchronised') : undefined
}
