// Mercurius as its documentation recommends: Fastify, JIT after the first use of a document, loaders
// for every edge, no GraphiQL. https://mercurius.dev
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import mercurius from 'mercurius'
import { callerOf } from './auth.mjs'
import { port } from './place.mjs'
import * as rows from './rows.mjs'
import { nameSeen } from './rules.mjs'
import { writeTrail } from './trail.mjs'
import { absence, cardPage, noticePage, permitPage, plainFields } from './types.mjs'

const schema = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8')

const each = (read) => (queries) => Promise.all(queries.map(({ obj, params }) => read(obj, params)))
const byId = (read, idOf) => (queries) => read(queries.map(({ obj }) => idOf(obj)))

const resolvers = {
  ...plainFields,
  Query: {
    me: (_, __, { caller }) => rows.holder(caller.sub),
    employer: (_, __, { caller }) => ({ _id: caller.sub })
  }
}

// Mercurius remembers a loader's answers for the request, so both edges below share one read.
const loaders = {
  Holder: {
    permits: each(async (holder, { first }) => permitPage(await rows.permitsOf(holder._id), first)),
    cards: each(async (holder, { first }) => {
      const cards = await rows.cardsOf(holder._id)
      return { ...cardPage(cards, first), holder, cards }
    }),
    notices: each(async (holder, { first }) => ({ ...noticePage(await rows.noticesOf(holder._id, first + 1), first), holder }))
  },
  EmployerDesk: {
    permits: (queries, { now, seen }) => Promise.all(queries.map(async ({ obj, params: { first, after } }) => {
      const permits = await rows.permitsOfEmployer(obj._id, first + 1, after, now)
      seen.push(...permits.slice(0, first))
      return permitPage(permits, first)
    }))
  },
  Permit: {
    employer: byId(rows.employersById, (permit) => permit.employer_id),
    holder: async (queries) => {
      const holders = await rows.holdersById(queries.map(({ obj }) => obj.holder_id))
      return queries.map(({ obj }, place) => ({ full_name: nameSeen(obj, holders[place]) }))
    }
  },
  Card: {
    permit: byId(rows.permitsById, (card) => card.permit_id)
  },
  CardConnection: {
    electronicAbsence: (queries, { now }) => Promise.all(queries.map(async ({ obj }) =>
      absence(await rows.permitsOf(obj.holder._id), obj.cards, now)))
  },
  NoticeConnection: {
    unreadCount: each(async (connection) => (await rows.inbox(connection.holder._id))?.unread ?? 0)
  }
}

const app = Fastify()
app.register(mercurius, {
  schema,
  resolvers,
  loaders,
  jit: 1,
  graphiql: false,
  context: async (request) => ({
    caller: await callerOf(request.headers.authorization),
    address: request.ip,
    now: Date.now(),
    seen: []
  })
})
await app.ready()
app.graphql.addHook('onResolution', (_, { caller, address, seen }) => writeTrail(caller, address, seen))
await app.listen({ port, host: '127.0.0.1' })
