import assert from 'node:assert/strict'
import { parseAddress, type UsbAddress } from '../../../../lib/serial/source/address.ts'
import type { ListedPort } from '../../../../lib/serial/source/listed.ts'
import { findUsb } from '../../../../lib/serial/source/usb.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const ftdi = (path: string, serialNumber?: string): ListedPort => ({
  path,
  vendorId: '0403',
  productId: '6001',
  serialNumber,
})
const usb = (text: string) => parseAddress(text) as UsbAddress

describe('A device by its USB ids', () => {
  it('is found on whatever path it has, by large and small hex digits', async () => {
    const list = async () => [
      { path: '/dev/ttyS0' },
      { path: '/dev/ttyUSB0', vendorId: '10C4', productId: 'EA60', serialNumber: '0001' },
      ftdi('/dev/ttyUSB1', 'A40117UK'),
      ftdi('/dev/ttyUSB2', 'A9014HGM'),
    ]
    assert.equal(await findUsb(usb('usb:10c4:ea60'), list), '/dev/ttyUSB0')
    assert.equal(await findUsb(usb('USB:403:6001:A9014HGM'), list), '/dev/ttyUSB2')
  })

  it('is not plugged in, or is one of several: what to write is said', async () => {
    const both = async () => [ftdi('/dev/ttyUSB1', 'A1'), ftdi('/dev/ttyUSB2', 'A2')]
    await assert.rejects(findUsb(usb('usb:0403:6001:A3'), both), {
      message: 'usb:0403:6001:A3 is not plugged in',
      short: 'not plugged in',
    })
    await assert.rejects(findUsb(usb('usb:0403:6001'), both), {
      message:
        'usb:0403:6001 is 2 devices: write usb:0403:6001:A1 (/dev/ttyUSB1) or usb:0403:6001:A2 (/dev/ttyUSB2)',
      short: 'ambiguous',
    })
    const twins = async () => [ftdi('/dev/ttyUSB1', 'A1'), ftdi('/dev/ttyUSB2', 'A1')]
    await assert.rejects(findUsb(usb('usb:0403:6001:A1'), twins), {
      message:
        'usb:0403:6001:A1 is 2 devices: /dev/ttyUSB1 and /dev/ttyUSB2 have no serial numbers that tell them apart. Write the path under /dev/serial/by-path of one of them',
    })
  })

  it('is not waited for for ever where the system does not list its ports', async () => {
    const clock = new FakeClock()
    const hangs = findUsb(usb('usb:0403:6001'), () => new Promise(() => undefined), clock)
    await assert.rejects(clock.run(hangs), {
      message: "usb:0403:6001: the system did not list its ports within 5 seconds. Give the device's path",
    })
    const fails = async (): Promise<never> => {
      throw new Error('no udev')
    }
    await assert.rejects(findUsb(usb('usb:0403:6001'), fails), {
      message: "usb:0403:6001: the system cannot list its ports. Give the device's path",
      short: 'no list',
    })
  })
})
