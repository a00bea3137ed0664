// Who asks: the same check of the same token as the gateway's. Checked tokens are remembered until
// they expire, ended sessions are read four times a second, a client's terms once for each session.
import { importJWK, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import { database, place } from './place.mjs'

const keys = new Map()
for (const jwk of place.jwks.keys) keys.set(jwk.kid, await importJWK(jwk, 'EdDSA'))

const checked = new LRUCache({ max: 10_000 })
const terms = new LRUCache({ max: 512 })
let ended = new Set()

async function follow () {
  const found = await database.collection('revocations').find({}, { projection: { _id: 1 } }).toArray()
  ended = new Set(found.map((one) => one._id))
}
await follow()
setInterval(() => { follow().catch(() => {}) }, 250).unref()

async function verified (token) {
  const { payload } = await jwtVerify(token, ({ kid }) => keys.get(kid), {
    algorithms: ['EdDSA'],
    issuer: place.issuer,
    audience: place.audience,
    typ: 'at+jwt'
  })
  checked.set(token, payload)
  return payload
}

async function isHeldTo (claims) {
  if (!terms.has(claims.sid)) {
    const client = await database.collection('employer_clients').findOne({ _id: claims.client_id })
    if (client?.state !== 'ACTIVE' || client.session_id !== claims.sid) return false
    terms.set(claims.sid, client)
  }
  return true
}

// The claims; throws for a token that does not hold.
export async function callerOf (authorization) {
  const [scheme, token] = (authorization ?? '').split(' ')
  if (scheme !== 'Bearer' || !token) throw new Error('log in')
  const claims = checked.get(token) ?? await verified(token)
  if (claims.exp * 1000 <= Date.now() || ended.has(claims.sid)) throw new Error('log in')
  if (claims.kind === 'employer' && !await isHeldTo(claims)) throw new Error('log in')
  return claims
}
