// The line of a read in the audit trail: whom an employer saw and what of them, one for all pages of an
// operation, acknowledged before the answer goes out. The same document as the gateway's.
import { createHmac, randomBytes } from 'node:crypto'
import { digestOf, firstOf, remember } from './looks.mjs'
import { database, place } from './place.mjs'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const key = randomBytes(32)

const newId = (prefix) => `${prefix}_${Array.from(randomBytes(26), (byte) => ALPHABET[byte & 31]).join('')}`
const inOrder = (values) => [...new Set(values)].sort()

// Of all permits that the answer shows; none leave no line.
export async function writeTrail (caller, address, permits) {
  if (permits.length === 0) return
  const people = inOrder(permits.map((permit) => permit.holder_id))
  const line = {
    _id: newId('aud'),
    at: new Date(),
    action: 'employee.read',
    result: 'OK',
    actor: {
      kind: caller.kind,
      subject: caller.sub,
      client_id: caller.client_id,
      session_id: caller.sid,
      flow_id: null,
      acr: caller.acr ?? null,
      sub_user: caller.act?.sub ?? null
    },
    holder_id: people.length === 1 ? people[0] : null,
    people,
    purpose: null,
    objects: inOrder(permits.map((permit) => permit._id)),
    fields: place.listed,
    address_digest: createHmac('sha256', key).update(`address\x1f${address}`).digest(),
    request_id: newId('req'),
    evidence: null,
    repeats: null
  }
  const digest = digestOf(line)
  const first = digest === null ? null : firstOf(digest, line.at)
  const told = first === null ? line : { ...line, people: [], objects: [], fields: [], repeats: first }
  const { acknowledged } = await database.collection('audit').insertOne(told)
  if (acknowledged && digest !== null && first === null) remember(digest, line)
}
