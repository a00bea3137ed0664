// Reading rows: each function is one command, for one or for many; projections say what is shown.
import { database } from './place.mjs'
import { asSponsorSees, beyond } from './rules.mjs'

const MOST = 100

export const PERMIT = {
  holder_id: 1, employer_id: 1, 'number.masked': 1, category: 1, state: 1, form: 1, valid_from: 1, valid_until: 1
}
export const SPONSORED = {
  holder_id: 1,
  employer_id: 1,
  employment_id: 1,
  'number.masked': 1,
  'shown.state': 1,
  'shown.category': 1,
  'shown.valid_from': 1,
  'shown.valid_until': 1,
  'shown.listed_from': 1
}
export const EMPLOYMENT = { ends_at: 1, employer_id: 1, holder_id: 1, 'name.masked': 1 }
export const CARD = {
  holder_id: 1, kind: 1, state: 1, released_at: 1, activated_at: 1, permit_id: 1, issued_at: 1
}
export const NOTICE = { holder_id: 1, kind: 1, object_id: 1, due_on: 1, at: 1, read_at: 1 }

export const holder = (id) => database.collection('holders').findOne({ _id: id }, { projection: { 'full_name.masked': 1 } })
export const inbox = (id) => database.collection('inboxes').findOne({ _id: id }, { projection: { unread: 1 } })

export const permitsOf = (holderId) => database.collection('permits')
  .find({ holder_id: holderId }, { projection: PERMIT })
  .sort({ valid_from: -1, _id: 1 }).limit(MOST).toArray()

export const cardsOf = (holderId) => database.collection('cards')
  .find({ holder_id: holderId }, { projection: CARD })
  .sort({ issued_at: -1, _id: 1 }).limit(MOST).toArray()

export const noticesOf = (holderId, rows) => database.collection('notices')
  .find({ holder_id: holderId, withdrawn_at: null, archived_at: null }, { projection: NOTICE })
  .sort({ at: -1, _id: 1 }).limit(rows).toArray()

// As a sponsor sees them: each with its employment, which says from when on it is over.
export async function permitsOfEmployer (employerId, rows, after, now) {
  const permits = await database.collection('permits')
    .find({ employer_id: employerId, ...beyond(after) }, { projection: SPONSORED, batchSize: 1_000 })
    .sort({ 'shown.listed_from': -1, _id: 1 }).limit(rows).toArray()
  const employments = await employmentsById(permits.map((permit) => permit.employment_id))
  return permits.map((permit, place) => asSponsorSees(permit, employments[place], now))
}

// By id, in the order of the ids; null for one that is not there.
const byIds = (collection, projection) => async (ids) => {
  const found = await database.collection(collection)
    .find({ _id: { $in: ids } }, { projection, batchSize: 1_000 }).toArray()
  const known = new Map(found.map((one) => [one._id, one]))
  return ids.map((id) => known.get(id) ?? null)
}
export const employersById = byIds('employers', { 'name.en': 1 })
export const holdersById = byIds('holders', { 'full_name.masked': 1 })
export const employmentsById = byIds('employments', EMPLOYMENT)
export const permitsById = byIds('permits', PERMIT)
