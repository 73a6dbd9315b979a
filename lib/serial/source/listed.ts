// The serial ports that the system lists.
import { SerialPort } from 'serialport'

export interface ListedPort {
  path: string
  manufacturer?: string | undefined
  serialNumber?: string | undefined
  /** hex digits */
  vendorId?: string | undefined
  productId?: string | undefined
}

export type ListPorts = () => Promise<ListedPort[]>

let listing: Promise<ListedPort[]> | undefined

/** All who ask at the same time share one list: it starts a program (udevadm), and one that hangs is not started again. */
export const listedPorts: ListPorts = () => {
  listing ??= SerialPort.list().finally(() => {
    listing = undefined
  })
  return listing
}
