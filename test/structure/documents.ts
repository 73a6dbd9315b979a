// Reads the repository's documents and comments as far as their references go: links, headings, numbered promises, paths.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'

export const root = join(import.meta.dirname, '../..')

/** Not ours, or made by a build. */
const skipped = new Set(['node_modules', 'dist', 'examples', '.git', '.cache'])

/** The files below a folder of the repository whose names match, as paths from the root. */
export function filesBelow(folder: string, name: RegExp): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return []
    const path = posix.join(folder, entry.name)
    if (entry.isDirectory()) return filesBelow(path, name)
    return name.test(entry.name) ? [path] : []
  })
}

export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** A Markdown text without its code blocks and code spans, in which brackets and paths mean something else. */
export function prose(markdown: string): string {
  return withoutBlocks(markdown).replace(/`[^`\n]*`/g, '')
}

/** What stands in code spans. */
export function codeSpans(markdown: string): string[] {
  return [...withoutBlocks(markdown).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!)
}

function withoutBlocks(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```$/gm, '').replace(/^ {4}.*$/gm, '')
}

/** The comments of a source file, each on one line. */
export function comments(source: string): string {
  const found = source.match(/(?:^[ \t]*\/\/.*\n?)+|\/\/.*|\/\*[\s\S]*?\*\//gm) ?? []
  return found.map((comment) => oneLine(comment)).join('\n')
}

/** Joins wrapped lines, and drops the marks with which comment lines begin. */
function oneLine(text: string): string {
  return text.replace(/\s*\n[ \t]*(?:\/\/|\*(?!\*))?[ \t]*/g, ' ')
}

/** A reference from one file to another, and to a place in it. */
export interface Reference {
  target: string
  /** as in a link: the heading's slug */
  anchor?: string
  /** a heading in its own words */
  heading?: string
  promise?: number
}

/** The relative links of a Markdown text. */
export function linksIn(markdown: string): Reference[] {
  return [...prose(markdown).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link!)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [target = '', anchor] = link.split('#')
      return anchor === undefined ? { target } : { target, anchor }
    })
}

/** Documents that a text names: `docs/delivery.md`, `docs/delivery.md, promise 3`, `docs/mqtt.md, "Status"`. */
export function documentsIn(text: string): Reference[] {
  const pattern = /([\w./-]*\w\.md)\b(?:, (?:promises? (\d+)(?: (?:and|to) (\d+))?|"([^"]+)"))?/g
  return [...oneLine(text).matchAll(pattern)].flatMap(([, target, first, second, heading]) => {
    if (heading !== undefined) return [{ target: target!, heading }]
    if (first === undefined) return [{ target: target! }]
    return [first, second]
      .filter((number) => number !== undefined)
      .map((number) => ({ target: target!, promise: Number(number) }))
  })
}

/** Numbers of promises that a text refers to without saying of which document. */
export function barePromises(text: string): number[] {
  const named = /\.md(?:#[\w-]+)?\)?, promises? \d+(?: (?:and|to) \d+)?/g
  const rest = oneLine(text).replace(named, '')
  return [...rest.matchAll(/\bpromises? (\d+)(?: (?:and|to) (\d+))?/gi)].flatMap(([, first, second]) =>
    [first, second].filter((number) => number !== undefined).map(Number),
  )
}

/** The numbers of the promises that a document makes, in their order. */
export function promisesOf(markdown: string): number[] {
  const section = /^## Promises\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(markdown)?.[1] ?? ''
  return [...section.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number))
}

function headingsOf(markdown: string): string[] {
  return [...withoutBlocks(markdown).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!)
}

/** A heading's anchor, as GitHub makes it. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')
}

/** Where a target that a file names is: beside the file, or from the root; undefined where it is nowhere. */
export function resolveFrom(file: string, target: string): string | undefined {
  if (target === '') return file
  return [posix.join(dirname(file), target), posix.normalize(target)].find(
    (path) => isInside(path) && existsSync(join(root, path)),
  )
}

export function isInside(path: string): boolean {
  return !relative(root, join(root, path)).startsWith('..')
}

/** What is wrong with a reference, in words; undefined where its target is there. */
export function brokenReference(file: string, reference: Reference): string | undefined {
  const { target, anchor, heading, promise } = reference
  const path = resolveFrom(file, target)
  if (path === undefined) return `${file}: ${target} does not exist`
  if (statSync(join(root, path)).isDirectory()) return undefined
  const text = textOf(path)
  const headings = headingsOf(text)
  if (anchor !== undefined && !headings.map(slug).includes(anchor))
    return `${file}: ${path} has no heading for #${anchor}`
  if (heading !== undefined && !headings.includes(heading))
    return `${file}: ${path} has no heading "${heading}"`
  if (promise !== undefined && !promisesOf(text).includes(promise))
    return `${file}: ${path} has no promise ${promise}`
  return undefined
}
