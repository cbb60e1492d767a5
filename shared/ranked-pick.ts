/**
 * Q9: the consent (预先排序代选) a family gives, word by word. Whoever changes the text raises the number: what was agreed to
 * under an older wording stays what it was, and is in the ledger with its number.
 */
export const rankedPickConsent = {
  wording: 1,
  text: '我家同意：轮到选房后，如果到截止时间我家没有自己选定，也没有把机会让给下一户，由系统按我家排好的顺序，选定当时仍可选的第一套房。结果与自己选定相同：公示无异议后按期办理承租手续，选定后放弃的，计为放弃一批次。截止时间以前随时可以撤销；改了顺序要重新同意；排序的房都已不可选的，按未按时选房处理。',
} as const;
