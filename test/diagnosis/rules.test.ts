import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseRule } from '../../src/diagnosis/rules.ts';
import { nsgId } from './fixtures.ts';

describe('normaliseRule', () => {
  it.each([
    ['UserRule_Port80', { name: 'Port80', default: false }],
    ['userrule_Port80', { name: 'Port80', default: false }],
    ['DefaultRule_DenyAllInBound', { name: 'DenyAllInBound', default: true }],
    ['securityRules/Port80', { name: 'Port80', default: false }],
    ['defaultSecurityRules/DenyAllInBound', { name: 'DenyAllInBound', default: true }],
    [`${nsgId('n')}/securityRules/Port80`, { name: 'Port80', default: false, group: nsgId('n') }],
    [`${nsgId('n')}/SecurityRules/Port80`, { name: 'Port80', default: false, group: nsgId('n') }],
    [`${nsgId('n').slice(1)}/securityRules/Port80`, { name: 'Port80', default: false, group: nsgId('n') }],
    [`${nsgId('n')}/defaultSecurityRules/DenyAllInBound`, { name: 'DenyAllInBound', default: true, group: nsgId('n') }],
    [
      '/subscriptions//resourceGroups//providers/Microsoft.Network/networkSecurityGroups//defaultSecurityRules/AllowVnetInBound',
      { name: 'AllowVnetInBound', default: true },
    ],
    ['Port80', { name: 'Port80', default: false }],
    ['UserRule_UserRule_x', { name: 'UserRule_x', default: false }],
    [`${nsgId('n')}/securityRules/UserRule_x`, { name: 'UserRule_x', default: false, group: nsgId('n') }],
    ['UserRule_', { name: 'UserRule_', default: false }],
    ['', { name: '', default: false }],
  ])('%s', (reportedAs, expected) => {
    expect(normaliseRule(reportedAs)).toEqual(expected);
  });

  it('gives every spelling of a rule one name', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9][\w.-]{0,30}$/), fc.boolean(), (name, born) => {
        const spellings = born
          ? [`DefaultRule_${name}`, `defaultSecurityRules/${name}`, `${nsgId('n')}/defaultSecurityRules/${name}`]
          : [`UserRule_${name}`, `securityRules/${name}`, `${nsgId('n')}/SecurityRules/${name}`];
        for (const spelling of spellings) expect(normaliseRule(spelling)).toMatchObject({ name, default: born });
      }),
    );
  });
});
