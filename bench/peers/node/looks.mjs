// Looks like one before within the hour, whose lines say what was seen by the line of the first: as the gateway's
// `auth/repeated_looks.py`, with its bounds.
import { createHash } from 'node:crypto'

const SPAN_MS = 3_600_000
const MIN_PEOPLE = 10
const MAX_KNOWN = 5_000
const MAX_REPEATS = 100

// Digest → { id, at, repeats } of a line that the majority has; in the order in which they were last met.
const known = new Map()

// null for a line that is written whole in any case.
export function digestOf (line) {
  if (line.people.length < MIN_PEOPLE) return null
  const { action, result, actor, people, objects, fields } = line
  const parts = [
    action, result, ...Object.values(actor), line.holder_id, line.purpose,
    people.length, ...people, objects.length, ...objects, ...fields
  ]
  return createHash('blake2b512').update(parts.join('\x1f')).digest('latin1')
}

// The id of the line that names what was seen, or null.
export function firstOf (digest, at) {
  const first = known.get(digest)
  if (first === undefined || first.repeats >= MAX_REPEATS) return null
  if (at < first.at || at - first.at >= SPAN_MS) return null
  first.repeats += 1
  met(digest, first)
  return first.id
}

export function remember (digest, line) {
  met(digest, { id: line._id, at: line.at, repeats: 0 })
  if (known.size > MAX_KNOWN) known.delete(known.keys().next().value)
}

function met (digest, first) {
  known.delete(digest)
  known.set(digest, first)
}
