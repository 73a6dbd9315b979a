// `npm run bench [-- [gateway|mqtt] [arguments]]`: without a name the whole way, from the serial line to the broker.
const names = ['gateway', 'mqtt']

const [first, ...rest] = process.argv.slice(2)
const name = first !== undefined && names.includes(first) ? first : 'gateway'
process.argv.splice(2, Number.POSITIVE_INFINITY, ...(name === first ? rest : process.argv.slice(2)))
await import(`./${name}.ts`)
