// What every Disk must do, whatever it is made of: the same tests for the system's and for those that tests put in
// its place, so that a journal that works on the one works on the others.
import assert from 'node:assert/strict'
import { type Disk, type OpenMode, writeDurably } from '../../../../lib/journal/disk/disk.ts'

export interface DiskUnderTest {
  disk: Disk
  /** an empty directory that is there */
  root: string
  remove(): void
}

/** Declares the tests; `make` gives a disk of its own for each. */
export function describeDisk(name: string, make: () => DiskUnderTest | Promise<DiskUnderTest>): void {
  describe(`disk: ${name}`, () => {
    let made: DiskUnderTest
    let disk: Disk
    const at = (path: string) => `${made.root}/${path}`
    const textOf = async (path: string) => {
      const file = await disk.open(at(path), 'read')
      const bytes = await file.read(0, 1_000_000)
      await file.close()
      return bytes.toString()
    }
    const put = async (path: string, text: string) => {
      const file = await disk.open(at(path), 'create')
      await file.write(Buffer.from(text), 0)
      await file.close()
    }
    const fails = (code: string, act: () => Promise<unknown>) => assert.rejects(act, { code })

    beforeEach(async () => {
      made = await make()
      disk = made.disk
    })
    afterEach(() => made.remove())

    describe('files', () => {
      it('are empty when they are created', async () => {
        const file = await disk.open(at('a'), 'create')
        assert.equal(await file.size(), 0)
        await file.close()
        assert.deepEqual(await disk.list(made.root), ['a'])
      })

      it('are read as they were written', async () => {
        await put('a', 'hello')
        assert.equal(await textOf('a'), 'hello')
      })

      it('take writes over what is there', async () => {
        await put('a', 'hello')
        const file = await disk.open(at('a'), 'write')
        await file.write(Buffer.from('EL'), 1)
        await file.close()
        assert.equal(await textOf('a'), 'hELlo')
      })

      it('grow by a write at their end', async () => {
        await put('a', 'hello')
        const file = await disk.open(at('a'), 'write')
        await file.write(Buffer.from(' world'), 5)
        assert.equal(await file.size(), 11)
        await file.close()
        assert.equal(await textOf('a'), 'hello world')
      })

      it('are written and synced at once: within them, at their end, behind it', async () => {
        await put('a', 'hello')
        const file = await disk.open(at('a'), 'write')
        await writeDurably(file, Buffer.from('EL'), 1)
        await writeDurably(file, Buffer.from('!'), 5)
        await writeDurably(file, Buffer.from('z'), 7)
        assert.equal(await file.size(), 8)
        await file.close()
        assert.equal(await textOf('a'), 'hELlo!\0z')
      })

      it('have zeros between their end and a write behind it', async () => {
        await put('a', 'ab')
        const file = await disk.open(at('a'), 'write')
        await file.write(Buffer.from('z'), 4)
        await file.close()
        assert.equal(await textOf('a'), 'ab\0\0z')
      })

      it('give fewer bytes than asked for at their end alone', async () => {
        await put('a', '0123456789')
        const file = await disk.open(at('a'), 'read')
        assert.equal((await file.read(2, 3)).toString(), '234')
        assert.equal((await file.read(8, 10)).toString(), '89')
        assert.equal((await file.read(10, 10)).length, 0)
        assert.equal((await file.read(99, 1)).length, 0)
        await file.close()
      })

      it('give bytes that later writes do not change', async () => {
        await put('a', 'old')
        const file = await disk.open(at('a'), 'write')
        const bytes = await file.read(0, 3)
        await file.write(Buffer.from('new'), 0)
        assert.equal(bytes.toString(), 'old')
        await file.close()
      })

      it('keep what was written when its buffer changes later', async () => {
        const buffer = Buffer.from('first')
        const file = await disk.open(at('a'), 'create')
        await file.write(buffer, 0)
        buffer.fill('x')
        await file.close()
        assert.equal(await textOf('a'), 'first')
      })

      it('are cut by truncate', async () => {
        await put('a', 'hello')
        const file = await disk.open(at('a'), 'write')
        await file.truncate(2)
        assert.equal(await file.size(), 2)
        await file.close()
        assert.equal(await textOf('a'), 'he')
      })

      it('grow by zeros with truncate', async () => {
        await put('a', 'he')
        const file = await disk.open(at('a'), 'write')
        await file.truncate(4)
        await file.close()
        assert.equal(await textOf('a'), 'he\0\0')
      })

      it('are the same through a sync', async () => {
        const file = await disk.open(at('a'), 'create')
        await file.write(Buffer.from('synced'), 0)
        await file.sync()
        await file.close()
        await disk.syncDirectory(made.root)
        assert.equal(await textOf('a'), 'synced')
      })

      it('are one file through two handles', async () => {
        await put('a', 'one')
        const [writer, reader] = [await disk.open(at('a'), 'write'), await disk.open(at('a'), 'read')]
        await writer.write(Buffer.from('two'), 0)
        assert.equal((await reader.read(0, 3)).toString(), 'two')
        await Promise.all([writer.close(), reader.close()])
      })

      it('can be read through a handle after they were removed', async () => {
        await put('a', 'still here')
        const file = await disk.open(at('a'), 'read')
        await disk.remove(at('a'))
        assert.equal((await file.read(0, 100)).toString(), 'still here')
        await file.close()
      })
    })

    describe('opening', () => {
      it('to create fails where the file is', async () => {
        await put('a', 'first')
        await fails('EEXIST', () => disk.open(at('a'), 'create'))
        assert.equal(await textOf('a'), 'first')
      })

      for (const mode of ['read', 'write'] satisfies OpenMode[]) {
        it(`to ${mode} fails where no file is`, async () => {
          await fails('ENOENT', () => disk.open(at('missing'), mode))
          assert.deepEqual(await disk.list(made.root), [])
        })
      }

      it('to create fails where the directory is missing', () =>
        fails('ENOENT', () => disk.open(at('missing/a'), 'create')))

      it('to read gives a file that cannot be written', async () => {
        await put('a', 'as it was')
        const file = await disk.open(at('a'), 'read')
        await fails('EBADF', () => file.write(Buffer.from('x'), 0))
        await file.close()
        assert.equal(await textOf('a'), 'as it was')
      })

      it('to read gives a file that cannot be cut', async () => {
        await put('a', 'as it was')
        const file = await disk.open(at('a'), 'read')
        await fails('EINVAL', () => file.truncate(0))
        await file.close()
        assert.equal(await textOf('a'), 'as it was')
      })

      it('gives a file that takes nothing once it is closed', async () => {
        const file = await disk.open(at('a'), 'create')
        await writeDurably(file, Buffer.from('whole'), 0)
        await file.close()
        await fails('EBADF', () => file.write(Buffer.from('x'), 0))
        // the number of its descriptor is that of the next file
        const next = await disk.open(at('b'), 'create')
        await fails('EBADF', () => writeDurably(file, Buffer.from('x'), 0))
        assert.equal(await next.size(), 0)
        await next.close()
        assert.equal(await textOf('a'), 'whole')
      })

      it('to read gives a file that cannot be written durably', async () => {
        await put('a', 'as it was')
        const file = await disk.open(at('a'), 'read')
        await fails('EBADF', () => writeDurably(file, Buffer.from('x'), 0))
        await file.close()
        assert.equal(await textOf('a'), 'as it was')
      })
    })

    describe('directories', () => {
      it('list the names in them, not those below', async () => {
        await disk.makeDirectory(at('2026/deep'))
        await put('b', '')
        await put('2026/a', '')
        assert.deepEqual((await disk.list(made.root)).sort(), ['2026', 'b'])
        assert.deepEqual((await disk.list(at('2026'))).sort(), ['a', 'deep'])
      })

      it('list nothing where they are missing', async () => {
        assert.deepEqual(await disk.list(at('missing')), [])
      })

      it('cannot be listed where a file is', async () => {
        await put('a', '')
        await fails('ENOTDIR', () => disk.list(at('a')))
      })

      it('are made with their parents', async () => {
        await disk.makeDirectory(at('a/b/c'))
        await put('a/b/c/file', 'deep')
        assert.equal(await textOf('a/b/c/file'), 'deep')
      })

      it('stay as they are when they are made again', async () => {
        await disk.makeDirectory(at('a'))
        await put('a/file', 'kept')
        await disk.makeDirectory(at('a'))
        assert.equal(await textOf('a/file'), 'kept')
      })

      it('cannot be made where a file is', async () => {
        await put('a', '')
        await fails('EEXIST', () => disk.makeDirectory(at('a')))
      })

      it('cannot be made below a file', async () => {
        await put('a', '')
        await fails('ENOTDIR', () => disk.makeDirectory(at('a/b')))
      })

      it('cannot be synced where they are missing', () =>
        fails('ENOENT', () => disk.syncDirectory(at('missing'))))
    })

    describe('names', () => {
      it('move with rename', async () => {
        await put('a', 'moved')
        await disk.rename(at('a'), at('b'))
        assert.deepEqual(await disk.list(made.root), ['b'])
        assert.equal(await textOf('b'), 'moved')
      })

      it('replace a file by rename', async () => {
        await put('a', 'new')
        await put('b', 'old')
        await disk.rename(at('a'), at('b'))
        assert.deepEqual(await disk.list(made.root), ['b'])
        assert.equal(await textOf('b'), 'new')
      })

      it('cannot be moved where they are missing', () =>
        fails('ENOENT', () => disk.rename(at('missing'), at('b'))))

      it('keep their open file through a rename', async () => {
        await put('a', 'before')
        const file = await disk.open(at('a'), 'write')
        await disk.rename(at('a'), at('b'))
        await file.write(Buffer.from('after!'), 0)
        await file.close()
        assert.equal(await textOf('b'), 'after!')
      })

      it('go with remove', async () => {
        await put('a', '')
        await disk.remove(at('a'))
        assert.deepEqual(await disk.list(made.root), [])
      })

      it('may be gone when they are removed', async () => {
        await disk.remove(at('missing'))
        await disk.remove(at('missing/deeper'))
        assert.deepEqual(await disk.list(made.root), [])
      })

      it('can be created again after they were removed', async () => {
        await put('a', 'first')
        await disk.remove(at('a'))
        await put('a', 'second')
        assert.equal(await textOf('a'), 'second')
      })
    })

    it('knows the free space of the file system, in bytes', async () => {
      const free = await disk.freeSpace(made.root)
      assert.ok(Number.isSafeInteger(free) && free > 0, `${free}`)
    })
  })
}
