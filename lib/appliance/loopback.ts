// Which addresses and names mean this machine itself.
import { hostOf } from './web/host-header.ts'

/** True for an address or name to listen on that only this machine reaches: localhost, 127.0.0.0/8, ::1. */
export function isLoopbackHost(host: string): boolean {
  return host.toLowerCase() === 'localhost' || host === '::1' || isLoopbackIPv4(host)
}

/** True where a Host header (`name`, `name:port`, `[::1]:port`) names this machine itself, with any port. */
export function isLoopbackAuthority(header: string | undefined): boolean {
  return isLoopbackHost(hostOf(header) ?? '')
}

function isLoopbackIPv4(host: string): boolean {
  const parts = host.split('.')
  return (
    parts.length === 4 &&
    parts[0] === '127' &&
    parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)
  )
}
