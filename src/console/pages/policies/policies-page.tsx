import { useState } from 'preact/hooks'
import { useHub } from '../../hub/console-hub.ts'
import { type Page as AnswerPage, useList } from '../../hub/list.ts'
import { may } from '../../hub/session.ts'
import { counted, formatNumber, read } from '../../language.ts'
import type { PageProps } from '../../page-table.ts'
import { Badge } from '../../parts/badge.tsx'
import { Failure } from '../../parts/failure.tsx'
import { IdLink } from '../../parts/id-link.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { navigate } from '../../router.ts'
import { POLICIES_TEXT } from './policies-text.ts'
import { BUILT_IN_POLICY, type PolicyAnswer } from './policy-answers.ts'
import { TopicTest } from './topic-test.tsx'

/** Every policy, and what a device may do by all that it has. */
export function PoliciesPage({ route: { query } }: PageProps) {
  const { device, action, topic } = query
  const { api } = useHub()
  const words = read(POLICIES_TEXT)
  const list = useList((page) => api.get<AnswerPage<PolicyAnswer>>('api/policies', page), [api])
  const state = list.isWhole && list.rows && `${counted(list.rows.length, words.count)} ${words.lead}`
  return (
    <Page title={words.title} state={state}>
      {list.problem && <Failure problem={list.problem} onRetry={list.reload} />}
      {list.rows ? (
        <Table
          label={words.title}
          columns={columnsOf()}
          rows={list.rows}
          keyOf={({ name }) => name}
          onOpen={({ name }) => navigate(['policies', name])}
          onMore={list.isWhole ? undefined : list.more}
        />
      ) : (
        !list.problem && <Skeleton />
      )}
      {may('administer') && <NewPolicy />}
      <TopicTest device={device} action={action} topic={topic} />
    </Page>
  )
}

function columnsOf(): readonly Column<PolicyAnswer>[] {
  const words = read(POLICIES_TEXT)
  return [
    {
      id: 'name',
      title: words.name,
      draw: ({ name }) => (
        <span class="row">
          <IdLink section="policies" id={name} />
          {name === BUILT_IN_POLICY && <Badge tone="off">{words.builtIn}</Badge>}
        </span>
      ),
    },
    { id: 'rules', title: words.rules, isNumber: true, draw: ({ rules }) => formatNumber(rules.length) },
    {
      id: 'clientId',
      title: words.clientId,
      isNamed: true,
      draw: ({ clientId }) => words.clientIdsShort[clientId],
    },
  ]
}

function NewPolicy() {
  const words = read(POLICIES_TEXT)
  const [name, setName] = useState('')
  return (
    <Section title={words.fresh}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          navigate(['policies', name.trim()], { new: 'yes' })
        }}
      >
        <label class="field">
          <span>{words.name}</span>
          <input
            required
            maxLength={64}
            autocomplete="off"
            value={name}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
          <small>{words.nameHint}</small>
        </label>
        <button type="submit">{words.create}</button>
      </form>
    </Section>
  )
}
