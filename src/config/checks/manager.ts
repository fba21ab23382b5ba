import { type Fault, fault, warning } from '../fault.ts';
import { checkAddress } from './address.ts';
import type { EnvironmentContext } from './context.ts';

const decidedThere = ['serverStrategy', 'clusterStrategy', 'parallel'] as const;

/** What an environment has that a Solution Manager deploys to, and every other has not. */
export function checkManager({ environment, path }: EnvironmentContext): Fault[] {
  const { system, manager, clusters, deployments } = environment;
  const here = [...path, 'manager'];
  const ofAddress = manager === undefined ? [] : checkAddress(manager, 'the Solution Manager', here);
  if (system !== 'denodo-solution-manager')
    return [
      ...ofAddress,
      ...(manager === undefined ? [] : [warning(here, 'is used with system denodo-solution-manager only')]),
      ...(clusters === undefined
        ? [{ ...fault([...path, 'clusters'], 'is missing; it must be a list'), lacks: ['clusters'] }]
        : []),
    ];
  const unused = decidedThere.filter((key) => deployments?.[key] !== undefined);
  return [
    ...ofAddress,
    ...(manager === undefined
      ? [
          {
            ...fault(here, 'is missing; system denodo-solution-manager is reached by it'),
            lacks: ['manager'],
          },
        ]
      : []),
    ...(deployments?.paradigm === 'online'
      ? [
          fault(
            [...path, 'deployments', 'paradigm'],
            'must be simple with system denodo-solution-manager: the Solution Manager moves servers in the load balancer itself',
          ),
        ]
      : []),
    ...(clusters === undefined
      ? []
      : [warning([...path, 'clusters'], 'is not used: the Solution Manager deploys to those that it knows')]),
    ...unused.map((key) =>
      warning([...path, 'deployments', key], 'is not used: the Solution Manager decides it'),
    ),
  ];
}
