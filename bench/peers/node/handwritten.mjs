// Fastify by hand, without a graph: an endpoint for each operation, one aggregation, its answer written out.
import Fastify from 'fastify'
import { byId, readHome, readInbox, readList, seenBySponsor } from './aggregations.mjs'
import { callerOf } from './auth.mjs'
import { port } from './place.mjs'
import * as rules from './rules.mjs'
import { writeTrail } from './trail.mjs'

const masked = (text) => ({ masked: text.masked })
const permitFields = (row, now) => ({
  number: masked(row.number),
  category: row.category,
  status: rules.statusOf(row, now),
  daysLeft: rules.daysLeft(row, now),
  validUntil: rules.lastDay(row)
})

async function home ({ sub }, now) {
  const holder = await readHome(sub)
  const employers = byId(holder.employers)
  const permits = byId(holder.permits)
  const code = rules.absenceOf(holder.permits, holder.cards, now)
  const card = (row) => ({
    kind: row.kind,
    status: rules.cardState(row, now),
    permit: permits.has(row.permit_id) ? { number: masked(permits.get(row.permit_id).number) } : null,
    nextActions: rules.actionsOf(row, now).map((label) => ({ label }))
  })
  return {
    me: {
      fullName: masked(holder.full_name),
      permits: {
        edges: holder.permits.slice(0, 5).map((row) => ({
          node: { ...permitFields(row, now), employer: { name: employers.get(row.employer_id).name.en } }
        }))
      },
      cards: {
        edges: holder.cards.slice(0, 5).map((row) => ({ node: card(row) })),
        electronicAbsence: code === null ? null : { code, message: rules.absenceText(code) }
      }
    }
  }
}

function permitPage (rows, first, now) {
  const shown = rows.slice(0, first)
  return {
    edges: shown.map((row) => ({
      node: {
        id: row._id,
        ...permitFields(row, now),
        holder: { fullName: masked(row.holder.full_name) },
        employer: { name: row.employer.name.en }
      }
    })),
    pageInfo: { hasNextPage: rows.length > first, endCursor: shown.length ? rules.permitCursor(shown.at(-1)) : null }
  }
}

async function list50 (caller, now, address) {
  const rows = seenBySponsor(await readList(caller.sub, 51), now)
  await writeTrail(caller, address, rows.slice(0, 50))
  return { employer: { permits: permitPage(rows, 50, now) } }
}

async function list500 (caller, now, address) {
  const rows = seenBySponsor(await readList(caller.sub, 501), now)
  await writeTrail(caller, address, rows.slice(0, 500))
  const pages = [0, 100, 200, 300, 400].map((start, number) =>
    [`page${number + 1}`, permitPage(rows.slice(start, start + 101), 100, now)])
  return { employer: Object.fromEntries(pages) }
}

async function inbox ({ sub }, now) {
  const { notices, inbox } = await readInbox(sub, 21)
  const shown = notices.slice(0, 20)
  return {
    me: {
      notices: {
        unreadCount: inbox[0]?.unread ?? 0,
        edges: shown.map((row) => ({
          node: {
            id: row._id,
            kind: row.kind,
            ...rules.textsOf(row, now),
            createdAt: rules.instant(row.at),
            readAt: rules.instant(row.read_at),
            daysLeft: rules.daysTo(row, now),
            about: { kind: rules.subjectOf(row), id: row.object_id }
          }
        })),
        pageInfo: { hasNextPage: notices.length > 20, endCursor: shown.length ? rules.noticeCursor(shown.at(-1)) : null }
      }
    }
  }
}

const answerers = { Home: home, SponsoredPermits: list50, List500: list500, Inbox: inbox }

const app = Fastify()
app.post('/graphql', async (request) => {
  const caller = await callerOf(request.headers.authorization)
  return { data: await answerers[request.body.operationName](caller, Date.now(), request.ip) }
})
await app.listen({ port, host: '127.0.0.1' })
