// Resolvers with a DataLoader for every edge, made anew for each request, as Apollo Server's and
// GraphQL Yoga's documentation recommend.
import { readFileSync } from 'node:fs'
import DataLoader from 'dataloader'
import { callerOf } from './auth.mjs'
import * as rows from './rows.mjs'
import { nameSeen } from './rules.mjs'
import { writeTrail } from './trail.mjs'
import { absence, cardPage, noticePage, permitPage, plainFields } from './types.mjs'

export const typeDefs = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8')

const each = (read) => new DataLoader((keys) => Promise.all(keys.map(read)))

export async function contextOf (authorization, address) {
  return {
    caller: await callerOf(authorization),
    address,
    now: Date.now(),
    seen: [],
    permitsOf: each(rows.permitsOf),
    cardsOf: each(rows.cardsOf),
    inboxOf: each(rows.inbox),
    employers: new DataLoader(rows.employersById),
    holders: new DataLoader(rows.holdersById),
    permits: new DataLoader(rows.permitsById)
  }
}

export const trailOf = ({ caller, address, seen }) => writeTrail(caller, address, seen)

export const resolvers = {
  ...plainFields,
  Query: {
    me: (_, __, { caller }) => rows.holder(caller.sub),
    employer: (_, __, { caller }) => ({ _id: caller.sub })
  },
  Holder: {
    ...plainFields.Holder,
    permits: async (holder, { first }, { permitsOf }) => permitPage(await permitsOf.load(holder._id), first),
    cards: async (holder, { first }, { cardsOf }) => ({ ...cardPage(await cardsOf.load(holder._id), first), holder }),
    notices: async (holder, { first }) => ({ ...noticePage(await rows.noticesOf(holder._id, first + 1), first), holder })
  },
  EmployerDesk: {
    permits: async (employer, { first, after }, { now, seen }) => {
      const permits = await rows.permitsOfEmployer(employer._id, first + 1, after, now)
      seen.push(...permits.slice(0, first))
      return permitPage(permits, first)
    }
  },
  Permit: {
    ...plainFields.Permit,
    employer: (permit, _, { employers }) => employers.load(permit.employer_id),
    holder: async (permit, _, { holders }) => ({ full_name: nameSeen(permit, await holders.load(permit.holder_id)) })
  },
  Card: {
    ...plainFields.Card,
    permit: (card, _, { permits }) => card.permit_id === null ? null : permits.load(card.permit_id)
  },
  CardConnection: {
    electronicAbsence: async ({ holder }, _, { permitsOf, cardsOf, now }) =>
      absence(await permitsOf.load(holder._id), await cardsOf.load(holder._id), now)
  },
  NoticeConnection: {
    unreadCount: async ({ holder }, _, { inboxOf }) => (await inboxOf.load(holder._id))?.unread ?? 0
  }
}
