/** Endpoints of the rule sets (选房规则). */
import { route } from './route';
import * as r from './rules-schemas';

export const ruleRoutes = {
  // Before `:ruleSetId`, which would take its name for an id.
  listRuleFields: route({ method: 'GET', path: '/api/staff/rule-sets/fields', audience: 'staff', summary: '选房规则的各项说明', answer: r.ruleFields }),
  listRuleSets: route({ method: 'GET', path: '/api/staff/rule-sets', audience: 'staff', summary: '选房规则各版本与草稿', answer: r.ruleSetList }),
  createRuleDraft: route({ method: 'POST', path: '/api/staff/rule-sets', audience: 'staff', summary: '起草选房规则', body: r.createDraft, answer: r.ruleSetDetail, status: 201 }),
  getRuleSet: route({ method: 'GET', path: '/api/staff/rule-sets/:ruleSetId', audience: 'staff', summary: '选房规则内容及与现行规则的比较', answer: r.ruleSetDetail }),
  saveRuleDraft: route({ method: 'POST', path: '/api/staff/rule-sets/:ruleSetId', audience: 'staff', summary: '保存选房规则草稿', body: r.saveDraft, answer: r.ruleSetDetail }),
  publishRuleDraft: route({ method: 'POST', path: '/api/staff/rule-sets/:ruleSetId/publish', audience: 'staff', summary: '发布选房规则', body: r.publishDraft, answer: r.ruleSetSummary }),
  dropRuleDraft: route({ method: 'POST', path: '/api/staff/rule-sets/:ruleSetId/drop', audience: 'staff', summary: '作废选房规则草稿', body: r.dropDraft, answer: r.draftSummary }),
  tryRuleSet: route({ method: 'POST', path: '/api/staff/rule-sets/:ruleSetId/what-if', audience: 'staff', summary: '用这套规则推演过去一段时间', body: r.whatIf, answer: r.whatIfAnswer }),
} as const;
