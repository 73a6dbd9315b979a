import assert from 'node:assert/strict'
import { listPorts, type PortSystem } from '../../../../lib/serial/source/ports.ts'

const none = async (): Promise<never> => {
  throw Object.assign(new Error('no such folder'), { code: 'ENOENT' })
}

/** Every device may be opened, and nobody has one open. */
const free: Pick<PortSystem, 'access' | 'holders'> = {
  access: async () => undefined,
  holders: async () => new Map(),
}

describe('The ports present', () => {
  it('are the by-id names first, then the others, ttyS last', async () => {
    const ports = await listPorts({
      ...free,
      names: async (folder) => (folder === '/dev/serial/by-id' ? ['usb-B', 'usb-A'] : []),
      target: async (path) => (path.endsWith('usb-A') ? '/dev/ttyUSB0' : '/dev/ttyACM0'),
      list: async () => [
        { path: '/dev/ttyS0' },
        { path: '/dev/ttyUSB10', manufacturer: 'Prolific' },
        { path: '/dev/ttyUSB2' },
        { path: '/dev/ttyUSB0', manufacturer: 'FTDI', serialNumber: 'A40117UK' },
        { path: '/dev/ttyACM0' },
      ],
    })
    assert.deepEqual(ports, [
      { path: '/dev/serial/by-id/usb-A', text: '/dev/ttyUSB0, FTDI A40117UK' },
      { path: '/dev/serial/by-id/usb-B', text: '/dev/ttyACM0' },
      { path: '/dev/ttyUSB2', text: '' },
      { path: '/dev/ttyUSB10', text: 'Prolific' },
      { path: '/dev/ttyS0', text: '' },
    ])
  })

  it('are the names in /dev where the system keeps no list', async () => {
    const names = async (folder: string) =>
      folder === '/dev' ? ['tty0', 'ttyS0', 'ttyUSB1', 'ttyACM0', 'null'] : none()
    assert.deepEqual(await listPorts({ ...free, names, target: none, list: none }), [
      { path: '/dev/ttyACM0', text: '' },
      { path: '/dev/ttyUSB1', text: '' },
    ])
  })

  it('say in words why one cannot be opened: no permission, or a program has it', async () => {
    const ports = await listPorts({
      names: async (folder) => (folder === '/dev/serial/by-id' ? ['usb-A'] : []),
      target: async () => '/dev/ttyUSB0',
      list: async () => [{ path: '/dev/ttyUSB0' }, { path: '/dev/ttyUSB1' }, { path: '/dev/ttyUSB2' }],
      async access(path) {
        if (path === '/dev/ttyUSB1') throw Object.assign(new Error('no'), { code: 'EACCES' })
        if (path === '/dev/ttyUSB2') throw Object.assign(new Error('unplugged'), { code: 'ENOENT' })
      },
      holders: async (paths) => {
        assert.deepEqual(paths, ['/dev/ttyUSB0', '/dev/ttyUSB1', '/dev/ttyUSB2'])
        return new Map([['/dev/ttyUSB0', 'minicom (process 12)']])
      },
    })
    assert.deepEqual(ports, [
      { path: '/dev/serial/by-id/usb-A', text: '/dev/ttyUSB0', problem: 'in use by minicom (process 12)' },
      {
        path: '/dev/ttyUSB1',
        text: '',
        problem:
          '/dev/ttyUSB1 may not be opened by this user: add the user to the group dialout (sudo usermod -aG dialout <user>) and log in again',
      },
      { path: '/dev/ttyUSB2', text: '' },
    ])
  })

  it('are none where nothing can be listed, and a link that has just gone keeps its name', async () => {
    assert.deepEqual(await listPorts({ ...free, names: none, target: none, list: none }), [])
    const ports = await listPorts({
      ...free,
      names: async (folder) => (folder === '/dev' ? [] : ['usb-A']),
      target: none,
      list: async () => [],
    })
    assert.deepEqual(ports, [{ path: '/dev/serial/by-id/usb-A', text: '/dev/serial/by-id/usb-A' }])
  })
})
