/** RFC 9457 answers from the closed catalogue. */
import type * as z from 'zod/mini';
import { errorCatalogue, type ErrorCode, type FieldProblem, type Problem } from '../../shared/errors';
import type { Refusal } from './request';

/** Thrown by middleware that cannot return a value; handlers return refusals instead. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  constructor(readonly code: ErrorCode, readonly extras: Refusal['extras'] = {}) {
    super(code);
  }
}

/** The body of a refusal. */
export function problemOf(code: ErrorCode, traceId: string, extras: Refusal['extras'] = {}): Problem {
  const { status, title } = errorCatalogue[code];
  return { type: `/docs#${code}`, title, status, code, traceId, ...extras };
}

type Issue = z.core.$ZodIssue;

/** Every failing field, in words a person understands. */
export function fieldProblems(issues: readonly Issue[]): FieldProblem[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: [path, key].filter((p) => p !== '').join('.'), message: '不支持的内容，请删除' }));
    return [{ path, message: messageOf(issue) }];
  });
}

function messageOf(issue: Issue): string {
  // A schema's own sentence wins; the library's are not for those who read ours.
  if (/[\u4e00-\u9fff]/.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? '必填' : '填写的类型不正确';
    case 'too_small':
      if (issue.origin === 'array') return `至少 ${String(issue.minimum)} 项`;
      return issue.origin !== 'string' ? `不能小于 ${String(issue.minimum)}` : issue.minimum === 1 ? '不能为空' : `至少 ${String(issue.minimum)} 个字`;
    case 'too_big':
      if (issue.origin === 'array') return `最多 ${String(issue.maximum)} 项`;
      return issue.origin === 'string' ? `不能超过 ${String(issue.maximum)} 个字` : `不能大于 ${String(issue.maximum)}`;
    case 'invalid_format':
      return '格式不正确';
    case 'invalid_value':
      return '不在可选的范围内';
    default:
      return '填写不正确';
  }
}
