import type { TimeEvent } from './time-event.ts'

const msPerHour = 3_600_000

/** An event as servers of time events write it to a local log: `shim[709] [02:08:43.892] DHCP_CLIENT: eth0: [START] addr=1.2.3.4`. */
export function logLine({ time, cat, source, subject, seq, msg }: TimeEvent): string {
  return `${source} [${monotonicText(time)}] ${cat}: ${subject ?? 'time-event'}: [${seq ?? 'UNI'}] ${msg ?? ''}`
}

/** `02:08:43.892`, and from one day on `1d,02:08:43.892`. */
export function monotonicText(ms: number): string {
  const days = Math.floor(ms / (24 * msPerHour))
  const twoDigits = (value: number) => String(Math.floor(value)).padStart(2, '0')
  const hours = twoDigits((ms / msPerHour) % 24)
  const minutes = twoDigits((ms / 60_000) % 60)
  const seconds = twoDigits((ms / 1000) % 60)
  return `${days > 0 ? `${days}d,` : ''}${hours}:${minutes}:${seconds}.${String(ms % 1000).padStart(3, '0')}`
}
