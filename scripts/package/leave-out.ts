// What of the dependencies no gateway ever reads: it would only fill the card. Licences stay.
import type { Architecture } from './architectures.ts'

/** Folders and files that are left out wherever they are in a package. */
const anywhere = [
  /\.map$/,
  /\.(?:[cm]?ts|flow|coffee|markdown|md)$/i,
  /(?:^|\/)\.(?!\/)[^/]*$/,
  /(?:^|\/)(?:\.github|\.nyc_output|coverage|__tests__)\//,
  /^(?:test|tests|benchmark|benchmarks|bench|example|examples)\//,
  /(?:^|\/)(?:package-lock\.json|yarn\.lock|tsconfig[^/]*\.json|binding\.gyp|Makefile|karma\.conf\.js)$/,
]

/** … and of single packages: sources in C++, and whole builds for browsers or for another way of loading them. */
const inPackages: Record<string, RegExp> = {
  koffi: /^(?:vendor|doc|lib\/native)\/|\.(?:cc|hh|h|inc|asm|S|txt)$/,
  '@serialport/bindings-cpp': /^src\//,
  // builds for browsers, beside `build`, which Node.js takes
  mqtt: /^dist\//,
  moment: /^(?:dist|src|min)\//,
  'moment-timezone': /^builds\//,
  'uglify-js': /^bin\//,
}

/** What Node-RED serves or reads as it is: its help texts are there in Markdown, its editor's types in TypeScript. */
const untouched = /^@node-red\//

/** Whether a package's file is left out. @param path in the package */
export function isLeftOut(name: string, path: string, { serialport }: Architecture): boolean {
  if (/(?:^|\/)(?:licen[cs]e|notice|copying)[^/]*$/i.test(path)) return false
  const prebuild = /^prebuilds\/(.+)$/.exec(path)
  if (prebuild) return prebuild[1] !== serialport
  // of koffi's two, the one for musl
  if (/^@koromix\/koffi-/.test(name) && path.startsWith('musl_')) return true
  if (inPackages[name]?.test(path)) return true
  if (untouched.test(name)) return /\.map$/.test(path)
  return anywhere.some((pattern) => pattern.test(path))
}
