// Plain fields of the graph, the same in every server: functions of a row. Edges are each server's own.
import * as rules from './rules.mjs'

const page = (rows, first, cursor) => {
  const shown = rows.slice(0, first)
  return {
    edges: shown.map((row) => ({ cursor: cursor(row), node: row })),
    pageInfo: { hasNextPage: rows.length > first, endCursor: shown.length ? cursor(shown.at(-1)) : null }
  }
}
export const permitPage = (rows, first) => page(rows, first, rules.permitCursor)
export const cardPage = (rows, first) => page(rows, first, rules.cardCursor)
export const noticePage = (rows, first) => page(rows, first, rules.noticeCursor)

export const absence = (permits, cards, now) => {
  const code = rules.absenceOf(permits, cards, now)
  return code === null ? null : { code, message: rules.absenceText(code) }
}

export const plainFields = {
  Holder: { id: (row) => row._id, fullName: (row) => row.full_name },
  Employer: { id: (row) => row._id, name: (row) => row.name.en },
  PermitHolder: { fullName: (row) => row.full_name },
  Permit: {
    id: (row) => row._id,
    status: (row, _, { now }) => rules.statusOf(row, now),
    daysLeft: (row, _, { now }) => rules.daysLeft(row, now),
    validFrom: (row) => rules.firstDay(row),
    validUntil: (row) => rules.lastDay(row)
  },
  Card: {
    id: (row) => row._id,
    status: (row, _, { now }) => rules.cardState(row, now),
    nextActions: (row, _, { now }) => rules.actionsOf(row, now).map((label) => ({ label }))
  },
  Notice: {
    id: (row) => row._id,
    title: (row, _, { now }) => rules.textsOf(row, now).title,
    text: (row, _, { now }) => rules.textsOf(row, now).text,
    createdAt: (row) => rules.instant(row.at),
    readAt: (row) => rules.instant(row.read_at),
    daysLeft: (row, _, { now }) => rules.daysTo(row, now),
    about: (row) => ({ kind: rules.subjectOf(row), id: row.object_id })
  }
}
