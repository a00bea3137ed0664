// Mercurius with JIT whose root resolvers read all in one aggregation: what the best of both would be,
// written for these operations alone. Fields below take what the root has read.
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import mercurius from 'mercurius'
import { byId, readHome, readInbox, readList, seenBySponsor } from './aggregations.mjs'
import { callerOf } from './auth.mjs'
import { port } from './place.mjs'
import { writeTrail } from './trail.mjs'
import { absence, cardPage, noticePage, permitPage, plainFields } from './types.mjs'

const schema = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8')
const INBOX = 'Inbox'

async function me (_, __, { caller, operation }) {
  if (operation === INBOX) return readInbox(caller.sub, 21)
  const holder = await readHome(caller.sub)
  const employers = byId(holder.employers)
  const permits = byId(holder.permits)
  for (const permit of holder.permits) permit.employer = employers.get(permit.employer_id)
  for (const card of holder.cards) card.permit = permits.get(card.permit_id) ?? null
  return holder
}

async function page ({ _id }, { first, after }, { now, seen }) {
  const permits = seenBySponsor(await readList(_id, first + 1, after), now)
  seen.push(...permits.slice(0, first))
  return permitPage(permits, first)
}

const resolvers = {
  ...plainFields,
  Query: { me, employer: (_, __, { caller }) => ({ _id: caller.sub }) },
  Holder: {
    ...plainFields.Holder,
    permits: (holder, { first }) => permitPage(holder.permits, first),
    cards: (holder, { first }, { now }) => ({
      ...cardPage(holder.cards, first),
      electronicAbsence: absence(holder.permits, holder.cards, now)
    }),
    notices: (holder, { first }) => ({ ...noticePage(holder.notices, first), unreadCount: holder.inbox[0]?.unread ?? 0 })
  },
  EmployerDesk: { permits: page }
}

const app = Fastify()
app.register(mercurius, {
  schema,
  resolvers,
  jit: 1,
  graphiql: false,
  context: async (request) => ({
    caller: await callerOf(request.headers.authorization),
    address: request.ip,
    operation: request.body.operationName,
    now: Date.now(),
    seen: []
  })
})
await app.ready()
app.graphql.addHook('onResolution', (_, { caller, address, seen }) => writeTrail(caller, address, seen))
await app.listen({ port, host: '127.0.0.1' })
