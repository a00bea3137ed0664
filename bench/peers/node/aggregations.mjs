// One aggregation for each operation: what the endpoints by hand read.
import { database } from './place.mjs'
import { asSponsorSees, beyond, nameSeen } from './rules.mjs'
import { CARD, EMPLOYMENT, NOTICE, PERMIT, SPONSORED } from './rows.mjs'

const MOST = 100

const many = (from, localField, foreignField, as, pipeline) => ({ $lookup: { from, localField, foreignField, pipeline, as } })
const newest = (order, rows, projection) => [{ $sort: { [order]: -1, _id: 1 } }, { $limit: rows }, { $project: projection }]
const project = (path) => [{ $project: { [path]: 1 } }]
const one = async (collection, pipeline) => (await database.collection(collection).aggregate(pipeline, { batchSize: 1_000 }).toArray())[0]

export const readHome = (holderId) => one('holders', [
  { $match: { _id: holderId } },
  { $project: { 'full_name.masked': 1 } },
  many('permits', '_id', 'holder_id', 'permits', newest('valid_from', MOST, PERMIT)),
  many('cards', '_id', 'holder_id', 'cards', newest('issued_at', MOST, CARD)),
  many('employers', 'permits.employer_id', '_id', 'employers', project('name.en'))
])

export const readInbox = (holderId, rows) => one('holders', [
  { $match: { _id: holderId } },
  { $project: { _id: 1 } },
  many('notices', '_id', 'holder_id', 'notices', [{ $match: { withdrawn_at: null, archived_at: null } }, ...newest('at', rows, NOTICE)]),
  many('inboxes', '_id', '_id', 'inbox', project('unread'))
])

export const readList = (employerId, rows, after) => one('employers', [
  { $match: { _id: employerId } },
  { $project: { 'name.en': 1 } },
  many('permits', '_id', 'employer_id', 'permits', [{ $match: beyond(after) }, ...newest('shown.listed_from', rows, SPONSORED)]),
  many('holders', 'permits.holder_id', '_id', 'holders', project('full_name.masked')),
  many('employments', 'permits.employment_id', '_id', 'employments', [{ $project: EMPLOYMENT }])
])

// The permits of a list as their sponsor sees them, each with its holder and its employer.
export function seenBySponsor (employer, now) {
  const holders = byId(employer.holders)
  const employments = byId(employer.employments)
  return employer.permits.map((permit) => {
    const seen = asSponsorSees(permit, employments.get(permit.employment_id), now)
    return { ...seen, employer, holder: { full_name: nameSeen(seen, holders.get(permit.holder_id)) } }
  })
}

export const byId = (rows) => new Map(rows.map((row) => [row._id, row]))
