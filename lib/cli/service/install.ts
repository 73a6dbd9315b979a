import { dirname, join } from 'node:path'
import { packageRoot } from '../../package.ts'
import { type Command, CommandError, type Io } from '../command.ts'
import { backupPaths, backupServiceText, backupTimerText } from './backup-unit.ts'
import { mustBeRoot, type System, thisSystem } from './system.ts'
import { type Program, servicePaths, serviceProgram, serviceUser, settingsText, unitText } from './unit.ts'

export const install: Command = {
  args: '',
  about:
    'Makes the gateway a service of systemd (as root): a user of its own that may read serial ports, a settings file with every\n' +
    'variable, start at boot, restart after a crash or a hang. Run it again after an update; settings and data stay.',
  options: { 'no-start': { type: 'boolean', about: 'do not start it now' } },
  count: { min: 0, max: 0 },
  run: (_args, options, io) => installService(thisSystem, ownProgram(), options['no-start'] !== true, io),
}

/** What the Debian package and the tarball bring. */
const packagedUnit = '/usr/lib/systemd/system/fieldlog.service'

/** What runs this command now, with the flags of its Node.js. */
function ownProgram(): Program {
  return serviceProgram(process.execPath, packageRoot, process.execArgv)
}

/** Puts everything in its place; what is there of the user's stays. Throws at the first step that fails. */
export async function installService(
  system: System,
  program: Program,
  isStarted: boolean,
  io: Io,
): Promise<number> {
  mustBeRoot(system, 'install')
  const { unit, settings, secrets, home } = servicePaths
  if (system.exists(packagedUnit)) {
    throw new CommandError('the service is there already, from the package: systemctl status fieldlog')
  }
  if (system.run(['id', '-u', serviceUser], false) !== 0) {
    const account = [
      '--system',
      '--user-group',
      '--home-dir',
      home,
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
    ]
    system.run(['useradd', ...account, serviceUser])
    await io.out(`user      ${serviceUser}, made now\n`)
  }
  for (const path of program.filter((word) => word.startsWith('/'))) mustBeReadable(system, path)
  const hasSettings = system.exists(settings)
  if (!hasSettings) system.write(settings, settingsText(), 0o640)
  await io.out(`settings  ${settings}${hasSettings ? ', kept as they were' : ''}\n`)
  system.makeFolder(secrets, 0o700)
  system.write(unit, unitText(program), 0o644)
  system.write(join(dirname(unit), backupPaths.service), backupServiceText(program), 0o644)
  system.write(join(dirname(unit), backupPaths.timer), backupTimerText, 0o644)
  await io.out(`service   ${unit}\n`)
  system.run(['systemctl', 'daemon-reload'])
  system.run(['systemctl', 'enable', 'fieldlog.service'])
  if (isStarted) system.run(['systemctl', 'restart', 'fieldlog.service'])
  await io.out(
    `data      ${home}\n${isStarted ? 'It runs now, and starts at boot' : 'It starts at boot; now: systemctl start fieldlog'}. ` +
      `What it says: journalctl -u fieldlog\n`,
  )
  return 0
}

function mustBeReadable(system: System, path: string): void {
  if (system.run(['runuser', '-u', serviceUser, '--', 'test', '-r', path], false) === 0) return
  throw new CommandError(
    `the user ${serviceUser} cannot read ${path}: put the package where everybody can, as by \`npm install -g\`, or a clone into /opt`,
  )
}
