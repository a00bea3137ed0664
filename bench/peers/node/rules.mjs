// What is made of documents: the gateway's rules, which are pure functions of a row and an instant.
import { place } from './place.mjs'

const DAY = 86_400_000
const SHANGHAI = 8 * 3_600_000

// Days since 1970 in Asia/Shanghai, which has kept one offset since 1991.
const dayOf = (at) => Math.floor((at + SHANGHAI) / DAY)
const written = (day) => new Date(day * DAY).toISOString().slice(0, 10)

export function statusOf (permit, now) {
  if (permit.state === 'CANCELLED' || permit.state === 'SUPERSEDED') return permit.state
  if (permit.state === 'AWAITING_ORIGINALS') return now < permit.valid_until ? permit.state : 'EXPIRED'
  if (now < permit.valid_from) return 'NOT_YET_VALID'
  return now < permit.valid_until ? 'ACTIVE' : 'EXPIRED'
}

// What is kept of it for its employer: as it is, and once the employment is over, as it was.
export function asSponsorSees (permit, employment, now) {
  return Object.assign(permit, permit.shown, { nameThen: now < employment.ends_at ? null : employment.name })
}

// The name that the sponsor knows; `permit` is one that it sees.
export const nameSeen = (permit, holder) => permit.nameThen ?? holder.full_name

export const lastDay = (permit) => written(dayOf(permit.valid_until - 1))
export const firstDay = (permit) => written(dayOf(+permit.valid_from))

export function daysLeft (permit, now) {
  if (statusOf(permit, now) !== 'ACTIVE') return null
  return dayOf(permit.valid_until - 1) - dayOf(now)
}

export function cardState (card, now) {
  return card.released_at !== null && now >= card.released_at ? 'NORMAL' : card.state
}

export const actionsOf = (card, now) => place.actions[card.kind][cardState(card, now)]

// Why there is no electronic card; null where there is one.
export function absenceOf (permits, cards, now) {
  if (cards.some((one) => one.kind === 'ELECTRONIC' && (one.state === 'NORMAL' || one.state === 'SUSPENDED'))) return null
  const physical = cards.find((one) => one.kind === 'PHYSICAL' && one.activated_at !== null)
  const state = physical && cardState(physical, now)
  if (state === 'LOST' || state === 'TEMPORARILY_LOST') return 'PHYSICAL_CARD_LOST'
  if (physical?.state === 'CANCELLED') return 'PHYSICAL_CARD_CANCELLED'
  const active = permits.filter((one) => statusOf(one, now) === 'ACTIVE')
  if (active.some((one) => one.form !== 'PLASTIC')) return 'NOT_ISSUED_YET'
  return active.length ? 'PLASTIC_PERMIT' : 'NO_ACTIVE_PERMIT'
}

export const absenceText = (code) => place.absences[code]

export function daysTo (notice, now) {
  return notice.due_on === null ? null : Date.parse(notice.due_on) / DAY - dayOf(now)
}

function reminderTitle (titles, days) {
  if (days < 0) return titles.over
  return days < 2 ? titles[days] : titles.n.replace('{n}', days)
}

export function textsOf (notice, now) {
  const reminder = place.reminders[notice.kind]
  if (reminder) {
    const title = reminderTitle(reminder.titles, daysTo(notice, now))
    return { title, text: reminder.text.replace('{day}', notice.due_on) }
  }
  return place.notices[notice.kind] ?? place.notices[`${notice.kind}:${notice.object_id.slice(0, 3)}`]
}

export const subjectOf = (notice) => place.subjects[notice.object_id.slice(0, 3)]
export const instant = (at) => at === null ? null : at.toISOString()

const encoded = (mark, at, id) => Buffer.from(`${mark}.${+at}.${id}`).toString('base64url')
const padded = (text) => text + '='.repeat(-text.length & 3)
export const permitCursor = (permit) => padded(encoded('permits', permit.shown?.listed_from ?? permit.listed_from ?? permit.valid_from, permit._id))
export const cardCursor = (card) => padded(encoded('cards', card.issued_at, card._id))
export const noticeCursor = (notice) => padded(encoded('notices', notice.at, notice._id))

const LISTED = { 'shown.listed_from': { $gt: new Date('1900-01-01') } }
const ORDER = 'shown.listed_from'

// The filter of the permits behind a cursor of an employer's list.
export function beyond (after) {
  if (!after) return LISTED
  const [mark, millis, id] = Buffer.from(after, 'base64url').toString().split('.')
  if (mark !== 'permits') throw new Error('a cursor of another list')
  const at = new Date(Number(millis))
  return { [ORDER]: { $lte: at }, $or: [{ [ORDER]: { $lt: at } }, { [ORDER]: at, _id: { $gt: id } }] }
}
