import { dirname, join } from 'node:path'
import type { Command, Io } from '../command.ts'
import { backupPaths } from './backup-unit.ts'
import { mustBeRoot, type System, thisSystem } from './system.ts'
import { servicePaths, serviceUser } from './unit.ts'

export const uninstall: Command = {
  args: '',
  about:
    'Stops the service that `fieldlog install` has made, and takes it away (as root). The data and the settings stay, and it\n' +
    'says where they are.',
  count: { min: 0, max: 0 },
  run: (_args, _options, io) => uninstallService(thisSystem, io),
}

export async function uninstallService(system: System, io: Io): Promise<number> {
  mustBeRoot(system, 'uninstall')
  const { unit, settings, home } = servicePaths
  if (system.exists(unit)) {
    system.run(['systemctl', 'disable', '--now', 'fieldlog.service'])
    const timer = join(dirname(unit), backupPaths.timer)
    if (system.exists(timer)) system.run(['systemctl', 'disable', '--now', backupPaths.timer])
    for (const path of [unit, timer, join(dirname(unit), backupPaths.service)]) system.remove(path)
    system.run(['systemctl', 'daemon-reload'])
    await io.out(`removed  ${unit}\n`)
  } else await io.out('There is no service to remove.\n')
  await io.out(
    `kept     ${home} (journal, flows, names), ${settings}, and the user ${serviceUser}. To remove them, too:\n` +
      `         rm -r ${home} /etc/fieldlog && userdel ${serviceUser}\n`,
  )
  return 0
}
