// Where the benchmark runs: what the harness wrote down, and one MongoDB client for the process.
import { readFileSync } from 'node:fs'
import { MongoClient } from 'mongodb'

export const place = JSON.parse(readFileSync(process.env.BENCH_PLACE, 'utf8'))
export const port = Number(process.env.BENCH_PORT)

// As the gateway connects: reads what the majority has, writes to the majority.
const client = new MongoClient(place.uri, {
  maxPoolSize: 50,
  readConcern: { level: 'majority' },
  writeConcern: { w: 'majority' }
})
await client.connect()
export const database = client.db(place.database)

// The harness holds our standard input open; when it is gone, so are we.
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
process.on('SIGTERM', () => process.exit(0))
