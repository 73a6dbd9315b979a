// The texts of the unit that copies the home to another disk, and of its timer, which is off until somebody enables it.
import { confinement, type Program, quoted, servicePaths, serviceUser } from './unit.ts'

export const backupPaths = {
  service: 'fieldlog-backup.service',
  timer: 'fieldlog-backup.timer',
} as const

/**
 * One backup, as the gateway's user, who reads the home and writes where FIELDLOG_BACKUP says. It gives way to all else, and is an
 * error where the other disk is not there.
 */
export function backupServiceText(program: Program, writtenBy = '`fieldlog install`'): string {
  return `# Written by ${writtenBy}, which writes it anew; your changes belong into \`systemctl edit fieldlog-backup\`.
[Unit]
Description=Fieldlog: copies journal, flows and settings to another disk
After=local-fs.target remote-fs.target

[Service]
Type=oneshot
ExecStart=${program.map(quoted).join(' ')} backup --other-disk
User=${serviceUser}
Group=${serviceUser}
Environment=FIELDLOG_HOME=${servicePaths.home} HOME=/nonexistent
EnvironmentFile=-${servicePaths.settings}
LoadCredential=settings:${servicePaths.settings}
LoadCredential=secret:${servicePaths.secrets}
UMask=0077
Nice=15
IOSchedulingClass=idle
MemoryMax=50%

${confinement}
ProtectSystem=full
PrivateDevices=yes
PrivateNetwork=yes
RestrictAddressFamilies=AF_UNIX
`
}

/** Each night; one that was missed is made up for after the start. */
export const backupTimerText = `[Unit]
Description=Fieldlog: copies journal, flows and settings to another disk each night

[Timer]
OnCalendar=*-*-* 03:00:00
RandomizedDelaySec=30min
Persistent=true

[Install]
WantedBy=timers.target
`
