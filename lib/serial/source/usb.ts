// A device found by its USB ids, on whatever path the system gave it this time.
import { type Clock, systemClock } from '../../kit/clock.ts'
import { doneWithin } from '../../kit/deadline.ts'
import { type UsbAddress, usbId, usbText } from './address.ts'
import { type ListedPort, type ListPorts, listedPorts } from './listed.ts'
import { SourceError } from './source.ts'

/** ms; the list may come from a program of the system (udevadm), which may hang */
const listLimit = 5_000

/** The path of the device that an address means. Rejects with a SourceError where there is none, or more than one. */
export async function findUsb(
  address: UsbAddress,
  list: ListPorts = listedPorts,
  clock: Clock = systemClock,
): Promise<string> {
  const found = (await listInTime(address, list, clock)).filter((port) => isMeant(port, address))
  const [first, second] = found
  const text = usbText(address)
  if (!first) throw new SourceError(`${text} is not plugged in`, 'not plugged in')
  if (second) throw new SourceError(`${text} is ${found.length} devices: ${toChoose(found)}`, 'ambiguous')
  return first.path
}

async function listInTime(address: UsbAddress, list: ListPorts, clock: Clock): Promise<ListedPort[]> {
  const text = usbText(address)
  const listing = list()
  let isInTime: boolean
  try {
    isInTime = await doneWithin(listing, listLimit, clock)
  } catch (error) {
    throw new SourceError(`${text}: the system cannot list its ports. Give the device's path`, 'no list', {
      cause: error,
    })
  }
  if (isInTime) return listing
  throw new SourceError(
    `${text}: the system did not list its ports within ${listLimit / 1000} seconds. Give the device's path`,
    'no list',
  )
}

function isMeant(port: ListedPort, { vendor, product, serialNumber }: UsbAddress): boolean {
  return (
    usbId(port.vendorId ?? '') === vendor &&
    usbId(port.productId ?? '') === product &&
    (serialNumber === undefined || port.serialNumber === serialNumber)
  )
}

/** Names the devices, and what to write for each. */
function toChoose(ports: ListedPort[]): string {
  const numbers = ports.map(({ serialNumber }) => serialNumber)
  const isTold = numbers.every((number) => number) && new Set(numbers).size === numbers.length
  const choices = ports.map((port) => {
    if (!isTold) return port.path
    const { vendorId = '', productId = '', serialNumber = '' } = port
    const own = usbText({ kind: 'usb', vendor: usbId(vendorId), product: usbId(productId), serialNumber })
    return `${own} (${port.path})`
  })
  if (isTold) return `write ${choices.join(' or ')}`
  return `${choices.join(' and ')} have no serial numbers that tell them apart. Write the path under /dev/serial/by-path of one of them`
}
