import { judgeGroup, type MemberStatus } from '../domain/judge-group.ts';
import { liveMembers, memberOf } from '../domain/plan.ts';
import { type Run, serverRun } from '../domain/run.ts';
import type { DueChange } from '../store/store.ts';
import type { Book, Events } from './book.ts';
import type { ExecutorNeeds } from './needs.ts';

/** Looks at every server of a group and at the balancer before the first member is drained (laws 4 and 5). Changes nothing. */
export async function checkGroup(
  needs: ExecutorNeeds,
  { plan }: Book,
  run: Run,
  group: number,
  signal: AbortSignal,
): Promise<{ events: Events; due: DueChange[] }> {
  const members = plan.groups[group] ?? [];
  const servers = [...run.servers.keys()].filter(
    (name) => members.includes(memberOf(plan, name)) && serverRun(run, name).state === 'pending',
  );
  const inspections = await Promise.all(
    servers.map(async (server) => [server, await needs.system.inspect(plan, server, signal)] as const),
  );
  const out = await needs.store.members(plan.environment.name);
  const checked = judgeGroup(plan, group, servers, {
    problems: inspections.flatMap(([server, { problem }]) =>
      problem === null ? [] : [{ server, message: problem }],
    ),
    from: Object.fromEntries(inspections.map(([server, { readBack }]) => [server, readBack])),
    statuses: await askStatuses(needs, plan, signal),
    out: new Set(out.filter((member) => member.inService !== 'yes').map((member) => member.member)),
  });
  if (checked.refused === null) return { events: [checked], due: [] };
  const { question, due } = capacityQuestion(
    needs,
    plan.environment.questions.deadlineMinutes,
    group,
    checked.refused,
  );
  return { events: [checked, { type: 'question_asked', question }], due };
}

async function askStatuses(
  needs: ExecutorNeeds,
  plan: Book['plan'],
  signal: AbortSignal,
): Promise<Map<string, MemberStatus>> {
  if (plan.environment.paradigm === 'simple') return new Map();
  const members = liveMembers(plan.environment, plan.level);
  const statuses = await Promise.all(
    members.map(async (member) => [member, await needs.balancer.status(plan, member, signal)] as const),
  );
  return new Map(statuses);
}

/** "If not: stop and ask; never the next half anyway." */
function capacityQuestion(needs: ExecutorNeeds, deadlineMinutes: number, group: number, refused: string) {
  const now = needs.now();
  const deadlineAt = now + deadlineMinutes * 60_000;
  const question = {
    id: `capacity-${group}-${now}`,
    kind: 'capacity' as const,
    text: `${refused}. Nothing of this group was touched.`,
    task: null,
    group,
    choices: ['retry' as const, 'stop' as const],
    defaultChoice: 'stop' as const,
    deadlineAt,
  };
  return { question, due: [{ add: 'question' as const, at: deadlineAt }] };
}
