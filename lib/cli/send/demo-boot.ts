// The boot of a small router, as time events: 40 of them in 6 seconds. One thing is wrong with it: the lease of eth0 takes 3.4 s,
// as nobody answers its first two questions.
import type { OutgoingEvent } from '../../time-events/outgoing.ts'

export interface DemoEvent {
  /** ms after the beginning */
  at: number
  /** who sends it */
  source: string
  event: OutgoingEvent
}

type Row = [at: number, source: string, cat: string, subject: string, seq: string, msg?: string]

const rows: Row[] = [
  [0, 'init[1]', 'BOOT', 'system', 'START', 'power on'],
  [120, 'init[1]', 'BOOT', 'system', 'MOUNT', 'overlay on /dev/mmcblk0p3'],
  [200, 'manager[412]', 'MANAGER', 'nm', 'start'],
  [260, 'manager[412]', 'MANAGER', 'wm', 'start'],
  [320, 'manager[412]', 'MANAGER', 'cm', 'start'],
  [450, 'manager[412]', 'MANAGER', 'nm', 'ready'],
  [520, 'manager[412]', 'MANAGER', 'wm', 'ready'],
  [640, 'manager[412]', 'MANAGER', 'cm', 'ready'],
  [700, 'init[1]', 'BOOT', 'system', 'SERVICES', '3 of 3 run'],
  [760, 'wm[430]', 'WIFI_LINK', 'wlan0', 'connected', 'ssid=home bssid=00:53:00:12:34:56'],
  [900, 'dhcpcd[618]', 'DHCP4_CLIENT', 'eth0', 'START'],
  [950, 'dhcpcd[618]', 'DHCP4_CLIENT', 'eth0', 'DISCOVER', 'try 1'],
  [1000, 'dhcpcd[618]', 'DHCP4_CLIENT', 'wlan0', 'START'],
  [1050, 'dhcpcd[618]', 'DHCP4_CLIENT', 'wlan0', 'DISCOVER', 'try 1'],
  [1200, 'odhcp6c[640]', 'DHCP6_CLIENT', 'eth0', 'START'],
  [1260, 'odhcp6c[640]', 'DHCP6_CLIENT', 'eth0', 'SOLICIT'],
  [1400, 'dhcpcd[618]', 'DHCP4_CLIENT', 'wlan0', 'OFFER', 'server=192.0.2.1'],
  [1440, 'dhcpcd[618]', 'DHCP4_CLIENT', 'wlan0', 'REQUEST'],
  [1700, 'dhcpcd[618]', 'DHCP4_CLIENT', 'wlan0', 'BOUND', 'addr=192.0.2.23, subnet=255.255.255.0'],
  [1720, 'nm[428]', 'ADDR_IPV4', 'wlan0', 'SINGLE', 'change 0.0.0.0 -> 192.0.2.23'],
  [1950, 'dhcpcd[618]', 'DHCP4_CLIENT', 'eth0', 'DISCOVER', 'try 2'],
  [2100, 'dnsmasq[702]', 'DHCP4_SERVER', 'br-home', 'start'],
  [2180, 'dnsmasq[702]', 'DHCP4_SERVER', 'br-home', 'ready', 'range 198.51.100.10 to .250'],
  [2400, 'odhcp6c[640]', 'DHCP6_CLIENT', 'eth0', 'BOUND', 'addr=2001:db8::23'],
  [2950, 'dhcpcd[618]', 'DHCP4_CLIENT', 'eth0', 'DISCOVER', 'try 3'],
  [3900, 'dhcpcd[618]', 'DHCP4_CLIENT', 'eth0', 'OFFER', 'server=203.0.113.1'],
  [3940, 'dhcpcd[618]', 'DHCP4_CLIENT', 'eth0', 'REQUEST'],
  [4300, 'dhcpcd[618]', 'DHCP4_CLIENT', 'eth0', 'BOUND', 'addr=203.0.113.40, subnet=255.255.255.0'],
  [4310, 'nm[428]', 'ADDR_IPV4', 'eth0', 'SINGLE', 'change 0.0.0.0 -> 203.0.113.40'],
  [4340, 'nm[428]', 'GRE_LINK', 'gre-home', 'START'],
  [4420, 'nm[428]', 'GRE_LINK', 'gre-home', 'DONE', 'remote=203.0.113.1'],
  [4450, 'ntpd[688]', 'UTC_TIME', 'clock', 'START', 'pool.example'],
  [4500, 'cm[455]', 'REDIRECTOR', 'ssl:redirector.example', 'CONNECTING'],
  [4720, 'cm[455]', 'REDIRECTOR', 'ssl:redirector.example', 'CONNECTED'],
  [4800, 'cm[455]', 'CONTROLLER', 'ssl:controller.example', 'RESOLVING'],
  [4880, 'cm[455]', 'CONTROLLER', 'ssl:controller.example', 'CONNECTING'],
  [5150, 'ntpd[688]', 'UTC_TIME', 'clock', 'STOP', 'offset 0.012 s'],
  [5400, 'cm[455]', 'CONTROLLER', 'ssl:controller.example', 'READY'],
  [5700, 'dnsmasq[702]', 'DHCP4_SERVER', 'br-home', 'lease-new', 'addr=198.51.100.10'],
  [6000, 'init[1]', 'BOOT', 'system', 'READY', 'all services run'],
]

/** In the order in which they are sent. */
export const demoBoot: readonly DemoEvent[] = rows.map(([at, source, cat, subject, seq, msg]) => ({
  at,
  source,
  event: { cat, subject, seq, ...(msg !== undefined && { msg }) },
}))
